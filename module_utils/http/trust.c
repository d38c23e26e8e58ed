/* Whom we trust and who we are, in libcurl's options. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "http/client_priv.h"

/* One program serves all distributions, so where each keeps its authorities shows at run time only.
 */
const char *const trust_bundles[] = {
    "/etc/ssl/certs/ca-certificates.crt",                /* Debian, Ubuntu */
    "/etc/pki/tls/certs/ca-bundle.crt",                  /* Enterprise Linux 9 */
    "/etc/ssl/ca-bundle.pem",                            /* SUSE */
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", /* Enterprise Linux 10 */
    NULL,
};

const char *trust_bundle(const char *const *paths)
{
    /* As Go and OpenSSL do. A file that is not there fails then, and is named: nobody wants
     * another. */
    const char *wanted = getenv("SSL_CERT_FILE");
    if (wanted && *wanted)
        return wanted;
    while (*paths && access(*paths, R_OK) < 0)
        paths++;
    return *paths;
}

/* The texts outlive every handle, so libcurl need not copy them. */
static void set_blob(CURL *easy, CURLoption option, const char *pem)
{
    struct curl_blob blob = {.len = strlen(pem), .flags = CURL_BLOB_NOCOPY};
    /* libcurl takes a plain pointer, but only reads. */
    memcpy(&blob.data, &pem, sizeof(pem));
    curl_easy_setopt(easy, option, &blob);
}

static void set_authorities(CURL *easy, const struct http_options *options)
{
    long verify = !options->insecure;
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, verify);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, verify ? 2L : 0L);
    /* Keeps the names of the certificate, for the message when ours is not among them. */
    curl_easy_setopt(easy, CURLOPT_CERTINFO, verify);
    if (options->insecure)
        return;
    const char *bundle = options->ca_pem ? NULL : trust_bundle(trust_bundles);
    if (!options->ca_pem && !bundle)
        return;
    if (options->ca_pem)
        set_blob(easy, CURLOPT_CAINFO_BLOB, options->ca_pem);
    /* Without these two the store that libcurl was built for would be trusted in addition. */
    curl_easy_setopt(easy, CURLOPT_CAINFO, bundle);
    curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
}

static void set_identity(CURL *easy, const struct http_options *options)
{
    /* An encrypted key fails then; OpenSSL would ask for a pass phrase on the terminal. */
    curl_easy_setopt(easy, CURLOPT_KEYPASSWD, "");
    if (!options->client_cert_pem)
        return;
    curl_easy_setopt(easy, CURLOPT_SSLCERTTYPE, "PEM");
    curl_easy_setopt(easy, CURLOPT_SSLKEYTYPE, "PEM");
    set_blob(easy, CURLOPT_SSLCERT_BLOB, options->client_cert_pem);
    set_blob(easy, CURLOPT_SSLKEY_BLOB, options->client_key_pem);
}

static void set_proxy(CURL *easy, const struct http_client *client)
{
    /* Not NULL: libcurl would look into the environment. CURLOPT_PROXY is set for each attempt. */
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
    curl_easy_setopt(easy, CURLOPT_PROXY_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl_easy_setopt(easy, CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE);
    curl_easy_setopt(easy, CURLOPT_PROXYHEADER, client->proxy_headers);
}

void trust_setup(CURL *easy, const struct http_client *client)
{
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    set_authorities(easy, &client->options);
    set_identity(easy, &client->options);
    set_proxy(easy, client);
}
