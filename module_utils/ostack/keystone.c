#include "ostack/keystone.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/timestamp.h"
#include "http/url.h"
#include "json/js_get.h"
#include "json/js_read.h"
#include "ostack/failure.h"

/* ---- the kinds of login */

static const struct {
    const char *name;
    enum osk_login kind;
    const char *method; /* NULL: several, or none */
    bool once;          /* what is sent cannot be sent again */
} logins[] = {
    {"password", OSK_LOGIN_KEYSTONE, "password", false},
    {"v3password", OSK_LOGIN_KEYSTONE, "password", false},
    {"token", OSK_LOGIN_KEYSTONE, "token", true},
    {"v3token", OSK_LOGIN_KEYSTONE, "token", true},
    {"v3applicationcredential", OSK_LOGIN_KEYSTONE, "application_credential", false},
    {"v3totp", OSK_LOGIN_KEYSTONE, "totp", true},
    {"v3multifactor", OSK_LOGIN_KEYSTONE, NULL, true},
    {"admin_token", OSK_LOGIN_FIXED_TOKEN, NULL, true},
    {"token_endpoint", OSK_LOGIN_FIXED_TOKEN, NULL, true},
    {"none", OSK_LOGIN_NONE, NULL, true},
    {"None", OSK_LOGIN_NONE, NULL, true},
    {"", OSK_LOGIN_NONE, NULL, true},
};

static size_t login_row(const json_t *config)
{
    const json_t *type = json_object_get(config, "auth_type");
    const char *name = !type ? "password" : json_is_null(type) ? "" : json_string_value(type);
    for (size_t i = 0; name && i < array_length(logins); i++)
        if (strcmp(logins[i].name, name) == 0)
            return i;
    return array_length(logins);
}

int osk_login_kind(const json_t *config, enum osk_login *kind, struct error **err)
{
    size_t row = login_row(config);
    if (row < array_length(logins)) {
        *kind = logins[row].kind;
        return 0;
    }
    const char *name = js_str(config, "auth_type", NULL);
    error_make(err, ERROR_USAGE,
               "auth_type %s is not supported by this module; use one of password, token, "
               "v3applicationcredential, v3totp, v3multifactor, admin_token, none",
               name ? name : "(no text)");
    return -1;
}

bool osk_login_repeatable(const json_t *config)
{
    size_t row = login_row(config);
    return row < array_length(logins) && !logins[row].once;
}

/* ---- the identity */

static const char *auth_text(const json_t *config, const char *name)
{
    const char *text = js_str(config, "auth", name, NULL);
    return str_empty(text) ? NULL : text;
}

static int missing(const char *origin, const char *names, const char *why, struct error **err)
{
    error_make(err, ERROR_USAGE, "%s: auth lacks %s, which %s needs", origin, names, why);
    return -1;
}

/* {"id": …} or {"name": …} of a domain; NULL when there is none. STEM is "user_domain", …. */
static json_t *domain_object(const json_t *config, const char *stem)
{
    auto_free char *id_key = xasprintf("%s_id", stem);
    auto_free char *name_key = xasprintf("%s_name", stem);
    const char *id = auth_text(config, id_key);
    const char *name = auth_text(config, name_key);
    if (id)
        return json_pack("{s:s}", "id", id);
    return name ? json_pack("{s:s}", "name", name) : NULL;
}

static json_t *domain_or_default(const json_t *config, const char *stem)
{
    json_t *domain = domain_object(config, stem);
    return domain ? domain : domain_object(config, "default_domain");
}

/* The user alone, owned; NULL when it is not named. */
static json_t *user_object(const json_t *config)
{
    const char *id = auth_text(config, "user_id");
    const char *name = auth_text(config, "username");
    if (id)
        return json_pack("{s:s}", "id", id);
    if (!name)
        return NULL;
    json_t *user = json_pack("{s:s}", "name", name);
    json_t *domain = domain_or_default(config, "user_domain");
    if (domain)
        json_object_set_new(user, "domain", domain);
    return user;
}

/* {"user": {…, KEY: SECRET}} of the methods password and totp. */
static json_t *user_method(const json_t *config, const char *origin, const char *key,
                           const char *why, struct error **err)
{
    const char *secret = auth_text(config, key);
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
    const char *token = auth_text(config, "token");
    if (token)
        return json_pack("{s:s}", "id", token);
    missing(origin, "token", "auth_type token", err);
    return NULL;
}

static json_t *credential_method(const json_t *config, const char *origin, struct error **err)
{
    const char *id = auth_text(config, "application_credential_id");
    const char *name = auth_text(config, "application_credential_name");
    const char *secret = auth_text(config, "application_credential_secret");
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
        size_t row = login_row(named);
        if (row == array_length(logins) || !logins[row].method) {
            error_make(err, ERROR_USAGE,
                       "%s: auth_methods: %s is not supported; use v3password, v3totp, v3token or "
                       "v3applicationcredential",
                       origin, names.items[i]);
            return -1;
        }
        if (add_method(identity, config, origin, logins[row].method, err) < 0)
            return -1;
    }
    return 0;
}

/* ---- the scope */

static json_t *project_scope(const json_t *config, struct strv *warnings)
{
    const char *id = auth_text(config, "project_id");
    const char *name = auth_text(config, "project_name");
    if (!id && !name)
        return NULL;
    if (id && name)
        strv_add_once(warnings, "project_id and project_name are both set: project_id is used");
    if (id)
        return json_pack("{s:{s:s}}", "project", "id", id);
    json_t *project = json_pack("{s:s}", "name", name);
    json_t *domain = domain_or_default(config, "project_domain");
    if (domain)
        json_object_set_new(project, "domain", domain);
    return json_pack("{s:o}", "project", project);
}

static bool wants_unscoped(const json_t *config)
{
    const json_t *value = js_get(config, "auth", "unscoped", NULL);
    return json_is_true(value) ||
           (json_is_string(value) && str_equal_nocase(json_string_value(value), "true"));
}

/* Adds to LIST what SCOPE is, if it is anything. */
static void add_scope(json_t *list, json_t *scope_take)
{
    if (scope_take)
        json_array_append_new(list, scope_take);
}

static json_t *system_scope(const json_t *config)
{
    return auth_text(config, "system_scope")
               ? json_pack("{s:{s:b}}", "system", auth_text(config, "system_scope"), 1)
               : NULL;
}

/* 1 with *out, 0: no scope is asked for, -1: several are. */
static int scope_lookup(const json_t *config, json_t **out, struct strv *warnings,
                        struct error **err)
{
    json_auto_t *scopes = json_array();
    const char *trust = auth_text(config, "trust_id");
    json_t *domain = domain_object(config, "domain");
    add_scope(scopes, project_scope(config, warnings));
    add_scope(scopes, domain ? json_pack("{s:o}", "domain", domain) : NULL);
    add_scope(scopes, trust ? json_pack("{s:{s:s}}", "OS-TRUST:trust", "id", trust) : NULL);
    add_scope(scopes, system_scope(config));
    add_scope(scopes, wants_unscoped(config) ? json_string("unscoped") : NULL);
    if (json_array_size(scopes) > 1) {
        error_make(err, ERROR_USAGE,
                   "Authentication cannot be scoped to multiple targets. Pick one of: project, "
                   "domain, trust, system or unscoped");
        return -1;
    }
    if (!json_array_size(scopes))
        return 0;
    *out = json_incref(json_array_get(scopes, 0));
    return 1;
}

/* An application credential has its project with it; Keystone refuses a scope beside it. */
static bool scope_is_given(const json_t *config, struct strv *warnings)
{
    const char *type = js_str(config, "auth_type", NULL);
    if (!str_equal(type, "v3applicationcredential"))
        return false;
    static const char *const names[] = {"project_id",  "project_name", "domain_id",
                                        "domain_name", "system_scope", "trust_id"};
    for (size_t i = 0; i < array_length(names); i++)
        if (auth_text(config, names[i]))
            strv_printf(warnings,
                        "%s is ignored: an application credential has its project with it",
                        names[i]);
    return true;
}

json_t *osk_login_body(const json_t *config, const char *origin, struct strv *warnings,
                       struct error **err)
{
    size_t row = login_row(config);
    json_auto_t *identity = json_pack("{s:[]}", "methods");
    json_auto_t *scope = NULL;
    enum osk_login kind = OSK_LOGIN_NONE;
    if (osk_login_kind(config, &kind, err) < 0)
        return NULL;
    int added = logins[row].method ? add_method(identity, config, origin, logins[row].method, err)
                                   : add_factors(identity, config, origin, err);
    if (added < 0)
        return NULL;
    if (!scope_is_given(config, warnings) && scope_lookup(config, &scope, warnings, err) < 0)
        return NULL;
    json_t *auth = json_pack("{s:O}", "identity", identity);
    if (scope)
        json_object_set(auth, "scope", scope);
    return json_pack("{s:o}", "auth", auth);
}

/* ---- the address */

char *osk_login_root(const char *auth_url, bool *guessed)
{
    char *root = xstrdup(auth_url);
    for (size_t length = strlen(root); length && root[length - 1] == '/'; length--)
        root[length - 1] = '\0';
    *guessed = false;
    if (str_ends_with(root, "/v3"))
        return root;
    *guessed = true;
    size_t length = strlen(root);
    if (str_ends_with(root, "/v2.0"))
        root[length - strlen("/v2.0")] = '\0';
    char *versioned = xasprintf("%s/v3", root);
    free(root);
    return versioned;
}

static bool is_alive(const char *status)
{
    return str_equal_nocase(status, "stable") || str_equal_nocase(status, "current") ||
           str_equal_nocase(status, "supported");
}

/* The "self" link of a version entry, if it is a living v3. Borrowed. */
static const char *entry_link(const json_t *entry)
{
    const char *id = js_str(entry, "id", NULL);
    if (!id || !str_starts_with(id, "v3") || !is_alive(js_str(entry, "status", NULL)))
        return NULL;
    size_t index = 0;
    json_t *link = NULL;
    json_array_foreach (json_object_get(entry, "links"), index, link)
        if (str_equal(js_str(link, "rel", NULL), "self"))
            return js_str(link, "href", NULL);
    return NULL;
}

char *osk_login_discover(const json_t *document, const char *auth_url)
{
    const char *link = entry_link(json_object_get(document, "version"));
    size_t index = 0;
    json_t *entry = NULL;
    json_array_foreach (js_get(document, "versions", "values", NULL), index, entry)
        if (!link)
            link = entry_link(entry);
    if (!link)
        return NULL;
    /* A Keystone behind a proxy advertises what it thinks its own address is: the path counts. */
    const char *mark = strstr(link, "://");
    const char *path = mark ? strchr(mark + 3, '/') : link;
    const char *host = strstr(auth_url, "://");
    size_t base = host ? (size_t)(host + 3 - auth_url) + strcspn(host + 3, "/") : 0;
    char *root = xasprintf("%.*s%s", (int)base, auth_url, path ? path : "");
    for (size_t length = strlen(root); length && root[length - 1] == '/'; length--)
        root[length - 1] = '\0';
    return root;
}

/* ---- the answer */

/* "…T12:34:56.000000Z" */
static time_t expiry(const json_t *body)
{
    time_t seconds = 0;
    if (!rfc3339_parse(js_str(body, "expires_at", NULL), &seconds))
        return 0;
    return seconds;
}

int osk_token_read(const struct http_response *response, struct osk_token *out, struct error **err)
{
    const char *id = http_response_header(response, "X-Subject-Token");
    json_error_t where;
    json_auto_t *answer = js_read(buf_str(&response->body), response->body.size, &where);
    const json_t *body = json_object_get(answer, "token");
    if (!json_is_object(body)) {
        error_make(err, ERROR_PARSE,
                   "the answer is no token of Keystone%s%s: is there a proxy or another server at "
                   "auth_url?",
                   answer ? "" : " but no JSON: ", answer ? "" : where.text);
        return -1;
    }
    if (str_empty(id)) {
        error_make(err, ERROR_PARSE,
                   "Keystone's answer lacks the header X-Subject-Token: does a proxy remove it?");
        return -1;
    }
    *out = (struct osk_token){.body = json_incref(js_iterable(body)), .expires_at = expiry(body)};
    secret_set(&out->id, id, strlen(id));
    return 0;
}

void osk_token_clear(struct osk_token *token)
{
    secret_clear(&token->id);
    json_decref(token->body);
    *token = (struct osk_token){0};
}

/* "user demo, project p": whatever of it is known. Owned. */
static char *who(const json_t *config)
{
    static const struct {
        const char *label;
        const char *keys[2];
    } rows[] = {
        {"user", {"username", "user_id"}},
        {"application credential", {"application_credential_id", "application_credential_name"}},
        {"project", {"project_name", "project_id"}},
        {"domain", {"domain_name", "domain_id"}},
    };
    auto_strv struct strv parts;
    strv_init(&parts);
    for (size_t i = 0; i < array_length(rows); i++) {
        const char *value = auth_text(config, rows[i].keys[0]);
        if (!value)
            value = auth_text(config, rows[i].keys[1]);
        if (value)
            strv_printf(&parts, "%s %s", rows[i].label, value);
    }
    return strv_join(&parts, ", ");
}

/* What a login with several factors still lacks, owned, or NULL. */
static char *wanted_methods(const struct http_response *response)
{
    if (!http_response_header(response, "Openstack-Auth-Receipt"))
        return NULL;
    json_auto_t *body = json_loadb(buf_str(&response->body), response->body.size, 0, NULL);
    const json_t *methods = json_object_get(body, "required_auth_methods");
    return json_dumps(methods, JSON_COMPACT | JSON_ENCODE_ANY);
}

void osk_login_refused(const struct http_response *response, const json_t *config, const char *url,
                       struct error **err)
{
    auto_free char *as_whom = who(config);
    auto_free char *methods = wanted_methods(response);
    osk_failure_make(response, "Keystone", "POST", url, err);
    if (methods)
        error_append(err,
                     "; the user must log in with several methods: %s; use auth_type "
                     "v3multifactor with auth_methods",
                     methods);
    if (response->status == 404)
        error_append(err, "; is auth_url right? It was tried as %s", url);
    error_append(err, " (auth_url %s%s%s)", url, *as_whom ? ", " : "", as_whom);
}
