#include "connect/connect.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/strv.h"
#include "http/url.h"
#include "json/js_get.h"

const struct am_option connect_proxy_header_options[] = {
    {.name = "proxy_basic_auth",
     .no_log = true,
     CONNECT_ENV("K8S_AUTH_PROXY_HEADERS_PROXY_BASIC_AUTH")},
    {.name = "basic_auth", .no_log = true, CONNECT_ENV("K8S_AUTH_PROXY_HEADERS_BASIC_AUTH")},
    {.name = "user_agent", CONNECT_ENV("K8S_AUTH_PROXY_HEADERS_USER_AGENT")},
    {0},
};

static const char *const url_options[] = {"host", "proxy"};

/* ---- reading */

static json_t *value_of(const json_t *params, const char *name)
{
    json_t *value = json_object_get(params, name);
    return json_is_null(value) ? NULL : value;
}

/* kubernetes.core reads its boolean variables so: 0, false and no are false, all else is true. */
static const json_t *bool_from_env(const char *first, const char *second)
{
    const char *set = getenv(first);
    if (!set)
        set = getenv(second);
    if (!set)
        return NULL;
    bool is_false =
        str_equal(set, "0") || str_equal_nocase(set, "false") || str_equal_nocase(set, "no");
    return is_false ? json_false() : json_true();
}

/* A comma-separated variable; empty parts are dropped. */
static json_t *groups_from_env(void)
{
    const char *set = getenv("K8S_AUTH_IMPERSONATE_GROUPS");
    if (str_empty(set))
        return NULL;
    auto_strv struct strv parts;
    strv_init(&parts);
    strv_split(&parts, set, ',');
    json_t *groups = json_array();
    for (size_t i = 0; i < parts.count; i++)
        if (*str_trim(parts.items[i]))
            json_array_append_new(groups, json_string(parts.items[i]));
    return groups;
}

void connect_init(struct connection *connection, const json_t *params)
{
    const json_t *validate = value_of(params, "validate_certs");
    const json_t *groups = value_of(params, "impersonate_groups");
    connection->kept = groups ? NULL : groups_from_env();
    connection->options = (struct kube_options){
        .kubeconfig = value_of(params, "kubeconfig"),
        .context = js_str(params, "context", NULL),
        .host = js_str(params, "host", NULL),
        .api_key = js_str(params, "api_key", NULL),
        .username = js_str(params, "username", NULL),
        .password = js_str(params, "password", NULL),
        .validate_certs =
            validate ? validate : bool_from_env("K8S_AUTH_VALIDATE_CERTS", "K8S_AUTH_VERIFY_SSL"),
        .ca_cert = js_str(params, "ca_cert", NULL),
        .client_cert = js_str(params, "client_cert", NULL),
        .client_key = js_str(params, "client_key", NULL),
        .proxy = js_str(params, "proxy", NULL),
        .no_proxy = js_str(params, "no_proxy", NULL),
        .proxy_headers = value_of(params, "proxy_headers"),
        .impersonate_user = js_str(params, "impersonate_user", NULL),
        .impersonate_groups = groups ? groups : connection->kept,
    };
}

void connect_clear(struct connection *connection)
{
    json_decref(connection->kept);
    *connection = (struct connection){0};
}

/* ---- secrets */

void connect_url_secret(const char *url, struct am_secrets *secrets)
{
    auto_free char *password = url_password(url);
    if (password)
        am_secrets_add(secrets, password);
}

void connect_secrets(const json_t *params, struct am_secrets *secrets)
{
    auto_strv struct strv values;
    strv_init(&values);
    kube_config_option_secrets(json_object_get(params, "kubeconfig"), &values);
    for (size_t i = 0; i < values.count; i++)
        am_secrets_add(secrets, values.items[i]);
    for (size_t i = 0; i < array_length(url_options); i++)
        connect_url_secret(js_str(params, url_options[i], NULL), secrets);
}

void connect_learned_secrets(const struct kube_config *config, struct am_secrets *secrets)
{
    for (size_t i = 0; i < config->secrets.count; i++)
        am_secrets_add(secrets, config->secrets.items[i]);
}

void connect_redact(json_t *params)
{
    auto_am_secrets struct am_secrets *secrets = am_secrets_new();
    connect_secrets(params, secrets);
    json_t *kubeconfig = json_object_get(params, "kubeconfig");
    if (kubeconfig)
        json_object_set_new(params, "kubeconfig", am_secrets_scrub(secrets, kubeconfig));
    for (size_t i = 0; i < array_length(url_options); i++) {
        json_t *url = json_object_get(params, url_options[i]);
        if (url)
            json_object_set_new(params, url_options[i], am_secrets_scrub(secrets, url));
    }
}
