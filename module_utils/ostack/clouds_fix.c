/* What openstacksdk corrects in a merged entry: old names, places, types. The order matters. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"
#include "ostack/clouds_priv.h"

/* A name of auth and those it had before; later ones win, and a value beside "auth" wins over one
 * in it. */
static const struct {
    const char *name;
    const char *names[4];
} moved[] = {
    {"domain_id", {"domain_id"}},
    {"domain_name", {"domain_name"}},
    {"user_domain_id", {"user_domain_id"}},
    {"user_domain_name", {"user_domain_name"}},
    {"project_domain_id", {"project_domain_id"}},
    {"project_domain_name", {"project_domain_name"}},
    {"token", {"auth_token", "token"}},
    {"passcode", {"passcode"}},
    {"project_id", {"tenant_id", "project_id"}},
    {"project_name", {"tenant_name", "project_name"}},
};

/* What belongs into auth too, but where the value inside wins. */
static const char *const plugin_options[] = {
    "auth_url",
    "username",
    "user_id",
    "password",
    "default_domain_id",
    "default_domain_name",
    "system_scope",
    "trust_id",
    "unscoped",
    "endpoint",
    "application_credential_id",
    "application_credential_name",
    "application_credential_secret",
    "auth_methods",
};

/* Any "…timeout" stands for the only one there is. */
static void fix_timeout(json_t *config)
{
    const char *key = NULL;
    json_t *member = NULL;
    void *next = NULL;
    json_auto_t *found = NULL;
    json_object_foreach_safe (config, next, key, member) {
        bool other = str_ends_with(key, "timeout") && strcmp(key, "timeout") != 0 &&
                     strcmp(key, "api_timeout") != 0;
        if (!other)
            continue;
        json_decref(found);
        found = json_incref(member);
        json_object_del(config, key);
    }
    if (found && !json_is_null(found))
        json_object_set(config, "api_timeout", found);
}

static void fix_auth_type(json_t *config)
{
    json_t *type = json_object_get(config, "auth_type");
    if (!type)
        json_object_set(config, "auth_type", json_object_get(config, "auth_plugin"));
    json_object_del(config, "auth_plugin");
}

/* The text of a scalar, owned; NULL for what is none and for "". */
static char *scalar_text(const json_t *value)
{
    if (json_is_string(value))
        return *json_string_value(value) ? xstrdup(json_string_value(value)) : NULL;
    if (json_is_boolean(value))
        return xstrdup(json_is_true(value) ? "True" : "False");
    return NULL;
}

static void fix_names(json_t *config, json_t *auth)
{
    for (size_t i = 0; i < array_length(moved); i++) {
        auto_free char *text = NULL;
        bool seen = false;
        for (size_t j = 0; j < array_length(moved[i].names) && moved[i].names[j]; j++) {
            json_t *const places[] = {auth, config};
            for (size_t k = 0; k < array_length(places); k++) {
                const json_t *value = json_object_get(places[k], moved[i].names[j]);
                if (!value || json_is_null(value))
                    continue;
                free(text);
                text = scalar_text(value);
                seen = true;
            }
            json_object_del(auth, moved[i].names[j]);
            json_object_del(config, moved[i].names[j]);
        }
        if (seen && text)
            json_object_set_new(auth, moved[i].name, json_string(text));
    }
}

static void fix_interface(json_t *config)
{
    json_auto_t *renamed = json_object();
    const char *key = NULL;
    json_t *member = NULL;
    void *next = NULL;
    json_object_foreach_safe (config, next, key, member) {
        if (!str_ends_with(key, "endpoint_type"))
            continue;
        auto_free char *name =
            xasprintf("%.*sinterface", (int)(strlen(key) - strlen("endpoint_type")), key);
        json_object_set(renamed, name, member);
        json_object_del(config, key);
    }
    json_object_update(config, renamed);
}

/* One domain stands for the user's and the project's, when there is a project. */
static void fix_domain(json_t *auth)
{
    static const char *const kinds[] = {"id", "name"};
    if (!json_object_get(auth, "project_id") && !json_object_get(auth, "project_name"))
        return;
    for (size_t i = 0; i < array_length(kinds); i++) {
        auto_free char *domain = xasprintf("domain_%s", kinds[i]);
        auto_free char *user = xasprintf("user_domain_%s", kinds[i]);
        auto_free char *project = xasprintf("project_domain_%s", kinds[i]);
        json_t *value = json_object_get(auth, domain);
        if (value && !json_object_get(auth, user))
            json_object_set(auth, user, value);
        if (value && !json_object_get(auth, project))
            json_object_set(auth, project, value);
        json_object_del(auth, domain);
    }
}

static void fix_plugin_options(json_t *config, json_t *auth)
{
    const char *name = js_str(auth, "user_name", NULL);
    if (name && !json_object_get(auth, "username"))
        json_object_set_new(auth, "username", json_string(name));
    for (size_t i = 0; i < array_length(plugin_options); i++) {
        const char *key = plugin_options[i];
        json_t *value = json_object_get(config, key);
        auto_free char *text = scalar_text(json_object_get(auth, key));
        bool given = text || json_is_array(json_object_get(auth, key));
        if (!given && value && !json_is_null(value))
            json_object_set(auth, key, value);
        json_object_del(config, key);
    }
}

static bool is_word(const json_t *value, const char *const *words)
{
    for (; json_is_string(value) && *words; words++)
        if (str_equal_nocase(json_string_value(value), *words))
            return true;
    return false;
}

/* openstacksdk takes the text "false" for the path of a CA file. Everybody means false. */
static void fix_verify(json_t *config, struct strv *warnings)
{
    static const char *const off[] = {"false", "no", "off", "0", "f", "n", NULL};
    static const char *const on[] = {"true", "yes", "on", "1", "t", "y", NULL};
    const json_t *verify = json_object_get(config, "verify");
    const json_t *insecure = json_object_get(config, "insecure");
    static const char *const yes[] = {"true", NULL};
    bool unsafe = json_is_true(insecure) || is_word(insecure, yes);
    if (is_word(verify, off) || is_word(verify, on)) {
        bool value = is_word(verify, on);
        strv_printf(warnings,
                    "verify is the text \"%s\" and is read as %s; OS_INSECURE=true is what "
                    "all clients understand",
                    json_string_value(verify), value ? "true" : "false");
        json_object_set_new(config, "verify", json_boolean(value));
    } else if (json_is_string(verify) && *json_string_value(verify)) {
        /* requests reads it as the path of the authorities. */
        json_object_set(config, "cacert", js_iterable(verify));
        json_object_set_new(config, "verify", json_true());
    }
    bool verified = !unsafe && !json_is_false(json_object_get(config, "verify"));
    if (!verified && js_str(config, "cacert", NULL))
        strv_add_once(warnings,
                      "cacert is ignored because certificates are not verified (insecure or "
                      "verify: false)");
    json_object_set_new(config, "verify", json_boolean(verified));
    json_object_del(config, "insecure");
}

/* auth_url may hold {region_name} and the name of any other value of the cloud. */
static int expand_url(const json_t *config, json_t *auth, struct error **err)
{
    const char *url = js_str(auth, "auth_url", NULL);
    if (!url || !strpbrk(url, "{}"))
        return 0;
    auto_buf struct buf out;
    buf_init(&out);
    for (const char *at = url; *at;) {
        size_t plain = strcspn(at, "{");
        buf_add(&out, at, plain);
        at += plain;
        if (!*at)
            break;
        size_t length = strcspn(at + 1, "}");
        auto_free char *name = xmemdup(at + 1, length);
        auto_free char *value = scalar_text(json_object_get(config, name));
        if (!value || at[1 + length] != '}') {
            error_make(err, ERROR_USAGE,
                       "auth_url: \"%s\" refers to {%s}, which the cloud does not have", url, name);
            return -1;
        }
        buf_add_str(&out, value);
        at += length + 2;
    }
    json_object_set_new(auth, "auth_url", json_string(buf_str(&out)));
    return 0;
}

int osk_fix(json_t *config, struct strv *warnings, struct error **err)
{
    json_auto_t *auth = json_incref(json_object_get(config, "auth"));
    fix_timeout(config);
    fix_auth_type(config);
    fix_names(config, auth);
    fix_interface(config);
    fix_domain(auth);
    fix_verify(config, warnings);
    fix_plugin_options(config, auth);
    return expand_url(config, auth, err);
}
