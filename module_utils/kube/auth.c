#include "kube/auth.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/base64.h"
#include "base/buf.h"
#include "base/hide.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "crypto/secret.h"
#include "fs/file.h"
#include "json/js_get.h"
#include "kube/certificate.h"
#include "kube/exec_plugin.h"
#include "kube/impersonate.h"
#include "kube/kubeconfig_priv.h"

enum { TOKEN_LIMIT = 1024 * 1024 };

/* Where the Authorization header comes from. */
enum auth_source { AUTH_NOTHING, AUTH_TOKEN, AUTH_TOKEN_FILE, AUTH_BASIC, AUTH_EXEC };

struct kube_auth {
    struct kube_config *config; /* borrowed */
    enum auth_source source;
    bool plain;  /* http://: nothing is sent */
    char *token; /* of the token file */
    struct exec_credential exec;
    bool has_exec;
};

static enum auth_source choose_source(const struct kube_config *config)
{
    if (config->token_file)
        return AUTH_TOKEN_FILE;
    if (config->token)
        return AUTH_TOKEN;
    if (config->username || config->password)
        return AUTH_BASIC;
    return config->exec && !config->client_cert_pem ? AUTH_EXEC : AUTH_NOTHING;
}

struct kube_auth *kube_auth_new(struct kube_config *config)
{
    struct kube_auth *auth = xcalloc(1, sizeof(*auth));
    auth->config = config;
    auth->plain = !str_starts_with(config->server, "https://");
    auth->source = auth->plain ? AUTH_NOTHING : choose_source(config);
    return auth;
}

void kube_auth_free(struct kube_auth *auth)
{
    if (!auth)
        return;
    secret_free_text(auth->token);
    exec_credential_clear(&auth->exec);
    free(auth);
}

/* The text of the token file without white space at its ends; never empty. */
static char *read_token(const char *path, struct error **err)
{
    auto_buf struct buf bytes = {0};
    if (file_read(path, TOKEN_LIMIT, &bytes, err)) {
        error_wrap(err, "failed to read token file \"%s\"", path);
        return NULL;
    }
    auto_free char *token = xstrdup(buf_str(&bytes));
    buf_wipe(&bytes);
    str_trim(token);
    if (!*token) {
        error_make(err, ERROR_AUTH, "read empty token from file \"%s\"", path);
        return NULL;
    }
    if (!kube_header_value_ok(token)) {
        error_make(err, ERROR_AUTH,
                   "the token in file \"%s\" holds a line break or another "
                   "character that no header may hold",
                   path);
        return NULL;
    }
    return steal_ptr(token);
}

static int refresh_token_file(struct kube_auth *auth, struct error **err)
{
    struct kube_config *config = auth->config;
    auto_error struct error *error = NULL;
    char *token = read_token(config->token_file, &error);
    if (token) {
        secret_free_text(auth->token);
        auth->token = token;
        hide_add(&config->secrets, token);
        return 0;
    }
    /* As client-go: what was known before, or the token beside the file, has to do. */
    if (auth->token || config->token) {
        log_trace(1, "%s", error->message);
        return 0;
    }
    error->kind = ERROR_AUTH;
    error_move_take(err, steal_ptr(error));
    return -1;
}

static bool exec_expired(const struct kube_auth *auth)
{
    return auth->exec.expires && time(NULL) > auth->exec.expires_at;
}

static int refresh_exec(struct kube_auth *auth, bool renew, bool *certificate_changed,
                        struct error **err)
{
    auto_exec_credential struct exec_credential fresh = {0};
    if (auth->has_exec && !renew && !exec_expired(auth))
        return 0;
    if (exec_plugin_run(auth->config, EXEC_PLUGIN_TIMEOUT_MS, &fresh, err)) {
        error_wrap(err, "getting credentials");
        return -1;
    }
    *certificate_changed = !str_equal(fresh.certificate, auth->exec.certificate) ||
                           !str_equal(fresh.key, auth->exec.key);
    exec_credential_clear(&auth->exec);
    auth->exec = fresh;
    auth->has_exec = true;
    memset(&fresh, 0, sizeof(fresh));
    return 0;
}

int kube_auth_refresh(struct kube_auth *auth, bool renew, bool *certificate_changed,
                      struct error **err)
{
    *certificate_changed = false;
    switch (auth->source) {
    case AUTH_TOKEN_FILE:
        return refresh_token_file(auth, err);
    case AUTH_EXEC:
        return refresh_exec(auth, renew, certificate_changed, err);
    case AUTH_NOTHING:
    case AUTH_TOKEN:
    case AUTH_BASIC:
        return 0;
    }
    return 0;
}

static void add_bearer(struct strv *headers, const char *token)
{
    if (token)
        strv_printf(headers, "Authorization: Bearer %s", token);
}

static void add_basic(struct strv *headers, struct kube_config *config)
{
    char *pair = xasprintf("%s:%s", config->username ? config->username : "",
                           config->password ? config->password : "");
    char *encoded = base64_encode(pair, strlen(pair));
    hide_add(&config->secrets, encoded);
    strv_printf(headers, "Authorization: Basic %s", encoded);
    secret_free_text(pair);
    secret_free_text(encoded);
}

void kube_auth_headers(const struct kube_auth *auth, struct strv *headers)
{
    switch (auth->source) {
    case AUTH_TOKEN_FILE:
        add_bearer(headers, auth->token ? auth->token : auth->config->token);
        return;
    case AUTH_TOKEN:
        add_bearer(headers, auth->config->token);
        return;
    case AUTH_EXEC:
        add_bearer(headers, auth->exec.token);
        return;
    case AUTH_BASIC:
        add_basic(headers, auth->config);
        return;
    case AUTH_NOTHING:
        return;
    }
}

const char *kube_auth_certificate(const struct kube_auth *auth)
{
    if (auth->plain)
        return NULL;
    return auth->exec.certificate ? auth->exec.certificate : auth->config->client_cert_pem;
}

const char *kube_auth_key(const struct kube_auth *auth)
{
    if (auth->plain)
        return NULL;
    return auth->exec.key ? auth->exec.key : auth->config->client_key_pem;
}

char *kube_auth_describe_certificate(const struct kube_auth *auth)
{
    const struct kube_config *config = auth->config;
    return kube_certificate_describe(kube_auth_certificate(auth),
                                     auth->exec.certificate ? js_str(config->exec, "command", NULL)
                                                            : config->cert_origin,
                                     time(NULL));
}

bool kube_auth_can_renew(const struct kube_auth *auth)
{
    return auth->source == AUTH_TOKEN_FILE || auth->source == AUTH_EXEC;
}
