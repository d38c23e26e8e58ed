/* What a token is for: a project, a domain, the system, a trust, or nothing. */
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"
#include "ostack/keystone_priv.h"

const char *osk_auth_text(const json_t *config, const char *name)
{
    const char *text = js_str(config, "auth", name, NULL);
    return str_empty(text) ? NULL : text;
}

/* {"id": …} or {"name": …} of a domain; STEM is "user_domain", …. NULL when there is none. */
static json_t *domain_of(const json_t *config, const char *stem)
{
    auto_free char *id_key = xasprintf("%s_id", stem);
    auto_free char *name_key = xasprintf("%s_name", stem);
    const char *id = osk_auth_text(config, id_key);
    const char *name = osk_auth_text(config, name_key);
    if (id)
        return json_pack("{s:s}", "id", id);
    return name ? json_pack("{s:s}", "name", name) : NULL;
}

json_t *osk_domain_or_default(const json_t *config, const char *stem)
{
    json_t *domain = domain_of(config, stem);
    return domain ? domain : domain_of(config, "default_domain");
}

static json_t *project_scope(const json_t *config, struct strv *warnings)
{
    const char *id = osk_auth_text(config, "project_id");
    const char *name = osk_auth_text(config, "project_name");
    if (!id && !name)
        return NULL;
    if (id && name)
        strv_add_once(warnings, "project_id and project_name are both set: project_id is used");
    if (id)
        return json_pack("{s:{s:s}}", "project", "id", id);
    json_t *project = json_pack("{s:s}", "name", name);
    json_t *domain = osk_domain_or_default(config, "project_domain");
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
    return osk_auth_text(config, "system_scope")
               ? json_pack("{s:{s:b}}", "system", osk_auth_text(config, "system_scope"), 1)
               : NULL;
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
        if (osk_auth_text(config, names[i]))
            strv_printf(warnings,
                        "%s is ignored: an application credential has its project with it",
                        names[i]);
    return true;
}

int osk_scope_lookup(const json_t *config, json_t **out, struct strv *warnings, struct error **err)
{
    json_auto_t *scopes = json_array();
    const char *trust = osk_auth_text(config, "trust_id");
    if (scope_is_given(config, warnings))
        return 0;
    json_t *domain = domain_of(config, "domain");
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
