#include "http/client.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "http/client_priv.h"
#include "http/proxy.h"

enum {
    CONNECT_TIMEOUT_MS = 10000,
    MAX_BODY = 64 * 1024 * 1024,
    MAX_IN_FLIGHT = 32,
};

void http_job_init(struct http_job *job, const char *method, char *url_take)
{
    *job = (struct http_job){0};
    http_request_init(&job->request, method, url_take);
    http_response_init(&job->response);
}

void job_clear_attempt(struct http_job *job)
{
    http_response_clear(&job->response);
    error_clear(&job->error);
    job->failure = HTTP_FAILURE_NONE;
}

void http_job_clear(struct http_job *job)
{
    http_request_clear(&job->request);
    job_clear_attempt(job);
    *job = (struct http_job){0};
}

/* ---- the client */

static int check_pem(const struct http_options *options, struct error **err)
{
    if (options->ca_pem && !str_contains(options->ca_pem, "-----BEGIN ")) {
        error_make(err, ERROR_AUTH, "the CA certificate is not PEM");
        return -1;
    }
    if (!options->client_cert_pem == !options->client_key_pem)
        return 0;
    error_make(err, ERROR_AUTH, "a client certificate needs a key, and a key a certificate");
    return -1;
}

static void fill_defaults(struct http_options *options)
{
    if (!options->connect_timeout_ms)
        options->connect_timeout_ms = CONNECT_TIMEOUT_MS;
    if (!options->request_timeout_ms)
        options->request_timeout_ms = HTTP_REQUEST_TIMEOUT_MS;
    if (!options->max_body)
        options->max_body = MAX_BODY;
    if (!options->max_in_flight)
        options->max_in_flight = MAX_IN_FLIGHT;
}

static int start_curl(struct http_client *client, struct error **err)
{
    /* With our allocator nothing in libcurl can fail for want of memory. */
    if (curl_global_init_mem(CURL_GLOBAL_SSL, xmalloc, free, xrealloc, xstrdup, xcalloc) !=
        CURLE_OK) {
        error_make(err, ERROR_HTTP, "libcurl cannot be initialised");
        return -1;
    }
    client->curl_ready = true;
    client->multi = curl_multi_init();
    if (!client->multi) {
        error_make(err, ERROR_HTTP, "libcurl cannot be initialised");
        return -1;
    }
    curl_multi_setopt(client->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX);
    return 0;
}

struct http_client *http_client_new(const struct http_options *options, struct error **err)
{
    auto_http_client struct http_client *client = xcalloc(1, sizeof(*client));
    client->options = *options;
    fill_defaults(&client->options);
    if (check_pem(options, err) < 0 || start_curl(client, err) < 0)
        return NULL;
    client->proxy = proxy_url(options->proxy, err);
    if (!client->proxy)
        return NULL;
    const struct strv *headers = options->proxy_headers;
    for (size_t i = 0; headers && i < headers->count; i++)
        client->proxy_headers = curl_slist_append(client->proxy_headers, headers->items[i]);
    return steal_ptr(client);
}

static void free_list(struct transfer *list)
{
    while (list) {
        struct transfer *next = list->next;
        transfer_free(list);
        list = next;
    }
}

void http_client_free(struct http_client *client)
{
    if (!client)
        return;
    for (struct transfer *transfer = client->active; transfer; transfer = transfer->next)
        curl_multi_remove_handle(client->multi, transfer->easy);
    free_list(client->active);
    free_list(client->idle);
    if (client->multi)
        curl_multi_cleanup(client->multi);
    curl_slist_free_all(client->proxy_headers);
    free(client->proxy);
    if (client->curl_ready)
        curl_global_cleanup();
    free(client);
}

unsigned long http_client_count(const struct http_client *client)
{
    return client->started;
}

/* ---- a single exchange */

struct single {
    struct http_job *job;
    bool given;
};

static struct http_job *single_next(void *context, unsigned in_flight)
{
    struct single *single = context;
    (void)in_flight;
    if (single->given)
        return NULL;
    single->given = true;
    return single->job;
}

static enum http_verdict single_done(void *context, struct http_job *job, long long *wait_ms)
{
    (void)context;
    (void)job;
    (void)wait_ms;
    return HTTP_DONE;
}

int http_client_perform(struct http_client *client, struct http_job *job, struct error **err)
{
    struct single single = {.job = job};
    struct http_work work = {.next = single_next, .done = single_done, .context = &single};
    if (http_client_run(client, &work, err) < 0)
        return -1;
    if (job->failure == HTTP_FAILURE_NONE)
        return 0;
    error_move_take(err, steal_ptr(job->error));
    return -1;
}
