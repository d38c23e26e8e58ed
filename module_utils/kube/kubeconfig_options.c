#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"
#include "kube/kubeconfig_priv.h"

static bool given(const char *text)
{
    return !str_empty(text);
}

bool kube_options_suffice(const struct kube_options *options)
{
    return given(options->host) &&
           (given(options->api_key) || (given(options->username) && given(options->password)) ||
            (given(options->client_cert) && given(options->client_key)));
}

static int refuse_two_identities(const struct kube_options *options, struct error **err)
{
    if (!given(options->api_key) || !(given(options->username) || given(options->password)))
        return 0;
    error_make(err, ERROR_USAGE,
               "more than one authentication method found in the options; found "
               "[api_key username/password], only one is allowed");
    return -1;
}

/* One identity replaces the other kinds, but a client certificate goes with any of them. */
static void apply_identity(const struct kube_options *options, struct kube_draft *draft)
{
    struct kube_config *config = &draft->config;
    if (given(options->api_key)) {
        kube_draft_drop_token(draft);
        kube_draft_drop_basic(draft);
        kube_draft_drop_exec(draft);
        kube_draft_set(&config->token, options->api_key);
    }
    if (given(options->username) || given(options->password)) {
        kube_draft_drop_token(draft);
        kube_draft_drop_exec(draft);
    }
    if (given(options->username))
        kube_draft_set(&config->username, options->username);
    if (given(options->password))
        kube_draft_set(&config->password, options->password);
    kube_draft_secret(draft, options->api_key);
    kube_draft_secret(draft, options->password);
}

static void apply_path(const char *option, char **file, char **data)
{
    if (!given(option))
        return;
    auto_free char *path = kube_path_absolute(option);
    kube_draft_set(file, path);
    kube_draft_set(data, NULL);
}

static int apply_certificate(const struct kube_options *options, struct kube_draft *draft,
                             struct error **err)
{
    apply_path(options->client_cert, &draft->client_cert_file, &draft->config.client_cert_pem);
    apply_path(options->client_key, &draft->client_key_file, &draft->config.client_key_pem);
    if (given(options->client_cert))
        kube_draft_drop_exec(draft);
    if (!given(options->client_key) || draft->client_cert_file || draft->config.client_cert_pem)
        return 0;
    error_make(err, ERROR_USAGE, "client_key is of no use without client_cert");
    return -1;
}

static void apply_server(const struct kube_options *options, struct kube_draft *draft)
{
    struct kube_config *config = &draft->config;
    if (given(options->host)) {
        kube_draft_set(&config->server, options->host);
        kube_draft_set(&config->tls_server_name, NULL);
    }
    if (given(options->ca_cert))
        config->insecure = false;
    apply_path(options->ca_cert, &draft->ca_file, &config->ca_pem);
    if (json_is_true(options->validate_certs))
        config->insecure = false;
    if (!json_is_false(options->validate_certs))
        return;
    config->insecure = true;
    /* A CA given beside it stays, and is a contradiction to be reported. */
    if (!given(options->ca_cert)) {
        kube_draft_set(&draft->ca_file, NULL);
        kube_draft_set(&config->ca_pem, NULL);
    }
}

static int add_basic_header(const char *name, const char *value, struct kube_draft *draft,
                            struct error **err)
{
    if (str_contains(value, ":")) {
        auto_free char *encoded = base64_encode(value, strlen(value));
        strv_printf(&draft->config.proxy_headers, "%s: Basic %s", name, encoded);
        kube_draft_secret(draft, value);
        kube_draft_secret(draft, encoded);
        return 0;
    }
    error_make(err, ERROR_USAGE, "has to be user:password");
    return -1;
}

static int add_plain_header(const char *name, const char *value, struct kube_draft *draft,
                            struct error **err)
{
    if (!value[strcspn(value, "\r\n")]) {
        strv_printf(&draft->config.proxy_headers, "%s: %s", name, value);
        return 0;
    }
    error_make(err, ERROR_USAGE, "holds a line break");
    return -1;
}

static const struct proxy_header {
    const char *key;
    const char *header;
    int (*add)(const char *name, const char *value, struct kube_draft *draft, struct error **err);
} proxy_headers[] = {
    {"proxy_basic_auth", "Proxy-Authorization", add_basic_header},
    {"basic_auth", "Authorization", add_basic_header},
    {"user_agent", "User-Agent", add_plain_header},
};

static int apply_proxy_headers(const json_t *headers, struct kube_draft *draft, struct error **err)
{
    if (!headers || json_is_null(headers))
        return 0;
    for (size_t i = 0; i < array_length(proxy_headers); i++) {
        const struct proxy_header *row = &proxy_headers[i];
        json_t *value = NULL;
        int found = js_want_lookup(headers, row->key, JSON_STRING, &value, err);
        if (found < 0) {
            error_wrap(err, "proxy_headers");
            return -1;
        }
        if (found == 0 || str_empty(json_string_value(value)))
            continue;
        if (row->add(row->header, json_string_value(value), draft, err)) {
            error_wrap(err, "proxy_headers.%s", row->key);
            return -1;
        }
    }
    return 0;
}

/* As kubectl: a new user keeps the groups, uid and extra of the kubeconfig. */
static int apply_impersonation(const struct kube_options *options, struct kube_draft *draft,
                               struct error **err)
{
    const json_t *groups = options->impersonate_groups;
    if (given(options->impersonate_user))
        kube_draft_set(&draft->as, options->impersonate_user);
    if (json_array_size(groups) == 0)
        return 0;
    strv_clear(&draft->as_groups);
    for (size_t i = 0; i < json_array_size(groups); i++) {
        const json_t *group = json_array_get(groups, i);
        if (js_want(group, "", JSON_STRING, NULL, err)) {
            error_wrap(err, "impersonate_groups[%zu]", i);
            return -1;
        }
        strv_add(&draft->as_groups, json_string_value(group));
    }
    return 0;
}

int kube_options_apply(const struct kube_options *options, struct kube_draft *draft,
                       struct error **err)
{
    if (refuse_two_identities(options, err))
        return -1;
    apply_identity(options, draft);
    if (apply_certificate(options, draft, err))
        return -1;
    apply_server(options, draft);
    if (given(options->proxy))
        kube_draft_set(&draft->config.proxy, options->proxy);
    if (given(options->no_proxy))
        kube_draft_set(&draft->config.no_proxy, options->no_proxy);
    if (apply_proxy_headers(options->proxy_headers, draft, err))
        return -1;
    return apply_impersonation(options, draft, err);
}
