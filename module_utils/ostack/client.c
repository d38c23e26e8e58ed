#include "ostack/client.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"
#include "json/js_read.h"
#include "json/js_write.h"
#include "ostack/failure.h"
#include "ostack/keystone.h"
#include "ostack/log.h"
#include "ostack/trust.h"

enum {
    CONNECT_TIMEOUT_MS = 60000,
    NO_TIMEOUT_MS = 24 * 3600 * 1000, /* without api_timeout a request may take what it takes */
    EXPIRY_MARGIN = 30,               /* seconds: a token that ends sooner is as good as ended */
    RETRY_DELAY_MS = 500,             /* doubles with every repeat, as in keystoneauth */
    SERVICE_UNAVAILABLE = 503,
};

enum { PLAIN, TLS, SCHEMES };

struct osk_client {
    const struct osk_cloud *cloud; /* borrowed */
    struct osk_client_options options;
    struct osk_log *log;
    struct osk_trust trust;
    struct http_client *http[SCHEMES]; /* made when first needed; each may have another proxy */
    enum osk_login login;
    struct osk_token token;
    unsigned generation;           /* of the token; 0: there is none yet */
    char *endpoints[OSK_SERVICES]; /* owned, found when first needed */
    char *microversion;            /* owned or NULL */
    struct error *fatal;           /* why the run cannot go on */
};

/* ---- setting up */

/* A setting like "1.9" of the entry also chooses the microversion. */
static char *microversion_of(const struct osk_client *client)
{
    const json_t *config = client->cloud->config;
    const json_t *set = osk_service_setting(config, OSK_MAGNUM, "default_microversion");
    const char *text = client->options.microversion;
    if (!text)
        text = json_string_value(set);
    if (text)
        return xstrdup(text);
    text = json_string_value(osk_service_setting(config, OSK_MAGNUM, "api_version"));
    if (str_equal(text, "latest")) {
        strv_add_once(client->options.warnings,
                      "api_version \"latest\" of Magnum is ignored: it names "
                      "no version; use the option microversion");
        return NULL;
    }
    const char *minor = text ? str_after(text, "1.") : NULL;
    return minor && strcmp(minor, "0") != 0 && strspn(minor, "0123456789") == strlen(minor)
               ? xstrdup(text)
               : NULL;
}

struct osk_client *osk_client_new(const struct osk_cloud *cloud,
                                  const struct osk_client_options *options, struct error **err)
{
    auto_osk_client struct osk_client *client = xcalloc(1, sizeof(*client));
    client->cloud = cloud;
    client->options = *options;
    client->microversion = microversion_of(client);
    if (osk_login_kind(cloud->config, &client->login, err) < 0 ||
        osk_trust_read(cloud->config, &client->trust, err) < 0) {
        error_wrap(err, "%s", cloud->origin);
        return NULL;
    }
    client->log = osk_log_open(options->log_path, options->log_debug, err);
    return client->log ? steal_ptr(client) : NULL;
}

void osk_client_free(struct osk_client *client)
{
    if (!client)
        return;
    for (size_t i = 0; i < SCHEMES; i++)
        http_client_free(client->http[i]);
    for (size_t i = 0; i < OSK_SERVICES; i++)
        free(client->endpoints[i]);
    osk_token_clear(&client->token);
    osk_trust_clear(&client->trust);
    osk_log_free(client->log);
    error_free(client->fatal);
    free(client->microversion);
    free(client);
}

const json_t *osk_client_token(const struct osk_client *client)
{
    return client->token.body;
}

unsigned long osk_client_count(const struct osk_client *client)
{
    unsigned long count = 0;
    for (size_t i = 0; i < SCHEMES; i++)
        count += client->http[i] ? http_client_count(client->http[i]) : 0;
    return count;
}

static int scheme_of(const char *url)
{
    return strncasecmp(url, "https:", 6) == 0 ? TLS : PLAIN;
}

/* The HTTP client for URL; borrowed. */
static struct http_client *http_for(struct osk_client *client, const char *url, struct error **err)
{
    int scheme = scheme_of(url);
    const json_t *timeout = json_object_get(client->cloud->config, "api_timeout");
    long long seconds = json_integer_value(timeout);
    if (json_is_string(timeout) && !str_to_int(json_string_value(timeout), 1, 86400, &seconds))
        strv_printf(client->options.warnings,
                    "api_timeout \"%s\" is no number of seconds and is ignored",
                    json_string_value(timeout));
    if (client->http[scheme])
        return client->http[scheme];
    const struct http_options options = {
        .ca_pem = client->trust.ca_pem,
        .client_cert_pem = client->trust.cert_pem,
        .client_key_pem = client->trust.cert_pem ? secret_peek(&client->trust.key) : NULL,
        .insecure = client->trust.insecure,
        .proxy = osk_proxy(scheme == TLS ? "https" : "http"),
        .no_proxy = osk_no_proxy(),
        .user_agent = client->options.user_agent ? client->options.user_agent : "mcapi/1.0",
        .connect_timeout_ms = seconds > 0 ? seconds * 1000 : CONNECT_TIMEOUT_MS,
        .request_timeout_ms = seconds > 0 ? seconds * 1000 : NO_TIMEOUT_MS,
    };
    client->http[scheme] = http_client_new(&options, err);
    if (!client->http[scheme])
        error_wrap(err, "%s", client->cloud->origin);
    return client->http[scheme];
}

/* ---- the login */

static void tell_secret(const struct osk_client *client, const char *text)
{
    if (client->options.secret)
        client->options.secret(client->options.secret_context, text);
}

/* One exchange with Keystone. */
static int exchange(struct osk_client *client, struct http_job *job, struct error **err)
{
    struct http_client *http = http_for(client, job->request.url, err);
    if (!http)
        return -1;
    http_request_header(&job->request, "Accept", "application/json");
    int result = http_client_perform(http, job, err);
    /* Before a word is said about the answer. */
    const char *id = http_response_header(&job->response, "X-Subject-Token");
    if (id)
        tell_secret(client, id);
    osk_log_exchange(client->log, job, true);
    if (result < 0)
        error_wrap(err, "Keystone at %s", job->request.url);
    return result;
}

/* POST ROOT/auth/tokens; the answer is left in JOB. */
static int post_login(struct osk_client *client, const char *root, const json_t *body,
                      struct http_job *job, struct error **err)
{
    http_job_init(job, "POST", xasprintf("%s/auth/tokens", root));
    http_request_header(&job->request, "Content-Type", "application/json");
    job->request.has_body = true;
    if (js_write(&job->request.body, body, 0, err) < 0)
        return -1;
    return exchange(client, job, err);
}

/* Whether an answer says that the path is wrong, not the login. */
static bool wrong_place(int status)
{
    return status == 300 || status == 404 || status == 405;
}

/* The v3 root that the version document at AUTH_URL names, owned, or NULL. */
static char *discover(struct osk_client *client, const char *auth_url)
{
    auto_error struct error *ignored = NULL;
    struct http_job job;
    http_job_init(&job, "GET", xstrdup(auth_url));
    char *root = NULL;
    if (exchange(client, &job, &ignored) == 0) {
        json_auto_t *document =
            json_loadb(buf_str(&job.response.body), job.response.body.size, 0, NULL);
        root = osk_login_discover(document, auth_url);
    }
    http_job_clear(&job);
    return root;
}

static void clear_login_job(struct http_job *job)
{
    mem_wipe(job->request.body.data, job->request.body.size);
    http_job_clear(job);
}

static void redirect_error(const struct http_job *job, const char *service, struct error **err)
{
    const char *location = http_response_header(&job->response, "Location");
    error_make(err, ERROR_STATUS,
               "%s redirects (HTTP %d) to %s; redirects are not followed because the token would "
               "travel: configure the final address",
               service, job->response.status,
               location ? location : "an address that it does not name");
    error_code(err, job->response.status);
}

static int read_login(struct osk_client *client, const struct http_job *job, struct error **err)
{
    int status = job->response.status;
    if (status >= 300 && status < 400) {
        redirect_error(job, "Keystone", err);
        return -1;
    }
    if (status < 200 || status >= 300) {
        osk_login_refused(&job->response, client->cloud->config, job->request.url, err);
        return -1;
    }
    struct osk_token token = {0};
    if (osk_token_read(&job->response, &token, err) < 0) {
        error_wrap(err, "Keystone at %s", job->request.url);
        return -1;
    }
    osk_token_clear(&client->token);
    client->token = token;
    return 0;
}

static int login_at(struct osk_client *client, const char *auth_url, const json_t *body,
                    struct error **err)
{
    bool guessed = false;
    auto_free char *root = osk_login_root(auth_url, &guessed);
    cleanup_with(clear_login_job) struct http_job job = {0};
    if (post_login(client, root, body, &job, err) < 0)
        return -1;
    if (guessed && wrong_place(job.response.status)) {
        auto_free char *found = discover(client, auth_url);
        if (found && strcmp(found, root) != 0) {
            clear_login_job(&job);
            if (post_login(client, found, body, &job, err) < 0)
                return -1;
        }
    }
    return read_login(client, &job, err);
}

static bool has_ended(const struct osk_token *token)
{
    return token->expires_at && token->expires_at - EXPIRY_MARGIN <= time(NULL);
}

static int ask_keystone(struct osk_client *client, struct error **err)
{
    const struct osk_cloud *cloud = client->cloud;
    const char *auth_url = js_str(cloud->config, "auth", "auth_url", NULL);
    json_auto_t *body = osk_login_body(cloud->config, cloud->origin, client->options.warnings, err);
    if (!body)
        return -1;
    if (str_empty(auth_url)) {
        error_make(err, ERROR_USAGE,
                   "%s: auth_url is missing: name a cloud of clouds.yaml in the option cloud or in "
                   "OS_CLOUD, or give auth_url in the option auth or in OS_AUTH_URL",
                   cloud->origin);
        return -1;
    }
    if (login_at(client, auth_url, body, err) < 0) {
        error_wrap(err, "%s", cloud->origin);
        return -1;
    }
    return 0;
}

/* Gets a token whatever there is. */
static int login(struct osk_client *client, struct error **err)
{
    const json_t *config = client->cloud->config;
    client->generation++;
    if (client->login == OSK_LOGIN_NONE)
        return 0;
    if (client->login == OSK_LOGIN_FIXED_TOKEN) {
        const char *token = js_str(config, "auth", "token", NULL);
        if (!str_empty(token)) {
            secret_set(&client->token.id, token, strlen(token));
            return 0;
        }
        error_make(err, ERROR_USAGE, "%s: auth lacks token, which auth_type admin_token needs",
                   client->cloud->origin);
        return -1;
    }
    if (ask_keystone(client, err) < 0)
        return -1;
    if (!has_ended(&client->token) || !osk_login_repeatable(config))
        return 0;
    log_trace(1, "ostack: the token has ended already, once more");
    return ask_keystone(client, err);
}

int osk_client_login(struct osk_client *client, struct error **err)
{
    if (client->generation)
        return 0;
    if (login(client, err) == 0)
        return 0;
    client->generation = 0;
    return -1;
}

/* ---- calls */

void osk_call_init(struct osk_call *call, enum osk_service service, const char *method,
                   char *path_take)
{
    *call = (struct osk_call){.service = service};
    http_job_init(&call->job, method, path_take);
    call->job.owner = call;
}

void osk_call_clear(struct osk_call *call)
{
    http_job_clear(&call->job);
    error_clear(&call->error);
    *call = (struct osk_call){0};
}

void osk_call_body(struct osk_call *call, const json_t *body)
{
    struct http_request *request = &call->job.request;
    /* Not ours to judge: Magnum reads it as JSON, and what it stores it hands out as Python. */
    auto_free char *text = json_dumps(body, JSON_COMPACT | JSON_ENCODE_ANY);
    buf_clear(&request->body);
    buf_add_str(&request->body, text ? text : "null");
    request->has_body = true;
    http_request_header(request, "Content-Type", "application/json");
}

int osk_call_status(const struct osk_call *call)
{
    return call->job.response.status;
}

json_t *osk_call_json(const struct osk_call *call, struct error **err)
{
    const struct buf *body = &call->job.response.body;
    json_error_t where;
    json_t *value = js_read(buf_str(body), body->size, &where);
    if (json_is_object(value))
        return value;
    error_make(err, ERROR_PARSE,
               "%s's answer to %s %s is no JSON object (%s): is there a proxy in between?",
               osk_service_name(call->service), call->job.request.method, call->job.request.url,
               value ? js_type_name(value) : where.text);
    json_decref(value);
    return NULL;
}

void osk_call_error_move(struct osk_call *call, struct error **err)
{
    error_move_take(err, steal_ptr(call->error));
}

/* ---- a run */

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

int osk_client_locate(struct osk_client *client, enum osk_service service, struct error **err)
{
    char **base = &client->endpoints[service];
    if (!*base)
        *base = osk_endpoint(service, client->cloud->config, client->token.body, err);
    if (*base)
        return 0;
    error_wrap(err, "%s", client->cloud->origin);
    return -1;
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
    int scheme;
};

static struct http_job *next_job(void *context, maybe_unused unsigned in_flight)
{
    struct run *run = context;
    while (!run->client->fatal && run->started < run->count) {
        struct osk_call *call = &run->calls[run->started++];
        if (scheme_of(call->job.request.url) == run->scheme)
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

/* Whether another attempt is due, with *wait_ms. Nothing is repeated that the entry does not
 * allow, and no answer that may have changed something. */
static bool repeats(const struct osk_client *client, struct osk_call *call, long long *wait_ms)
{
    unsigned shift = 0;
    bool nothing_sent =
        call->job.failure == HTTP_FAILURE_CONNECT || call->job.failure == HTTP_FAILURE_RESOLVE;
    if (nothing_sent && call->connects < allowed(client, call, "connect_retries"))
        shift = call->connects++;
    else if (call->job.response.status == SERVICE_UNAVAILABLE &&
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
    if (call->renewed || client->login != OSK_LOGIN_KEYSTONE ||
        !osk_login_repeatable(client->cloud->config))
        return false;
    call->renewed = true;
    /* Several calls may fail together: only the first of them logs in. */
    if (call->generation == client->generation && login(client, &client->fatal) < 0)
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
        redirect_error(&call->job, service, &call->error);
    }
}

static enum http_verdict job_done(void *context, struct http_job *job, long long *wait_ms)
{
    struct run *run = context;
    struct osk_call *call = job->owner;
    osk_log_exchange(run->client->log, job, false);
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
        if (scheme_of(run->calls[i].job.request.url) == run->scheme)
            url = run->calls[i].job.request.url;
    if (!url)
        return 0;
    struct http_client *http = http_for(run->client, url, err);
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
    for (int scheme = 0; scheme < SCHEMES; scheme++) {
        struct run run = {.client = client, .calls = calls, .count = count, .scheme = scheme};
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
