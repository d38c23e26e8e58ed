#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "fs/file.h"
#include "json/js_get.h"
#include "kube/certificate.h"
#include "kube/impersonate.h"
#include "kube/kubeconfig_priv.h"

enum { PEM_LIMIT = 4 * 1024 * 1024 };

/* What the checks work on: every problem is noted, none ends the work. */
struct check {
    struct kube_draft *draft;
    const char *user; /* names for messages, never NULL */
    const char *cluster;
    bool tls;
    struct strv problems;
};

/* Notes ERROR as a problem behind CONTEXT. */
static void note_error(struct check *check, const char *context, const struct error *error)
{
    strv_printf(&check->problems, "%s: %s", context, error->message);
}

/* ---- files */

/* As Go says it: "open /x: no such file or directory"; where it is no system call that failed, in
 * our own words. */
static char *io_reason(const char *path, const struct error *error)
{
    if (error->kind != ERROR_IO || error->code == 0 ||
        !str_ends_with(error->message, strerror(error->code)))
        return xstrdup(error->message);
    char *reason = xasprintf("open %s: %s", path, strerror(error->code));
    char *first = reason + strlen("open ") + strlen(path) + strlen(": ");
    *first = (char)tolower((unsigned char)*first);
    return reason;
}

static void read_file(struct check *check, const char *what, const char *owner, const char *path,
                      char **out)
{
    auto_buf struct buf bytes = {0};
    auto_error struct error *error = NULL;
    if (file_read(path, PEM_LIMIT, &bytes, &error) == 0) {
        free(*out);
        *out = buf_steal(&bytes);
        return;
    }
    auto_free char *reason = io_reason(path, error);
    strv_printf(&check->problems, "unable to read %s %s for %s due to %s", what, path, owner,
                reason);
}

/* ---- user */

static void check_methods(struct check *check)
{
    const struct kube_config *config = &check->draft->config;
    if (config->token && (config->username || config->password))
        strv_printf(&check->problems,
                    "more than one authentication method found for %s; "
                    "found [token basicAuth], only one is allowed",
                    check->user);
    else if (config->token_file && (config->username || config->password))
        strv_printf(&check->problems,
                    "username/password or bearer token may be set for %s, but not both",
                    check->user);
    if (config->token && !kube_header_value_ok(config->token))
        strv_printf(&check->problems,
                    "the token of %s holds a line break or another character that no header may "
                    "hold",
                    check->user);
}

static void check_client_certificate(struct check *check)
{
    struct kube_draft *draft = check->draft;
    struct kube_config *config = &draft->config;
    if (!draft->client_cert_file && !config->client_cert_pem) {
        /* As kubectl: a key alone is not used. */
        kube_draft_set(&config->client_key_pem, NULL);
        return;
    }
    if (draft->client_cert_file && config->client_cert_pem)
        strv_printf(&check->problems, "client-cert-data and client-cert are both specified for %s",
                    check->user);
    if (draft->client_key_file && config->client_key_pem)
        strv_printf(&check->problems, "client-key-data and client-key are both specified for %s",
                    check->user);
    if (!draft->client_key_file && !config->client_key_pem)
        strv_printf(&check->problems,
                    "client-key-data or client-key must be specified for %s to "
                    "use the clientCert authentication method.",
                    check->user);
    kube_draft_set(&config->cert_origin,
                   draft->client_cert_file ? draft->client_cert_file : config->origin);
    if (draft->client_cert_file && !config->client_cert_pem)
        read_file(check, "client-cert", check->user, draft->client_cert_file,
                  &config->client_cert_pem);
    if (draft->client_key_file && !config->client_key_pem)
        read_file(check, "client-key", check->user, draft->client_key_file,
                  &config->client_key_pem);
    kube_draft_secret(draft, config->client_key_pem);
}

static void need_exec_text(struct check *check, const json_t *exec, const char *key)
{
    if (str_empty(js_str(exec, key, NULL)))
        strv_printf(&check->problems,
                    "%s must be specified for %s to use exec authentication plugin", key,
                    check->user);
}

/* Only v1 has no default; the versions before mean IfAvailable. */
static bool mode_may_be_missing(const char *version)
{
    return str_equal(version, "client.authentication.k8s.io/v1beta1") ||
           str_equal(version, "client.authentication.k8s.io/v1alpha1");
}

static void check_interactive_mode(struct check *check, const json_t *exec)
{
    static const char *const modes[] = {"Never", "IfAvailable", "Always"};
    const char *mode = js_str(exec, "interactiveMode", NULL);
    if (str_empty(mode)) {
        if (!mode_may_be_missing(js_str(exec, "apiVersion", NULL)))
            need_exec_text(check, exec, "interactiveMode");
        return;
    }
    for (size_t i = 0; i < array_length(modes); i++)
        if (strcmp(mode, modes[i]) == 0)
            return;
    strv_printf(&check->problems, "invalid interactiveMode for %s: \"%s\"", check->user, mode);
}

static void check_exec(struct check *check)
{
    const json_t *exec = check->draft->config.exec;
    const char *version = js_str(exec, "apiVersion", NULL);
    if (!exec)
        return;
    need_exec_text(check, exec, "command");
    need_exec_text(check, exec, "apiVersion");
    for (size_t i = 0; i < json_array_size(js_get(exec, "env", NULL)); i++)
        if (str_empty(js_str(json_array_get(js_get(exec, "env", NULL), i), "name", NULL)))
            strv_printf(&check->problems,
                        "env variable name must be specified for %s to use exec "
                        "authentication plugin",
                        check->user);
    check_interactive_mode(check, exec);
    if (!str_empty(version) && !str_equal(version, "client.authentication.k8s.io/v1") &&
        !str_equal(version, "client.authentication.k8s.io/v1beta1"))
        strv_printf(&check->problems, "exec plugin: invalid apiVersion \"%s\"", version);
}

static void check_auth_provider(struct check *check)
{
    const char *name = check->draft->auth_provider;
    if (!name)
        return;
    if (check->draft->config.exec)
        strv_printf(&check->problems,
                    "authProvider cannot be provided in combination with an exec plugin for %s",
                    check->user);
    strv_printf(&check->problems,
                "the auth-provider \"%s\" of %s is not supported: use an exec "
                "plugin, a token or a client certificate",
                name, check->user);
}

static void check_user(struct check *check)
{
    struct kube_draft *draft = check->draft;
    auto_error struct error *error = NULL;
    check_client_certificate(check);
    check_exec(check);
    check_auth_provider(check);
    check_methods(check);
    if (kube_impersonate_headers(draft, check->user, &draft->config.impersonate, &error))
        strv_add(&check->problems, error->message);
}

/* ---- cluster */

static void check_server(struct check *check)
{
    struct kube_draft *draft = check->draft;
    struct kube_config *config = &draft->config;
    auto_error struct error *error = NULL;
    bool tls_settings = config->insecure || draft->ca_file || config->ca_pem ||
                        draft->client_cert_file || config->client_cert_pem;
    if (str_empty(config->server)) {
        strv_printf(&check->problems, "no server found for cluster \"%s\"", check->cluster);
        return;
    }
    char *url = kube_server_url(config->server, tls_settings, &error);
    if (!url) {
        strv_printf(&check->problems, "the server of %s: %s", check->cluster, error->message);
        return;
    }
    free(config->server);
    config->server = url;
    check->tls = str_starts_with(url, "https://");
}

/* A password in the URL of a proxy is a secret too. */
static void note_proxy_secret(struct kube_draft *draft)
{
    const char *mark = strstr(draft->config.proxy, "://");
    const char *at = strrchr(draft->config.proxy, '@');
    const char *colon = mark ? strchr(mark + 3, ':') : NULL;
    if (!at || !colon || colon > at)
        return;
    auto_free char *password = xmemdup(colon + 1, (size_t)(at - colon - 1));
    kube_draft_secret(draft, password);
}

static void check_cluster(struct check *check)
{
    struct kube_draft *draft = check->draft;
    struct kube_config *config = &draft->config;
    auto_error struct error *error = NULL;
    if (config->proxy) {
        note_proxy_secret(draft);
        if (kube_proxy_check(config->proxy, &error)) {
            auto_free char *context =
                xasprintf("invalid proxy-url for cluster \"%s\"", check->cluster);
            note_error(check, context, error);
        }
    }
    if (draft->ca_file && config->ca_pem)
        strv_printf(&check->problems,
                    "certificate-authority-data and certificate-authority are "
                    "both specified for %s",
                    check->cluster);
    else if (draft->ca_file)
        read_file(check, "certificate-authority", check->cluster, draft->ca_file, &config->ca_pem);
}

/* ---- TLS: nobody looks at it for a plain http server, as with kubectl */

/* A file, or whose data it is: the kubeconfig itself is named anyhow. */
static const char *pair_origin(const struct check *check)
{
    const char *file = check->draft->client_cert_file;
    return file ? file : check->user;
}

static void check_tls(struct check *check)
{
    const struct kube_config *config = &check->draft->config;
    bool has_ca = config->ca_pem || check->draft->ca_file;
    if (!check->tls)
        return;
    if (config->insecure && has_ca)
        strv_add(&check->problems, "specifying a root certificates file with the insecure flag is "
                                   "not allowed");
    if (config->ca_pem) {
        auto_error struct error *error = NULL;
        if (kube_certificate_check_authority(config->ca_pem, &error))
            note_error(check, "unable to load root certificates", error);
    }
    if (config->client_cert_pem && config->client_key_pem) {
        auto_error struct error *error = NULL;
        if (kube_certificate_check_pair(config->client_cert_pem, config->client_key_pem, &error))
            note_error(check, pair_origin(check), error);
    }
}

static int report(const struct strv *problems, struct error **err)
{
    if (problems->count == 0)
        return 0;
    if (problems->count == 1) {
        error_make(err, ERROR_USAGE, "%s", problems->items[0]);
        return -1;
    }
    auto_free char *all = strv_join(problems, ", ");
    error_make(err, ERROR_USAGE, "invalid configuration: [%s]", all);
    return -1;
}

int kube_draft_complete(struct kube_draft *draft, struct error **err)
{
    struct check check = {
        .draft = draft,
        .user = draft->config.user ? draft->config.user : draft->config.origin,
        .cluster = draft->cluster ? draft->cluster : draft->config.origin,
    };
    check_user(&check);
    check_server(&check);
    check_cluster(&check);
    check_tls(&check);
    int result = report(&check.problems, err);
    strv_clear(&check.problems);
    return result;
}
