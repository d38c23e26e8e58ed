/* The body of a login. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"
#include "ostack/keystone_priv.h"

static int missing(const char *origin, const char *names, const char *why, struct error **err)
{
    error_make(err, ERROR_USAGE, "%s: auth lacks %s, which %s needs", origin, names, why);
    return -1;
}

/* The user alone, owned; NULL when it is not named. */
static json_t *user_object(const json_t *config)
{
    const char *id = osk_auth_text(config, "user_id");
    const char *name = osk_auth_text(config, "username");
    if (id)
        return json_pack("{s:s}", "id", id);
    if (!name)
        return NULL;
    json_t *user = json_pack("{s:s}", "name", name);
    json_t *domain = osk_domain_or_default(config, "user_domain");
    if (domain)
        json_object_set_new(user, "domain", domain);
    return user;
}

/* {"user": {…, KEY: SECRET}} of the methods password and totp. */
static json_t *user_method(const json_t *config, const char *origin, const char *key,
                           const char *why, struct error **err)
{
    const char *secret = osk_auth_text(config, key);
    json_auto_t *user = user_object(config);
    if (!user || !secret) {
        auto_free char *names = xasprintf("%s%s%s", user ? "" : "username (or user_id)",
                                          user || secret ? "" : " and ", secret ? "" : key);
        missing(origin, names, why, err);
        return NULL;
    }
    json_object_set_new(user, key, json_string(secret));
    return json_pack("{s:O}", "user", user);
}

static json_t *token_method(const json_t *config, const char *origin, struct error **err)
{
    const char *token = osk_auth_text(config, "token");
    if (token)
        return json_pack("{s:s}", "id", token);
    missing(origin, "token", "auth_type token", err);
    return NULL;
}

static json_t *credential_method(const json_t *config, const char *origin, struct error **err)
{
    const char *id = osk_auth_text(config, "application_credential_id");
    const char *name = osk_auth_text(config, "application_credential_name");
    const char *secret = osk_auth_text(config, "application_credential_secret");
    static const char why[] = "auth_type v3applicationcredential";
    if (!secret || (!id && !name)) {
        missing(origin, secret ? "application_credential_id" : "application_credential_secret", why,
                err);
        return NULL;
    }
    if (id)
        return json_pack("{s:s, s:s}", "id", id, "secret", secret);
    json_t *user = user_object(config);
    if (user)
        return json_pack("{s:s, s:s, s:o}", "name", name, "secret", secret, "user", user);
    missing(origin, "username or user_id", "an application credential that is given by name", err);
    return NULL;
}

/* What stands under the name of METHOD in the identity. */
static json_t *method_object(const json_t *config, const char *origin, const char *method,
                             struct error **err)
{
    if (strcmp(method, "password") == 0)
        return user_method(config, origin, "password", "auth_type password", err);
    if (strcmp(method, "totp") == 0)
        return user_method(config, origin, "passcode", "auth_type v3totp", err);
    if (strcmp(method, "token") == 0)
        return token_method(config, origin, err);
    return credential_method(config, origin, err);
}

static int add_method(json_t *identity, const json_t *config, const char *origin,
                      const char *method, struct error **err)
{
    json_t *value = method_object(config, origin, method, err);
    if (!value)
        return -1;
    json_array_append_new(json_object_get(identity, "methods"), json_string(method));
    json_object_set_new(identity, method, value);
    return 0;
}

/* The methods of v3multifactor, from a list or a text with commas: names of auth types. */
static int factor_names(const json_t *config, struct strv *names, const char *origin,
                        struct error **err)
{
    const json_t *list = js_get(config, "auth", "auth_methods", NULL);
    size_t index = 0;
    json_t *item = NULL;
    if (json_is_string(list))
        strv_split(names, json_string_value(list), ',');
    json_array_foreach (js_iterable(list), index, item)
        if (json_is_string(item))
            strv_add(names, json_string_value(item));
    return names->count ? 0 : missing(origin, "auth_methods", "auth_type v3multifactor", err);
}

static int add_factors(json_t *identity, const json_t *config, const char *origin,
                       struct error **err)
{
    auto_strv struct strv names;
    strv_init(&names);
    if (factor_names(config, &names, origin, err) < 0)
        return -1;
    for (size_t i = 0; i < names.count; i++) {
        json_auto_t *named = json_pack("{s:s}", "auth_type", str_trim(names.items[i]));
        const struct osk_login_row *row = osk_login_row(named);
        if (!row || !row->method) {
            error_make(err, ERROR_USAGE,
                       "%s: auth_methods: %s is not supported; use v3password, v3totp, v3token or "
                       "v3applicationcredential",
                       origin, names.items[i]);
            return -1;
        }
        if (add_method(identity, config, origin, row->method, err) < 0)
            return -1;
    }
    return 0;
}

json_t *osk_login_body(const json_t *config, const char *origin, struct strv *warnings,
                       struct error **err)
{
    const struct osk_login_row *row = osk_login_row(config);
    json_auto_t *identity = json_pack("{s:[]}", "methods");
    json_auto_t *scope = NULL;
    enum osk_login kind = OSK_LOGIN_NONE;
    if (osk_login_kind(config, &kind, err) < 0)
        return NULL;
    int added = row->method ? add_method(identity, config, origin, row->method, err)
                            : add_factors(identity, config, origin, err);
    if (added < 0)
        return NULL;
    if (osk_scope_lookup(config, &scope, warnings, err) < 0)
        return NULL;
    json_t *auth = json_pack("{s:O}", "identity", identity);
    if (scope)
        json_object_set(auth, "scope", scope);
    return json_pack("{s:o}", "auth", auth);
}
