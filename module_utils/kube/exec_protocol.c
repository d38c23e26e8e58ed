#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/timestamp.h"
#include "crypto/secret.h"
#include "json/js_get.h"
#include "json/js_write.h"
#include "kube/certificate.h"
#include "kube/exec_plugin.h"
#include "kube/impersonate.h"
#include "yaml/ym_read.h"

void exec_credential_clear(struct exec_credential *credential)
{
    secret_free_text(credential->token);
    free(credential->certificate);
    secret_free_text(credential->key);
    memset(credential, 0, sizeof(*credential));
}

/* ---- request */

static void set_text(json_t *object, const char *key, const char *text)
{
    if (!str_empty(text))
        json_object_set_new(object, key, json_string(text));
}

/* Names and order as in client-go's Cluster; config is there even when it is null. */
static json_t *cluster_info(const struct kube_config *config)
{
    json_t *cluster = json_object();
    json_object_set_new(cluster, "server", json_string(config->server));
    set_text(cluster, "tls-server-name", config->tls_server_name);
    if (config->insecure)
        json_object_set_new(cluster, "insecure-skip-tls-verify", json_true());
    if (config->ca_pem) {
        auto_free char *encoded = base64_encode(config->ca_pem, strlen(config->ca_pem));
        set_text(cluster, "certificate-authority-data", encoded);
    }
    set_text(cluster, "proxy-url", config->proxy);
    if (config->disable_compression)
        json_object_set_new(cluster, "disable-compression", json_true());
    json_object_set_new(cluster, "config",
                        config->exec_config ? json_deep_copy(config->exec_config) : json_null());
    return cluster;
}

char *exec_plugin_request(const struct kube_config *config, struct error **err)
{
    json_auto_t *request = json_object();
    json_t *spec = json_object();
    json_object_set_new(request, "kind", json_string("ExecCredential"));
    json_object_set_new(request, "apiVersion",
                        json_string(js_str(config->exec, "apiVersion", NULL)));
    json_object_set_new(request, "spec", spec);
    if (js_true(config->exec, "provideClusterInfo", NULL))
        json_object_set_new(spec, "cluster", cluster_info(config));
    json_object_set_new(spec, "interactive", json_false());
    return js_write_dup(request, 0, err);
}

/* ---- answer */

static int refuse(struct error **err, const char *text)
{
    error_make(err, ERROR_AUTH, "%s", text);
    return -1;
}

/* The one document of the answer; YAML is fine for kubectl as well. */
static json_t *decode(const char *bytes, size_t size, struct error **err)
{
    auto_error struct error *error = NULL;
    json_auto_t *documents = ym_read(bytes, size, "stdout", NULL, &error);
    if (!documents) {
        error_make(err, ERROR_AUTH, "decoding %s", error->message);
        return NULL;
    }
    if (json_array_size(documents) > 1) {
        error_make(err, ERROR_AUTH, "decoding stdout: more than one document");
        return NULL;
    }
    const json_t *document = json_array_get(documents, 0);
    if (!document || json_is_null(document))
        return json_object();
    return json_incref(json_array_get(documents, 0));
}

static int check_header(const json_t *answer, const char *version, struct error **err)
{
    const char *answered = js_str(answer, "apiVersion", NULL);
    const char *kind = js_str(answer, "kind", NULL);
    if (!json_is_object(answer)) {
        error_make(err, ERROR_AUTH, "decoding stdout: expected object, got %s",
                   js_type_name(answer));
        return -1;
    }
    if (!str_equal(answered, version)) {
        error_make(err, ERROR_AUTH,
                   "exec plugin is configured to use API version %s, plugin returned version %s",
                   version, answered ? answered : "none");
        return -1;
    }
    if (str_empty(kind) || strcmp(kind, "ExecCredential") == 0)
        return 0;
    error_make(err, ERROR_AUTH, "decoding stdout: no kind \"%s\" is registered for version \"%s\"",
               kind, version);
    return -1;
}

static int read_text(const json_t *status, const char *key, char **out, struct error **err)
{
    auto_error struct error *error = NULL;
    json_t *value = NULL;
    if (js_want_lookup(status, key, JSON_STRING, &value, &error) < 0) {
        error_make(err, ERROR_AUTH, "decoding stdout: status.%s", error->message);
        return -1;
    }
    if (!str_empty(json_string_value(value)))
        *out = xstrdup(json_string_value(value));
    return 0;
}

static int read_expiry(const json_t *status, struct exec_credential *out, struct error **err)
{
    auto_free char *text = NULL;
    if (read_text(status, "expirationTimestamp", &text, err))
        return -1;
    if (!text)
        return 0;
    out->expires = true;
    if (rfc3339_parse(text, &out->expires_at))
        return 0;
    error_make(err, ERROR_AUTH,
               "decoding stdout: status.expirationTimestamp: \"%s\" is not a time as in RFC 3339",
               text);
    return -1;
}

static int check_credential(const struct exec_credential *credential, struct error **err)
{
    if (!credential->token && !credential->certificate && !credential->key)
        return refuse(err, "exec plugin didn't return a token or cert/key pair");
    if (!credential->certificate != !credential->key)
        return refuse(err, "exec plugin returned only certificate or key, not both");
    if (credential->token && !kube_header_value_ok(credential->token))
        return refuse(err, "exec plugin returned a token with characters that no header may hold");
    if (!credential->certificate)
        return 0;
    auto_error struct error *error = NULL;
    if (kube_certificate_check_pair(credential->certificate, credential->key, &error) == 0)
        return 0;
    error_make(err, ERROR_AUTH, "failed parsing client key/certificate: %s", error->message);
    return -1;
}

int exec_plugin_answer(const char *bytes, size_t size, const char *version,
                       struct exec_credential *out, struct error **err)
{
    auto_exec_credential struct exec_credential read = {0};
    memset(out, 0, sizeof(*out));
    json_auto_t *answer = decode(bytes, size, err);
    if (!answer || check_header(answer, version, err))
        return -1;
    const json_t *status = js_get(answer, "status", NULL);
    if (!status || json_is_null(status))
        return refuse(err, "exec plugin didn't return a status field");
    if (!json_is_object(status)) {
        error_make(err, ERROR_AUTH, "decoding stdout: status: expected object, got %s",
                   js_type_name(status));
        return -1;
    }
    if (read_text(status, "token", &read.token, err) ||
        read_text(status, "clientCertificateData", &read.certificate, err) ||
        read_text(status, "clientKeyData", &read.key, err) || read_expiry(status, &read, err) ||
        check_credential(&read, err))
        return -1;
    *out = read;
    memset(&read, 0, sizeof(read));
    return 0;
}
