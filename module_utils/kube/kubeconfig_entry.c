#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/buf.h"
#include "base/hide.h"
#include "base/mem.h"
#include "base/str.h"
#include "http/url.h"
#include "json/js_get.h"
#include "kube/kubeconfig_priv.h"

#define EXEC_EXTENSION "client.authentication.k8s.io/exec"

enum field_type {
    FIELD_TEXT,
    FIELD_PATH, /* made absolute */
    FIELD_DATA, /* base64 of PEM */
    FIELD_BOOL,
    FIELD_TEXTS, /* list of strings */
    FIELD_EXTRA, /* object of lists of strings */
    FIELD_EXEC,
    FIELD_PLUGIN, /* auth-provider: only its name matters, to refuse it */
    FIELD_EXTENSIONS,
};

struct field {
    const char *key;
    enum field_type type;
    size_t offset; /* of a member of struct kube_draft whose type fits */
    bool secret;
};

#define AT(MEMBER) offsetof(struct kube_draft, MEMBER)

static const struct field cluster_fields[] = {
    {"server", FIELD_TEXT, AT(config.server), false},
    {"tls-server-name", FIELD_TEXT, AT(config.tls_server_name), false},
    {"insecure-skip-tls-verify", FIELD_BOOL, AT(config.insecure), false},
    {"certificate-authority", FIELD_PATH, AT(ca_file), false},
    {"certificate-authority-data", FIELD_DATA, AT(config.ca_pem), false},
    {"proxy-url", FIELD_TEXT, AT(config.proxy), false},
    {"disable-compression", FIELD_BOOL, AT(config.disable_compression), false},
    {"extensions", FIELD_EXTENSIONS, AT(config.exec_config), false},
    {NULL, FIELD_TEXT, 0, false},
};

static const struct field user_fields[] = {
    {"client-certificate", FIELD_PATH, AT(client_cert_file), false},
    {"client-certificate-data", FIELD_DATA, AT(config.client_cert_pem), false},
    {"client-key", FIELD_PATH, AT(client_key_file), false},
    {"client-key-data", FIELD_DATA, AT(config.client_key_pem), true},
    {"token", FIELD_TEXT, AT(config.token), true},
    {"tokenFile", FIELD_PATH, AT(config.token_file), false},
    {"username", FIELD_TEXT, AT(config.username), false},
    {"password", FIELD_TEXT, AT(config.password), true},
    {"as", FIELD_TEXT, AT(as), false},
    {"as-uid", FIELD_TEXT, AT(as_uid), false},
    {"as-groups", FIELD_TEXTS, AT(as_groups), false},
    {"as-user-extra", FIELD_EXTRA, AT(as_extra), false},
    {"auth-provider", FIELD_PLUGIN, AT(auth_provider), false},
    {"exec", FIELD_EXEC, AT(config.exec), false},
    {NULL, FIELD_TEXT, 0, false},
};

static const struct field context_fields[] = {
    {"cluster", FIELD_TEXT, AT(cluster), false},
    {"user", FIELD_TEXT, AT(config.user), false},
    {"namespace", FIELD_TEXT, AT(config.namespace_), false},
    {NULL, FIELD_TEXT, 0, false},
};

static const struct field *const fields_of[KUBE_ENTRY_KINDS] = {
    [KUBE_ENTRY_CLUSTER] = cluster_fields,
    [KUBE_ENTRY_USER] = user_fields,
    [KUBE_ENTRY_CONTEXT] = context_fields,
};

/* Members of a user's exec object. */
static const struct exec_field {
    const char *key;
    json_type type;
} exec_fields[] = {
    {"apiVersion", JSON_STRING},
    {"command", JSON_STRING},
    {"args", JSON_ARRAY},
    {"env", JSON_ARRAY},
    {"installHint", JSON_STRING},
    {"interactiveMode", JSON_STRING},
    {"provideClusterInfo", JSON_TRUE},
};

/* Values of these names are secrets wherever they stand: the list of kubernetes.core, and what else
 * auth-providers hold. */
static const char *const secret_names[] = {
    "token",
    "password",
    "secret",
    "client-key-data",
    "client-certificate-data",
    "certificate-authority-data",
    "api_key",
    "access-token",
    "refresh-token",
    "id-token",
    "client-secret",
};

/* … and so are environment variables of plugins whose names hold one of these. */
static const char *const secret_words[] = {"TOKEN", "PASSWORD", "SECRET", "KEY"};

static bool names_a_secret(const char *name)
{
    for (size_t i = 0; i < array_length(secret_words); i++)
        if (strcasestr(name, secret_words[i]))
            return true;
    return false;
}

/* What is no secret by its own name: a variable of a plugin's environment, a proxy's address. */
static void add_veiled_secrets(const json_t *value, struct strv *secrets)
{
    const char *name = js_str(value, "name", NULL);
    const char *text = js_str(value, "value", NULL);
    if (name && !str_empty(text) && names_a_secret(name))
        hide_add(secrets, text);
    auto_free char *password = url_password(js_str(value, "proxy-url", NULL));
    hide_add(secrets, password);
}

void kube_entry_secrets(const json_t *value, struct strv *secrets)
{
    if (json_is_array(value)) {
        for (size_t i = 0; i < json_array_size(value); i++)
            kube_entry_secrets(json_array_get(value, i), secrets);
        return;
    }
    for (size_t i = 0; i < array_length(secret_names); i++) {
        const char *text = js_str(value, secret_names[i], NULL);
        if (!str_empty(text))
            hide_add(secrets, text);
    }
    add_veiled_secrets(value, secrets);
    const char *key = NULL;
    json_t *member = NULL;
    /* The macro wants a json_t *, yet changes nothing. */
    json_object_foreach ((json_t *)(uintptr_t)value, key, member)
        if (json_is_object(member) || json_is_array(member))
            kube_entry_secrets(member, secrets);
}

static int check_texts(const json_t *list, const char *where, struct error **err)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (js_want(json_array_get(list, i), "", JSON_STRING, NULL, err)) {
            error_wrap(err, "%s[%zu]", where, i);
            return -1;
        }
    return 0;
}

static int read_texts(const json_t *list, const char *where, struct strv *out, struct error **err)
{
    if (check_texts(list, where, err))
        return -1;
    for (size_t i = 0; i < json_array_size(list); i++)
        strv_add(out, json_string_value(json_array_get(list, i)));
    return 0;
}

static int read_extra(const json_t *extra, const char *where, json_t **out, struct error **err)
{
    json_auto_t *copy = json_deep_copy(extra);
    const char *key = NULL;
    json_t *list = NULL;
    json_object_foreach (copy, key, list) {
        auto_free char *place = xasprintf("%s.%s", where, key);
        if (!json_is_null(list) && js_want(list, "", JSON_ARRAY, NULL, err)) {
            error_wrap(err, "%s", place);
            return -1;
        }
        if (check_texts(list, place, err))
            return -1;
    }
    *out = steal_ptr(copy);
    return 0;
}

static int check_exec_env(const json_t *env, const char *where, struct kube_draft *draft,
                          struct error **err)
{
    for (size_t i = 0; i < json_array_size(env); i++) {
        const json_t *item = json_array_get(env, i);
        json_t *name = NULL;
        json_t *value = NULL;
        if (js_want(item, "", JSON_OBJECT, NULL, err) ||
            js_want_lookup(item, "name", JSON_STRING, &name, err) < 0 ||
            js_want_lookup(item, "value", JSON_STRING, &value, err) < 0) {
            error_wrap(err, "%s.env[%zu]", where, i);
            return -1;
        }
        if (name && value && names_a_secret(json_string_value(name)))
            kube_draft_secret(draft, json_string_value(value));
    }
    return 0;
}

static int read_exec(const json_t *exec, const char *where, const char *directory,
                     struct kube_draft *draft, struct error **err)
{
    for (size_t i = 0; i < array_length(exec_fields); i++)
        if (js_want_lookup(exec, exec_fields[i].key, exec_fields[i].type, NULL, err) < 0) {
            error_wrap(err, "%s", where);
            return -1;
        }
    auto_free char *args = xasprintf("%s.args", where);
    if (check_texts(js_get(exec, "args", NULL), args, err) ||
        check_exec_env(js_get(exec, "env", NULL), where, draft, err))
        return -1;
    draft->config.exec = json_deep_copy(exec);
    kube_draft_set(&draft->config.exec_dir, directory);
    return 0;
}

static int read_data(const char *text, const char *where, bool secret, struct kube_draft *draft,
                     char **slot, struct error **err)
{
    auto_buf struct buf bytes = {0};
    if (base64_decode(text, strlen(text), &bytes, err)) {
        error_wrap(err, "%s", where);
        return -1;
    }
    if (bytes.size > 0 && memchr(bytes.data, '\0', bytes.size)) {
        error_make(err, ERROR_PARSE, "%s: unable to parse bytes as PEM block", where);
        return -1;
    }
    if (secret) {
        kube_draft_secret(draft, text);
        kube_draft_secret(draft, buf_str(&bytes));
    }
    if (bytes.size > 0)
        kube_draft_set(slot, buf_str(&bytes));
    buf_wipe(&bytes);
    return 0;
}

static void read_extensions(const json_t *list, json_t **out)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        const json_t *extension = js_get(item, "extension", NULL);
        if (extension && str_equal(js_str(item, "name", NULL), EXEC_EXTENSION)) {
            json_decref(*out);
            *out = json_deep_copy(extension);
        }
    }
}

static json_type wanted_type(enum field_type type)
{
    static const json_type types[] = {
        [FIELD_TEXT] = JSON_STRING, [FIELD_PATH] = JSON_STRING,   [FIELD_DATA] = JSON_STRING,
        [FIELD_BOOL] = JSON_TRUE,   [FIELD_TEXTS] = JSON_ARRAY,   [FIELD_EXTRA] = JSON_OBJECT,
        [FIELD_EXEC] = JSON_OBJECT, [FIELD_PLUGIN] = JSON_OBJECT, [FIELD_EXTENSIONS] = JSON_ARRAY,
    };
    return types[type];
}

struct place {
    const char *where;     /* "users[0].user.exec" */
    const char *directory; /* base of relative paths */
};

/* VALUE has the type that wanted_type says. */
static int read_value(const struct field *field, const json_t *value, const struct place *place,
                      struct kube_draft *draft, struct error **err)
{
    void *slot = (char *)draft + field->offset;
    const char *text = json_string_value(value);
    switch (field->type) {
    case FIELD_TEXT:
        if (field->secret)
            kube_draft_secret(draft, text);
        kube_draft_set(slot, *text ? text : NULL);
        return 0;
    case FIELD_PATH: {
        auto_free char *path = *text ? kube_path_resolve(place->directory, text) : NULL;
        kube_draft_set(slot, path);
        return 0;
    }
    case FIELD_DATA:
        return read_data(text, place->where, field->secret, draft, slot, err);
    case FIELD_BOOL:
        *(bool *)slot = json_is_true(value);
        return 0;
    case FIELD_TEXTS:
        return read_texts(value, place->where, slot, err);
    case FIELD_EXTRA:
        return read_extra(value, place->where, slot, err);
    case FIELD_EXEC:
        return read_exec(value, place->where, place->directory, draft, err);
    case FIELD_PLUGIN: {
        const char *name = js_str(value, "name", NULL);
        kube_draft_set(slot, name ? name : "");
        return 0;
    }
    case FIELD_EXTENSIONS:
        read_extensions(value, slot);
        return 0;
    }
    return 0;
}

int kube_entry_read(enum kube_entry_kind kind, const json_t *entry, const char *where,
                    const char *directory, struct kube_draft *draft, struct error **err)
{
    if (!entry || json_is_null(entry))
        return 0;
    if (js_want(entry, "", JSON_OBJECT, NULL, err)) {
        error_wrap(err, "%s", where);
        return -1;
    }
    for (const struct field *field = fields_of[kind]; field->key; field++) {
        const json_t *value = js_get(entry, field->key, NULL);
        auto_free char *full = xasprintf("%s.%s", where, field->key);
        if (!value || json_is_null(value))
            continue;
        if (js_want(value, "", wanted_type(field->type), NULL, err)) {
            error_wrap(err, "%s", full);
            return -1;
        }
        if (read_value(field, value, &(struct place){full, directory}, draft, err))
            return -1;
    }
    return 0;
}
