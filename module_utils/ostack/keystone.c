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
#include "ostack/keystone_priv.h"

/* ---- the kinds of login */

static const struct osk_login_row logins[] = {
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

const struct osk_login_row *osk_login_row(const json_t *config)
{
    const json_t *type = json_object_get(config, "auth_type");
    const char *name = !type ? "password" : json_is_null(type) ? "" : json_string_value(type);
    for (size_t i = 0; name && i < array_length(logins); i++)
        if (strcmp(logins[i].name, name) == 0)
            return &logins[i];
    return NULL;
}

int osk_login_kind(const json_t *config, enum osk_login *kind, struct error **err)
{
    const struct osk_login_row *row = osk_login_row(config);
    if (row) {
        *kind = row->kind;
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
    const struct osk_login_row *row = osk_login_row(config);
    return row && !row->once;
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
    return js_str(js_find(json_object_get(entry, "links"), "rel", "self"), "href", NULL);
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
        const char *value = osk_auth_text(config, rows[i].keys[0]);
        if (!value)
            value = osk_auth_text(config, rows[i].keys[1]);
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
