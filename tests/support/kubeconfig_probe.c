/*
 * kubeconfig_probe '{"kubeconfig": …, "context": …, "host": …}': what kube_config_load makes of the
 * options, as one JSON object on standard output; {"error": …} when it refuses.
 */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "json/js_get.h"
#include "json/js_write.h"
#include "kube/kubeconfig.h"

static void set_text(json_t *out, const char *key, const char *text)
{
    if (text)
        json_object_set_new(out, key, json_string(text));
}

static json_t *list_of(const struct strv *vector)
{
    json_t *list = json_array();
    for (size_t i = 0; i < vector->count; i++)
        json_array_append_new(list, json_string(vector->items[i]));
    return list;
}

static json_t *describe(const struct kube_config *config)
{
    json_t *out = json_object();
    const struct {
        const char *key;
        const char *text;
    } texts[] = {
        {"server", config->server},
        {"namespace", config->namespace_},
        {"certificate-authority", config->ca_pem},
        {"tls-server-name", config->tls_server_name},
        {"proxy-url", config->proxy},
        {"client-certificate", config->client_cert_pem},
        {"client-key", config->client_key_pem},
        {"token", config->token},
        {"tokenFile", config->token_file},
        {"username", config->username},
        {"password", config->password},
    };
    for (size_t i = 0; i < array_length(texts); i++)
        set_text(out, texts[i].key, texts[i].text);
    json_object_set_new(out, "insecure-skip-tls-verify", json_boolean(config->insecure));
    json_object_set_new(out, "disable-compression", json_boolean(config->disable_compression));
    json_object_set_new(out, "impersonate", list_of(&config->impersonate));
    if (config->exec)
        json_object_set(out, "exec", config->exec);
    if (config->exec_config)
        json_object_set(out, "exec-config", config->exec_config);
    return out;
}

int main(int argc, char **argv)
{
    auto_kube_config struct kube_config config = {0};
    auto_error struct error *err = NULL;
    json_auto_t *given = json_loads(argc == 2 ? argv[1] : "", 0, NULL);
    json_auto_t *out = NULL;
    if (!given) {
        fputs("usage: kubeconfig_probe OPTIONS-AS-JSON\n", stderr);
        return 2;
    }
    const struct kube_options options = {
        .kubeconfig = js_get(given, "kubeconfig", NULL),
        .context = js_str(given, "context", NULL),
        .host = js_str(given, "host", NULL),
        .api_key = js_str(given, "api_key", NULL),
        .impersonate_user = js_str(given, "impersonate_user", NULL),
        .ca_cert = js_str(given, "ca_cert", NULL),
        .validate_certs = js_get(given, "validate_certs", NULL),
    };
    if (kube_config_load(&options, &config, &err))
        out = json_pack("{s:s}", "error", err->message);
    else
        out = describe(&config);
    auto_free char *text = js_write_dup(out, JS_WRITE_SORT, NULL);
    return text && puts(text) >= 0 ? 0 : 1;
}
