/*
 * What an attempt came to: libcurl's codes and words become a kind of failure and a message that
 * says what happened to which host and, where it is plain, what to do about it. Headers, bodies
 * and what stands before the '@' of a URL never get into a message.
 */
#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "http/client_priv.h"
#include "http/url.h"

struct verdict {
    enum http_failure failure;
    enum error_kind kind;
    char *words; /* owned */
};

/* ---- TLS: libcurl has few codes, but OpenSSL's words for the cause are stable. */

#define CA_MADE_ANEW                                                                               \
    "the server's certificate is not signed by the key of the CA certificate, although the name "  \
    "is the same (was the authority created anew?)"

#define NOT_TRUSTED                                                                                \
    "the server's certificate is not signed by an authority that is trusted (is the CA "           \
    "certificate the one of this server?)"

#define NO_TLS "the server does not speak TLS on this port (should the URL begin with http:// ?)"

#define OLD_TLS "the server speaks no TLS version from 1.2 on"

static const struct tls_row {
    const char *needle;
    enum http_failure failure;
    enum error_kind kind;
    const char *words;
} tls_table[] = {
    {"certificate has expired", HTTP_FAILURE_VERIFY, ERROR_HTTP,
     "the server's certificate has expired, or the clock of this machine is wrong"},
    {"certificate is not yet valid", HTTP_FAILURE_VERIFY, ERROR_HTTP,
     "the server's certificate is not valid yet (is the clock of this machine right?)"},
    {"certificate signature failure", HTTP_FAILURE_VERIFY, ERROR_HTTP, CA_MADE_ANEW},
    /* The same, when OpenSSL's first complaint is about the arithmetic (EC keys, RSA keys). */
    {"asn1 encoding routines", HTTP_FAILURE_VERIFY, ERROR_HTTP, CA_MADE_ANEW},
    {"rsa routines", HTTP_FAILURE_VERIFY, ERROR_HTTP, CA_MADE_ANEW},
    {"issuer certificate", HTTP_FAILURE_VERIFY, ERROR_HTTP, NOT_TRUSTED},
    {"self-signed certificate", HTTP_FAILURE_VERIFY, ERROR_HTTP, NOT_TRUSTED},
    {"self signed certificate", HTTP_FAILURE_VERIFY, ERROR_HTTP, NOT_TRUSTED},
    {"private key", HTTP_FAILURE_VERIFY, ERROR_AUTH,
     "client certificate and key do not fit, or the key is encrypted or not PEM"},
    {"client certificate", HTTP_FAILURE_VERIFY, ERROR_AUTH, "the client certificate is not PEM"},
    {"wrong version number", HTTP_FAILURE_OTHER, ERROR_HTTP, NO_TLS},
    {"packet length too long", HTTP_FAILURE_OTHER, ERROR_HTTP, NO_TLS},
    {"alert protocol version", HTTP_FAILURE_OTHER, ERROR_HTTP, OLD_TLS},
    {"unsupported protocol", HTTP_FAILURE_OTHER, ERROR_HTTP, OLD_TLS},
    {"alert handshake failure", HTTP_FAILURE_OTHER, ERROR_HTTP,
     "the server found nothing in common for TLS, or wants a client certificate"},
    {"alert certificate required", HTTP_FAILURE_VERIFY, ERROR_AUTH,
     "the server wants a client certificate"},
    {"alert bad certificate", HTTP_FAILURE_VERIFY, ERROR_AUTH,
     "the server refused the client certificate"},
    {"alert unknown ca", HTTP_FAILURE_VERIFY, ERROR_AUTH,
     "the server refused the client certificate: it does not trust its authority"},
    {"alert certificate expired", HTTP_FAILURE_VERIFY, ERROR_AUTH,
     "the server refused the client certificate: it has expired"},
    {"alert certificate revoked", HTTP_FAILURE_VERIFY, ERROR_AUTH,
     "the server refused the client certificate: it is revoked"},
    {"alert certificate unknown", HTTP_FAILURE_VERIFY, ERROR_AUTH,
     "the server refused the client certificate"},
    {"alert unsupported certificate", HTTP_FAILURE_VERIFY, ERROR_AUTH,
     "the server refused the client certificate: it is not of a kind for clients"},
};

static const struct tls_row *find_tls_row(const char *cause)
{
    for (size_t i = 0; i < array_length(tls_table); i++)
        if (str_contains(cause, tls_table[i].needle))
            return &tls_table[i];
    return NULL;
}

/* The names in the server's certificate ("DNS:kubernetes, IP Address:10.96.0.1"), owned. */
static char *certificate_names(CURL *easy)
{
    struct curl_certinfo *info = NULL;
    curl_easy_getinfo(easy, CURLINFO_CERTINFO, &info);
    const char *names = NULL;
    for (struct curl_slist *line = info && info->num_of_certs ? info->certinfo[0] : NULL; line;
         line = line->next) {
        const char *subject = str_after(line->data, "Subject:");
        const char *alternative = strstr(line->data, "Subject Alternative Name:");
        if (alternative)
            names = strchr(alternative, ':') + 1;
        else if (subject && !names)
            names = subject;
    }
    return str_trim(xstrdup(names ? names : "no name at all"));
}

static char *expected_name(const struct transfer *transfer)
{
    const char *name = transfer->client->options.tls_server_name;
    if (name)
        return xstrdup(name);
    char *host_port = url_host_port(transfer->job->request.url);
    *strrchr(host_port, ':') = '\0';
    return host_port;
}

static struct verdict judge_authorities(const struct transfer *transfer)
{
    struct verdict verdict = {.failure = HTTP_FAILURE_VERIFY, .kind = ERROR_AUTH};
    if (transfer->client->options.ca_pem)
        verdict.words = xstrdup("the CA certificate is not PEM, or damaged");
    else
        verdict.words = xasprintf("the file of trusted authorities \"%s\" is missing or not PEM; "
                                  "SSL_CERT_FILE can name another",
                                  trust_bundle(trust_bundles));
    return verdict;
}

static struct verdict judge_certificate(const struct transfer *transfer)
{
    struct verdict verdict = {.failure = HTTP_FAILURE_VERIFY, .kind = ERROR_HTTP};
    /* "target host name", newer libcurls: "target hostname" */
    if (str_contains(transfer->cause, "target host") ||
        str_contains(transfer->cause, "target ipv4") ||
        str_contains(transfer->cause, "target ipv6")) {
        auto_free char *name = expected_name(transfer);
        auto_free char *names = certificate_names(transfer->easy);
        verdict.words =
            xasprintf("the server's certificate is not for \"%s\" but for: %s", name, names);
        return verdict;
    }
    const char *reason = str_after(transfer->cause, "SSL certificate problem: ");
    verdict.words = xasprintf("the server's certificate is not acceptable: %s",
                              reason ? reason : transfer->cause);
    return verdict;
}

/* ---- the other codes */

static bool was_connected(const struct transfer *transfer)
{
    curl_off_t connected = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_PRETRANSFER_TIME_T, &connected);
    return connected > 0;
}

static struct verdict plain(enum http_failure failure, const char *words)
{
    return (struct verdict){failure, ERROR_HTTP, xstrdup(words)};
}

static struct verdict judge_connect(const struct transfer *transfer)
{
    long number = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_OS_ERRNO, &number);
    if (number == ECONNREFUSED)
        return plain(HTTP_FAILURE_CONNECT,
                     "connection refused (is the server running, and is it this port?)");
    if (!number)
        return plain(HTTP_FAILURE_CONNECT, "no connection");
    return (struct verdict){HTTP_FAILURE_CONNECT, ERROR_HTTP,
                            xasprintf("no connection: %s", strerror((int)number))};
}

static struct verdict judge_timeout(const struct transfer *transfer)
{
    const struct http_options *options = &transfer->client->options;
    bool connected = was_connected(transfer);
    long whole = transfer->job->request.timeout_ms ? transfer->job->request.timeout_ms
                                                   : options->request_timeout_ms;
    bool whole_first = !transfer->job->request.stream && whole < options->connect_timeout_ms;
    long limit = connected || whole_first ? whole : options->connect_timeout_ms;
    auto_free char *after =
        limit % 1000 ? xasprintf("%.1f s", (double)limit / 1000) : xasprintf("%ld s", limit / 1000);
    if (!connected)
        return (struct verdict){
            HTTP_FAILURE_CONNECT, ERROR_TIMEOUT,
            xasprintf("no connection within %s (is a firewall between?)", after)};
    return (struct verdict){
        HTTP_FAILURE_TIMEOUT, ERROR_TIMEOUT,
        xasprintf("%s within %s", transfer->received ? "no complete answer" : "no answer", after)};
}

static struct verdict judge_lost(const struct transfer *transfer)
{
    long proxy_status = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_HTTP_CONNECTCODE, &proxy_status);
    if (!was_connected(transfer) && proxy_status >= 300)
        return (struct verdict){proxy_status >= 500 ? HTTP_FAILURE_CONNECT : HTTP_FAILURE_OTHER,
                                proxy_status == 407 ? ERROR_AUTH : ERROR_HTTP,
                                xasprintf("the proxy refused to connect: HTTP %ld %s", proxy_status,
                                          http_status_phrase((int)proxy_status))};
    if (!was_connected(transfer))
        return plain(HTTP_FAILURE_CONNECT, "the connection broke off while it was set up");
    if (transfer->received || (transfer->header_bytes && transfer->result == CURLE_PARTIAL_FILE))
        return (struct verdict){
            HTTP_FAILURE_RESET, ERROR_HTTP,
            xasprintf("the answer was cut off after %zu bytes", transfer->received)};
    if (transfer->result == CURLE_GOT_NOTHING)
        return plain(HTTP_FAILURE_RESET, "the connection was closed without an answer");
    return plain(HTTP_FAILURE_RESET, "the connection was lost before the answer");
}

static struct verdict judge_stop(const struct transfer *transfer)
{
    const struct http_options *options = &transfer->client->options;
    if (transfer->stop == STOP_BODY)
        return (struct verdict){
            HTTP_FAILURE_TOO_BIG, ERROR_HTTP,
            xasprintf("the answer is larger than %zu bytes", options->max_body)};
    if (transfer->stop == STOP_HEADERS)
        return plain(HTTP_FAILURE_TOO_BIG, "the headers of the answer are too large");
    if (transfer->stop == STOP_FILE)
        return (struct verdict){HTTP_FAILURE_OTHER, ERROR_IO,
                                xstrdup("the file that is sent cannot be read any more, or has "
                                        "become shorter")};
    long idle = transfer->job->request.timeout_ms ? transfer->job->request.timeout_ms
                                                  : options->request_timeout_ms;
    return (struct verdict){HTTP_FAILURE_TIMEOUT, ERROR_TIMEOUT,
                            xasprintf("nothing received for %.1f s", (double)idle / 1000)};
}

static struct verdict judge_code(const struct transfer *transfer)
{
    /* Not an enum switch: libcurl has a hundred codes, and more with each release. */
    switch ((int)transfer->result) {
    case CURLE_COULDNT_RESOLVE_HOST:
        return plain(HTTP_FAILURE_RESOLVE, "no such host (is the name known to DNS?)");
    case CURLE_COULDNT_RESOLVE_PROXY:
        return plain(HTTP_FAILURE_RESOLVE, "no such host for the proxy");
    case CURLE_COULDNT_CONNECT:
        return judge_connect(transfer);
    case CURLE_OPERATION_TIMEDOUT:
        return judge_timeout(transfer);
    case CURLE_PEER_FAILED_VERIFICATION:
        return judge_certificate(transfer);
    case CURLE_SSL_CACERT_BADFILE:
        return judge_authorities(transfer);
    case CURLE_SSL_CERTPROBLEM:
        return (struct verdict){HTTP_FAILURE_VERIFY, ERROR_AUTH,
                                xstrdup("client certificate and key do not fit")};
    case CURLE_SSL_CONNECT_ERROR:
        return plain(HTTP_FAILURE_CONNECT, "the TLS handshake broke off");
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
    case CURLE_SEND_FAIL_REWIND:
        return judge_lost(transfer);
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
        return plain(HTTP_FAILURE_OTHER,
                     "the answer is not HTTP (is it the right port, and https:// or http:// ?)");
#if LIBCURL_VERSION_NUM >= 0x080600
    case CURLE_TOO_LARGE: /* of headers alone: a body has no limit of libcurl's */
        return plain(HTTP_FAILURE_TOO_BIG, "the headers of the answer are too large");
#endif
    case CURLE_BAD_CONTENT_ENCODING:
        return plain(HTTP_FAILURE_OTHER, "the compressed answer is damaged");
    default:
        return plain(HTTP_FAILURE_OTHER, curl_easy_strerror(transfer->result));
    }
}

static struct verdict judge(const struct transfer *transfer)
{
    if (transfer->stop != STOP_NOT)
        return judge_stop(transfer);
    const struct tls_row *row = find_tls_row(transfer->cause);
    if (row)
        return (struct verdict){row->failure, row->kind, xstrdup(row->words)};
    return judge_code(transfer);
}

/* ---- entry */

static void report_response(const struct transfer *transfer)
{
    struct http_response *response = &transfer->job->response;
    long status = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    mem_cleanup_free(&response->reason);
    response->status = (int)status;
    response->reason = xstrdup(http_status_phrase(response->status));
}

void failure_report(const struct transfer *transfer)
{
    struct http_job *job = transfer->job;
    if (transfer->stop == STOP_WANTED ||
        (transfer->stop == STOP_NOT && transfer->result == CURLE_OK)) {
        report_response(transfer);
        return;
    }
    struct verdict verdict = judge(transfer);
    auto_free char *words = verdict.words;
    auto_free char *peer = url_host_port(job->request.url);
    auto_free char *proxy = transfer->proxied ? url_host_port(transfer->client->proxy) : NULL;
    job->failure = verdict.failure;
    error_make(&job->error, verdict.kind, "%s%s%s: %s", peer, proxy ? " through proxy " : "",
               proxy ? proxy : "", words);
    error_code(&job->error, (int)transfer->result);
    http_response_clear(&job->response);
}
