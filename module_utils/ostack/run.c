/* Many calls at once, their repeats, and what becomes of them. See ostack/client.h. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"
#include "ostack/client_priv.h"
#include "ostack/failure.h"

enum {
    RETRY_DELAY_MS = 500, /* doubles with every repeat, as in keystoneauth */
    SERVICE_UNAVAILABLE = 503,
};

static void set_token(struct osk_client *client, struct osk_call *call)
{
    struct strv *headers = &call->job.request.headers;
    struct strv fresh;
    strv_init(&fresh);
    for (size_t i = 0; i < headers->count; i++)
        if (strncasecmp(headers->items[i], "x-auth-token:", 13) != 0)
            strv_add(&fresh, headers->items[i]);
    if (client->login != OSK_LOGIN_NONE)
        strv_printf(&fresh, "X-Auth-Token: %s", secret_peek(&client->token.id));
    strv_clear(headers);
    *headers = fresh;
    call->generation = client->generation;
}

/* The path becomes a URL, the headers that every request has are added. */
static int prepare(struct osk_client *client, struct osk_call *call, struct error **err)
{
    struct http_request *request = &call->job.request;
    if (osk_client_locate(client, call->service, err) < 0)
        return -1;
    call->job.owner = call;
    if (!call->prepared) {
        char *url = xasprintf("%s%s", client->endpoints[call->service], request->url);
        free(request->url);
        request->url = url;
        http_request_header(request, "Accept", "application/json");
        if (call->service == OSK_MAGNUM && client->microversion) {
            /* Magnum before 22 knows itself under this name alone. */
            auto_free char *value = xasprintf("container-infra %s", client->microversion);
            http_request_header(request, "OpenStack-API-Version", value);
        }
        call->prepared = true;
    }
    set_token(client, call);
    return 0;
}

/* The calls of one HTTP client. */
struct run {
    struct osk_client *client;
    struct osk_call *calls;
    size_t count;
    size_t started;
    enum osk_scheme scheme;
};

static struct http_job *next_job(void *context, maybe_unused unsigned in_flight)
{
    struct run *run = context;
    while (!run->client->fatal && run->started < run->count) {
        struct osk_call *call = &run->calls[run->started++];
        if (osk_scheme_of(call->job.request.url) == run->scheme)
            return &call->job;
    }
    return NULL;
}

/* How often a setting of the entry lets a call of its service be repeated. */
static long long allowed(const struct osk_client *client, const struct osk_call *call,
                         const char *setting)
{
    const json_t *value = osk_service_setting(client->cloud->config, call->service, setting);
    long long number = 0;
    if (!value)
        value = json_object_get(client->cloud->config, setting);
    if (json_is_string(value) && str_to_int(json_string_value(value), 0, 100, &number))
        return number;
    return json_is_integer(value) ? json_integer_value(value) : 0;
}

/* connect_retry_delay, in seconds with a fraction. */
static long long first_delay_ms(const struct osk_client *client, const struct osk_call *call)
{
    const json_t *value =
        osk_service_setting(client->cloud->config, call->service, "connect_retry_delay");
    double seconds =
        json_is_string(value) ? strtod(json_string_value(value), NULL) : json_number_value(value);
    bool sensible = seconds > 0 && seconds < 3600;
    return sensible ? (long long)(seconds * 1000) : RETRY_DELAY_MS;
}

/* Whether a request that was sent may be sent again. A 503 is often a proxy's, and says nothing of
 * what the service behind it did: keystoneauth repeats a POST all the same, and leaves two objects
 * of one name, of which nobody can tell which one is meant. */
static bool is_repeatable(const struct osk_call *call)
{
    return strcmp(call->job.request.method, "POST") != 0;
}

/* Whether another attempt is due, with *wait_ms. Nothing is repeated that the entry does not
 * allow, and nothing that may make an object twice. */
static bool repeats(const struct osk_client *client, struct osk_call *call, long long *wait_ms)
{
    unsigned shift = 0;
    bool nothing_sent =
        call->job.failure == HTTP_FAILURE_CONNECT || call->job.failure == HTTP_FAILURE_RESOLVE;
    if (nothing_sent && call->connects < allowed(client, call, "connect_retries"))
        shift = call->connects++;
    else if (call->job.response.status == SERVICE_UNAVAILABLE && is_repeatable(call) &&
             call->statuses < allowed(client, call, "status_code_retries"))
        shift = call->statuses++;
    else
        return false;
    *wait_ms = first_delay_ms(client, call) << (shift < 8 ? shift : 8);
    return true;
}

/* After a 401: a fresh token, once a call. True when the call is to be sent again. */
static bool renew(struct osk_client *client, struct osk_call *call)
{
    if (call->renewed || call->takes_401 || client->login != OSK_LOGIN_KEYSTONE ||
        !osk_login_repeatable(client->cloud->config))
        return false;
    call->renewed = true;
    /* Several calls may fail together: only the first of them logs in. */
    if (call->generation == client->generation && osk_client_relogin(client, &client->fatal) < 0)
        return false;
    set_token(client, call);
    return true;
}

static void conclude(struct osk_client *client, struct osk_call *call)
{
    const struct http_response *response = &call->job.response;
    const char *service = osk_service_name(call->service);
    if (call->job.failure != HTTP_FAILURE_NONE) {
        error_move_take(&call->error, steal_ptr(call->job.error));
        error_wrap(&call->error, "%s: %s", client->cloud->origin, service);
    } else if (response->status >= 400) {
        osk_failure_make(response, service, call->job.request.method, call->job.request.url,
                         &call->error);
    } else if (response->status >= 300) {
        osk_redirect_error(&call->job, service, &call->error);
    }
}

static enum http_verdict job_done(void *context, struct http_job *job, long long *wait_ms)
{
    struct run *run = context;
    struct osk_call *call = job->owner;
    osk_log_exchange(run->client->log, job, call->credentials);
    if (repeats(run->client, call, wait_ms))
        return HTTP_AGAIN;
    if (job->response.status == 401 && renew(run->client, call)) {
        *wait_ms = 0;
        return HTTP_AGAIN;
    }
    conclude(run->client, call);
    return HTTP_DONE;
}

static int run_scheme(struct run *run, struct error **err)
{
    const struct http_work work = {.next = next_job, .done = job_done, .context = run};
    const char *url = NULL;
    for (size_t i = 0; i < run->count; i++)
        if (osk_scheme_of(run->calls[i].job.request.url) == run->scheme)
            url = run->calls[i].job.request.url;
    if (!url)
        return 0;
    struct http_client *http = osk_client_http(run->client, url, err);
    if (!http || http_client_run(http, &work, err) < 0)
        return -1;
    if (!run->client->fatal)
        return 0;
    error_move_take(err, steal_ptr(run->client->fatal));
    return -1;
}

int osk_client_all(struct osk_client *client, struct osk_call *calls, size_t count,
                   struct error **err)
{
    if (osk_client_login(client, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (prepare(client, &calls[i], err) < 0)
            return -1;
    for (int scheme = 0; scheme < OSK_SCHEMES; scheme++) {
        struct run run = {
            .client = client, .calls = calls, .count = count, .scheme = (enum osk_scheme)scheme};
        if (run_scheme(&run, err) < 0)
            return -1;
    }
    return 0;
}

int osk_client_call(struct osk_client *client, struct osk_call *call, struct error **err)
{
    if (osk_client_all(client, call, 1, err) < 0)
        return -1;
    if (!call->error)
        return 0;
    osk_call_error_move(call, err);
    return -1;
}
