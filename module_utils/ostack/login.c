/* Exchanges with Keystone. See ostack/keystone.h for what is said. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"
#include "json/js_write.h"
#include "ostack/client_priv.h"

enum { EXPIRY_MARGIN = 30 }; /* seconds: a token that ends sooner is as good as ended */

static void tell_secret(const struct osk_client *client, const char *text)
{
    if (client->options.secret)
        client->options.secret(client->options.secret_context, text);
}

/* One exchange with Keystone. */
static int exchange(struct osk_client *client, struct http_job *job, struct error **err)
{
    struct http_client *http = osk_client_http(client, job->request.url, err);
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

static int read_login(struct osk_client *client, const struct http_job *job, struct error **err)
{
    int status = job->response.status;
    if (status >= 300 && status < 400) {
        osk_redirect_error(job, "Keystone", err);
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
    if (str_empty(auth_url)) {
        error_make(err, ERROR_USAGE,
                   "%s: auth_url is missing: name a cloud of clouds.yaml in the option cloud or in "
                   "OS_CLOUD, or give auth_url in the option auth or in OS_AUTH_URL",
                   cloud->origin);
        return -1;
    }
    json_auto_t *body = osk_login_body(cloud->config, cloud->origin, client->options.warnings, err);
    if (!body)
        return -1;
    if (login_at(client, auth_url, body, err) < 0) {
        error_wrap(err, "%s", cloud->origin);
        return -1;
    }
    return 0;
}

int osk_client_relogin(struct osk_client *client, struct error **err)
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
    if (osk_client_relogin(client, err) == 0)
        return 0;
    client->generation = 0;
    return -1;
}
