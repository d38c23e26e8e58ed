/* Where a request goes: the URL, the name that TLS verifies, the proxy or none. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "http/client_priv.h"
#include "http/proxy.h"

/* libcurl's copies come from our allocator: free() is right for them. */
static char *url_part(CURLU *url, CURLUPart part, unsigned flags)
{
    char *value = NULL;
    return curl_url_get(url, part, &value, flags) == CURLUE_OK ? value : NULL;
}

/* HOST without brackets, owned. */
static char *without_brackets(const char *host)
{
    size_t skip = *host == '[';
    return xmemdup(host + skip, strcspn(host + skip, "]"));
}

/*
 * libcurl verifies the name in the URL: so the URL gets the server's other name, CONNECT_TO leads
 * to the real host, and the Host header stays that of the real one.
 */
static int rename_host(struct transfer *transfer, CURLU *url, const char *host, const char *name)
{
    auto_free char *port = url_part(url, CURLUPART_PORT, CURLU_DEFAULT_PORT);
    auto_free char *explicit_port = url_part(url, CURLUPART_PORT, 0);
    bool bracket = strchr(name, ':') && *name != '[';
    auto_free char *new_host = xasprintf("%s%s%s", bracket ? "[" : "", name, bracket ? "]" : "");
    if (!port || curl_url_set(url, CURLUPART_HOST, new_host, 0) != CURLUE_OK)
        return -1;
    auto_free char *route = xasprintf("%s:%s:%s:%s", new_host, port, host, port);
    auto_free char *header = xasprintf("Host: %s%s%s", host, explicit_port ? ":" : "",
                                       explicit_port ? explicit_port : "");
    transfer->connect_to = curl_slist_append(transfer->connect_to, route);
    transfer->headers = curl_slist_append(transfer->headers, header);
    return 0;
}

static void choose_proxy(struct transfer *transfer, CURLU *url, const char *host)
{
    const struct http_client *client = transfer->client;
    auto_free char *bare = without_brackets(host);
    auto_free char *port = url_part(url, CURLUPART_PORT, CURLU_DEFAULT_PORT);
    transfer->proxied =
        *client->proxy && !proxy_excluded(client->options.no_proxy, bare, port ? port : "");
    /* Empty, not NULL: libcurl would ask the environment. */
    curl_easy_setopt(transfer->easy, CURLOPT_PROXY, transfer->proxied ? client->proxy : "");
}

static void cleanup_url(CURLU **url)
{
    curl_url_cleanup(*url);
}

int target_prepare(struct transfer *transfer, struct error **err)
{
    const char *text = transfer->job->request.url;
    const char *name = transfer->client->options.tls_server_name;
    cleanup_with(cleanup_url) CURLU *url = curl_url();
    if (curl_url_set(url, CURLUPART_URL, text, 0) != CURLUE_OK) {
        error_make(err, ERROR_USAGE, "the URL is malformed");
        return -1;
    }
    auto_free char *host = url_part(url, CURLUPART_HOST, 0);
    choose_proxy(transfer, url, host ? host : "");
    if (name && (!host || rename_host(transfer, url, host, name) < 0)) {
        error_make(err, ERROR_USAGE, "\"%s\" cannot be the name of a TLS server", name);
        return -1;
    }
    auto_free char *renamed = name ? url_part(url, CURLUPART_URL, 0) : NULL;
    curl_easy_setopt(transfer->easy, CURLOPT_URL, name ? renamed : text);
    curl_easy_setopt(transfer->easy, CURLOPT_CONNECT_TO, transfer->connect_to);
    return 0;
}
