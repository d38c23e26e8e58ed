#include "kube/client.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/hide.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "http/retry.h"
#include "http/url.h"
#include "kube/auth.h"

enum {
    MAX_RACES = 5, /* repeats after an optimistic-lock conflict, as kubectl */
    RACE_WAIT_MS = 50,
    UNSERVED_WAIT_MS = 250,
    GRACE_MS = 1000, /* for an answer that is under way when the time of its call ends */
};

struct kube_client {
    struct kube_config *config; /* borrowed */
    struct kube_auth *auth;
    struct http_client *http;
    struct kube_client_options options;
    unsigned auth_generation;  /* grows with every renewal */
    bool rebuild;              /* a new client certificate: drain, then connect again */
    struct error *fatal;       /* credentials could not be renewed */
    long long end_at;          /* of calls that have none of their own; 0: none */
    struct kube_call **replay; /* owned array of borrowed calls to send again after the rebuild */
    size_t replay_count;
    const struct kube_work *work; /* the current run */
};

static int connect_http(struct kube_client *client, struct error **err)
{
    const struct kube_config *config = client->config;
    struct http_options options = {
        .ca_pem = config->ca_pem,
        .client_cert_pem = kube_auth_certificate(client->auth),
        .client_key_pem = kube_auth_key(client->auth),
        .tls_server_name = config->tls_server_name,
        .insecure = config->insecure,
        .proxy = config->proxy,
        .no_proxy = config->no_proxy,
        .proxy_headers = &config->proxy_headers,
        .user_agent = client->options.user_agent,
        .no_compression = config->disable_compression,
        .request_timeout_ms = client->options.request_timeout_ms,
        .max_in_flight = client->options.max_in_flight,
    };
    http_client_free(client->http);
    client->http = http_client_new(&options, err);
    client->rebuild = false;
    if (!client->http) {
        error_wrap(err, "%s", config->origin);
        return -1;
    }
    return 0;
}

struct kube_client *kube_client_new(struct kube_config *config,
                                    const struct kube_client_options *options, struct error **err)
{
    auto_kube_client struct kube_client *client = xcalloc(1, sizeof(*client));
    client->config = config;
    client->options = *options;
    client->auth = kube_auth_new(config);
    bool certificate_changed = false;
    if (kube_auth_refresh(client->auth, false, &certificate_changed, err) < 0 ||
        connect_http(client, err) < 0)
        return NULL;
    return steal_ptr(client);
}

void kube_client_free(struct kube_client *client)
{
    if (!client)
        return;
    http_client_free(client->http);
    kube_auth_free(client->auth);
    error_free(client->fatal);
    free(client->replay);
    free(client);
}

bool kube_client_is_dry_run(const struct kube_client *client)
{
    return client->options.dry_run;
}

const char *kube_client_namespace(const struct kube_client *client)
{
    return str_empty(client->config->namespace_) ? "default" : client->config->namespace_;
}

void kube_client_end_at(struct kube_client *client, long long deadline)
{
    client->end_at = deadline;
}

/* Puts the current credentials into the request, replacing older ones. */
static void set_auth_headers(struct kube_client *client, struct kube_call *call)
{
    struct strv fresh;
    strv_init(&fresh);
    struct strv *headers = &call->job.request.headers;
    for (size_t i = 0; i < headers->count; i++)
        if (strncasecmp(headers->items[i], "authorization:", 14) != 0)
            strv_add(&fresh, headers->items[i]);
    kube_auth_headers(client->auth, &fresh);
    strv_clear(headers);
    *headers = fresh;
    call->auth_generation = client->auth_generation;
}

static bool has_header(const struct http_request *request, const char *prefix)
{
    for (size_t i = 0; i < request->headers.count; i++)
        if (strncasecmp(request->headers.items[i], prefix, strlen(prefix)) == 0)
            return true;
    return false;
}

static void cut_deadline(struct kube_call *call, long long deadline)
{
    if (deadline && deadline < call->deadline)
        call->deadline = deadline;
}

/* An attempt that begins WAIT_MS from now must not outlast the time of its call: a server that
 * falls silent would hold us up for as long as an attempt may take. */
static void limit_attempt(const struct kube_client *client, struct kube_call *call,
                          long long wait_ms)
{
    if (!call->end_at)
        return;
    long most = client->options.request_timeout_ms;
    long long left = clock_left_ms(call->end_at) - wait_ms;
    left = (left > 0 ? left : 0) + GRACE_MS;
    most = most ? most : HTTP_REQUEST_TIMEOUT_MS;
    call->job.request.timeout_ms = left < most ? (long)left : most;
}

/* The path becomes a URL, the headers that every request has are added. */
static void prepare(struct kube_client *client, struct kube_call *call)
{
    struct http_request *request = &call->job.request;
    if (request->url[0] == '/') {
        struct buf url;
        buf_init(&url);
        buf_printf(&url, "%s%s", client->config->server, request->url);
        if (call->write && client->options.dry_run)
            url_query(&url, "dryRun", "All");
        free(request->url);
        request->url = buf_steal(&url);
        if (!has_header(request, "accept:"))
            http_request_header(request, "Accept", KUBE_ACCEPT_JSON);
        for (size_t i = 0; i < client->config->impersonate.count; i++)
            strv_add(&request->headers, client->config->impersonate.items[i]);
        call->end_at = call->end_at ? call->end_at : client->end_at;
        call->deadline = clock_deadline_ms(client->options.retry_timeout_ms);
        cut_deadline(call, call->give_up_at);
        cut_deadline(call, call->end_at);
    }
    limit_attempt(client, call, 0);
    set_auth_headers(client, call);
    log_trace(2, "%s %s (%zu bytes)", request->method, request->url, request->body.size);
}

static void add_replay(struct kube_client *client, struct kube_call *call)
{
    client->replay = xreallocarray(client->replay, client->replay_count + 1, sizeof(call));
    client->replay[client->replay_count++] = call;
}

static struct kube_call *take_replay(struct kube_client *client)
{
    struct kube_call *call = client->replay[0];
    client->replay_count--;
    memmove(client->replay, client->replay + 1, client->replay_count * sizeof(call));
    return call;
}

static struct http_job *next_job(void *context, unsigned in_flight)
{
    struct kube_client *client = context;
    if (client->rebuild || client->fatal)
        return NULL;
    struct kube_call *call = client->replay_count
                                 ? take_replay(client)
                                 : client->work->next(client->work->context, in_flight);
    if (!call)
        return NULL;
    prepare(client, call);
    return &call->job;
}

/* After a 401: fresh credentials, once a call. True when the call is to be sent again. */
static bool renew(struct kube_client *client, struct kube_call *call)
{
    if (call->renewed || !kube_auth_can_renew(client->auth))
        return false;
    call->renewed = true;
    /* Several calls may fail together: only the first of them renews. */
    if (call->auth_generation == client->auth_generation) {
        bool certificate_changed = false;
        if (kube_auth_refresh(client->auth, true, &certificate_changed, &client->fatal) < 0)
            return false;
        client->auth_generation++;
        client->rebuild = client->rebuild || certificate_changed;
    }
    return true;
}

/* How a kind answers that was just established: not known to this API server, or known a moment
 * ago. */
static bool not_served_yet(const struct kube_status *status)
{
    return (status->code == 404 && status->plain) ||
           (status->code == 429 && str_contains(status->message, "storage is (re)initializing"));
}

/* Decides on a repeat after a failed answer. */
static enum http_verdict judge_status(struct kube_call *call, long long *wait_ms)
{
    enum kube_patience patience = kube_status_patience(&call->status);
    if (patience == KUBE_RACE && call->may_race && ++call->races <= MAX_RACES) {
        *wait_ms = (long long)RACE_WAIT_MS * call->races;
        return HTTP_AGAIN;
    }
    if (not_served_yet(&call->status) && !clock_passed(call->unserved_until)) {
        *wait_ms = UNSERVED_WAIT_MS;
        return HTTP_AGAIN;
    }
    long long told = 0; /* a Retry-After of the server is better than our own pause */
    if (patience == KUBE_PASSING && call->idempotent &&
        !http_retry_after(&call->job.response, &told)) {
        *wait_ms = http_retry_backoff_ms(call->job.attempts);
        if (*wait_ms < clock_left_ms(call->deadline))
            return HTTP_AGAIN;
    }
    struct http_retry retry = {.deadline = call->deadline, .idempotent = call->idempotent};
    return http_retry_judge(&retry, &call->job, wait_ms);
}

static enum http_verdict judge(struct kube_client *client, struct kube_call *call,
                               long long *wait_ms)
{
    /* What an earlier attempt said counts no more, also when there is no answer now. */
    kube_status_clear(&call->status);
    if (call->job.failure != HTTP_FAILURE_NONE) {
        struct http_retry retry = {.deadline = call->deadline, .idempotent = call->idempotent};
        return http_retry_judge(&retry, &call->job, wait_ms);
    }
    if (call->job.response.status < 400)
        return HTTP_DONE;
    kube_status_read(&call->job.response, &call->status);
    if (call->status.code == 401 && renew(client, call)) {
        *wait_ms = 0;
        if (!client->rebuild) {
            set_auth_headers(client, call);
            return HTTP_AGAIN;
        }
        add_replay(client, call);
        return HTTP_DONE;
    }
    return judge_status(call, wait_ms);
}

/* What a 3xx means here: it is never followed. */
static void redirect_error(struct kube_call *call)
{
    const char *location = http_response_header(&call->job.response, "Location");
    error_make(&call->error, ERROR_STATUS,
               "the server redirects (HTTP %d) to %s; redirects are not followed because the "
               "credentials would travel: give the final address as the server",
               call->job.response.status, location ? location : "an address that it does not name");
    error_code(&call->error, call->job.response.status);
}

/* A server that refuses us may do so because of a certificate that we can see is expired. */
static void name_credentials(struct kube_client *client, struct kube_call *call)
{
    auto_free char *about = kube_auth_describe_certificate(client->auth);
    if (about)
        error_append(&call->error, "\nThe %s.", about);
    error_wrap(&call->error, "%s", client->config->origin);
}

/* The call is over: makes its error, if it failed. */
static void conclude(struct kube_client *client, struct kube_call *call)
{
    int status = call->job.response.status;
    log_trace(2, "%s %s -> %d after %u attempts", call->job.request.method, call->job.request.url,
              status, call->job.attempts);
    if (call->job.failure != HTTP_FAILURE_NONE) {
        error_move_take(&call->error, steal_ptr(call->job.error));
        name_credentials(client, call);
    } else if (status >= 400) {
        kube_status_error(&call->status, &call->error);
        if (status == 401)
            name_credentials(client, call);
    } else if (status >= 300) {
        redirect_error(call);
    }
    /* A server, or a proxy before it, may repeat in its refusal what it was sent. */
    hide_in_error(call->error, &client->config->secrets);
    if (call->error && call->job.attempts > 1)
        error_detail_take(&call->error, "attempts", json_integer(call->job.attempts));
}

static bool is_replayed(const struct kube_client *client, const struct kube_call *call)
{
    for (size_t i = 0; i < client->replay_count; i++)
        if (client->replay[i] == call)
            return true;
    return false;
}

/* The attempt is over; what became of the call goes to its giver. */
static enum http_verdict hand_over(struct kube_client *client, struct kube_call *call,
                                   long long *wait_ms)
{
    conclude(client, call);
    const struct kube_work *work = client->work;
    if (work->again && work->again(work->context, call, wait_ms)) {
        error_clear(&call->error);
        call->renewed = false; /* what is asked again may come long after this renewal */
        return HTTP_AGAIN;
    }
    work->done(work->context, call);
    return HTTP_DONE;
}

static enum http_verdict job_done(void *context, struct http_job *job, long long *wait_ms)
{
    struct kube_client *client = context;
    struct kube_call *call = job->owner;
    enum http_verdict verdict = judge(client, call, wait_ms);
    if (verdict == HTTP_AGAIN)
        call->in_doubt = call->in_doubt || http_retry_in_doubt(job);
    if (verdict == HTTP_DONE && !is_replayed(client, call))
        verdict = hand_over(client, call, wait_ms);
    if (verdict == HTTP_AGAIN)
        limit_attempt(client, call, *wait_ms);
    return verdict;
}

static bool job_data(void *context, struct http_job *job, const char *bytes, size_t length)
{
    struct kube_client *client = context;
    return client->work->data(client->work->context, job->owner, bytes, length);
}

int kube_client_run(struct kube_client *client, const struct kube_work *work, struct error **err)
{
    const struct http_work http_work = {
        .next = next_job,
        .done = job_done,
        .data = work->data ? job_data : NULL,
        .context = client,
        .wake = work->wake ? work->wake : client->options.wake,
    };
    client->work = work;
    client->replay_count = 0;
    do {
        bool certificate_changed = false;
        if (kube_auth_refresh(client->auth, false, &certificate_changed, err) < 0)
            return -1;
        if ((client->rebuild || certificate_changed) && connect_http(client, err) < 0)
            return -1;
        if (http_client_run(client->http, &http_work, err) < 0)
            return -1;
        if (client->fatal) {
            error_move_take(err, steal_ptr(client->fatal));
            return -1;
        }
    } while (client->replay_count);
    return 0;
}
