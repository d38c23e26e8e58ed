#include "ostack/catalog.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "http/url.h"
#include "json/js_get.h"
#include "ostack/keystone_priv.h"

/* The official type first, then the aliases in the order in which they are tried
 * (service-types-authority, Magnum's own versions.py). */
static const struct {
    const char *name;
    const char *types[4];
    const char *version; /* put behind a URL that ends in none; NULL: the URL is complete */
} services[] = {
    [OSK_MAGNUM] = {"Magnum",
                    {"container-infrastructure-management", "container-infrastructure",
                     "container-infra"},
                    "v1"},
    [OSK_GLANCE] = {"Glance", {"image"}, "v2"},
    [OSK_NOVA] = {"Nova", {"compute"}, "v2.1"},
    [OSK_NEUTRON] = {"Neutron", {"network"}, "v2.0"},
    [OSK_KEYSTONE] = {"Keystone", {"identity"}, "v3"},
};

_Static_assert(array_length(services) == OSK_SERVICES, "every service has a row");

const char *osk_service_name(enum osk_service service)
{
    return services[service].name;
}

/* ---- settings of one service */

static char *setting_key(const char *type, const char *suffix)
{
    char *key = xasprintf("%s_%s", type, suffix);
    for (char *c = strchr(key, '-'); c; c = strchr(c, '-'))
        *c = '_';
    return key;
}

const json_t *osk_service_setting(const json_t *config, enum osk_service service,
                                  const char *suffix)
{
    const char *const *types = services[service].types;
    for (size_t i = 0; i < array_length(services[service].types) && types[i]; i++) {
        auto_free char *key = setting_key(types[i], suffix);
        const json_t *value = json_object_get(config, key);
        if (value && !json_is_null(value))
            return value;
    }
    return NULL;
}

static const char *setting_text(const json_t *config, enum osk_service service, const char *suffix)
{
    const char *text = json_string_value(osk_service_setting(config, service, suffix));
    return str_empty(text) ? NULL : text;
}

/* The service's own setting, else the cloud's. */
static const json_t *setting_or_common(const json_t *config, enum osk_service service,
                                       const char *key)
{
    const json_t *own = osk_service_setting(config, service, key);
    return own ? own : json_object_get(config, key);
}

/* Of the settings that switch a service off. */
static int check_enabled(enum osk_service service, const json_t *config, struct error **err)
{
    for (size_t i = 0; i < array_length(services[service].types) && services[service].types[i];
         i++) {
        auto_free char *tail = setting_key(services[service].types[i], "disabled_reason");
        auto_free char *key =
            xasprintf("has_%.*s", (int)(strlen(tail) - strlen("_disabled_reason")), tail);
        const json_t *has = json_object_get(config, key);
        bool off = json_is_false(has) ||
                   (json_is_string(has) && str_equal_nocase(json_string_value(has), "false"));
        if (!off)
            continue;
        const char *why = js_str(config, tail, NULL);
        error_make(err, ERROR_USAGE, "%s is switched off for this cloud (%s: false)%s%s",
                   services[service].name, key, why ? ": " : "", why ? why : "");
        return -1;
    }
    return 0;
}

/* ---- the catalog */

/* "publicURL" and "public" are one. */
static bool same_interface(const char *a, const char *b)
{
    size_t a_length = strlen(a);
    size_t b_length = strlen(b);
    if (str_ends_with(a, "URL"))
        a_length -= 3;
    if (str_ends_with(b, "URL"))
        b_length -= 3;
    return a_length == b_length && strncmp(a, b, a_length) == 0;
}

static bool in_region(const json_t *endpoint, const char *region)
{
    if (str_empty(region))
        return true;
    const char *id = js_str(endpoint, "region_id", NULL);
    return str_equal(id ? id : js_str(endpoint, "region", NULL), region);
}

static const char *url_in(const json_t *entry, const char *interface, const char *region)
{
    size_t index = 0;
    json_t *endpoint = NULL;
    json_array_foreach (json_object_get(entry, "endpoints"), index, endpoint) {
        const char *offered = js_str(endpoint, "interface", NULL);
        const char *url = js_str(endpoint, "url", NULL);
        if (offered && same_interface(offered, interface) && in_region(endpoint, region) &&
            !str_empty(url))
            return url;
    }
    return NULL;
}

/* What is looked for. */
struct query {
    const char *name;         /* of the catalog entry; NULL: any */
    const json_t *interfaces; /* text or list of texts */
    const char *region;
};

static const char *url_of_type(const json_t *catalog, const char *type, const char *interface,
                               const struct query *query)
{
    size_t index = 0;
    json_t *entry = NULL;
    json_array_foreach (js_iterable(catalog), index, entry) {
        if (!str_equal(js_str(entry, "type", NULL), type))
            continue;
        if (query->name && !str_equal(js_str(entry, "name", NULL), query->name))
            continue;
        const char *url = url_in(entry, interface, query->region);
        if (url)
            return url;
    }
    return NULL;
}

static const char *find_type(const json_t *catalog, const char *type, const struct query *query)
{
    size_t index = 0;
    json_t *interface = NULL;
    if (json_is_string(query->interfaces))
        return url_of_type(catalog, type, json_string_value(query->interfaces), query);
    json_array_foreach (js_iterable(query->interfaces), index, interface) {
        const char *text = json_string_value(interface);
        const char *url = text ? url_of_type(catalog, type, text, query) : NULL;
        if (url)
            return url;
    }
    return NULL;
}

static bool belongs(enum osk_service service, const char *type)
{
    for (size_t i = 0; i < array_length(services[service].types) && services[service].types[i]; i++)
        if (strcmp(services[service].types[i], type) == 0)
            return true;
    return false;
}

static const char *find_url(enum osk_service service, const json_t *catalog, const char *wanted,
                            const struct query *query)
{
    const char *const *types = services[service].types;
    const char *url = find_type(catalog, wanted ? wanted : types[0], query);
    if (url || (wanted && !belongs(service, wanted)))
        return url;
    for (size_t i = 0; i < array_length(services[service].types) && types[i] && !url; i++)
        url = find_type(catalog, types[i], query);
    /* Before it had an official type, Magnum was registered so; it still looks for that itself. */
    return url || service != OSK_MAGNUM ? url : find_type(catalog, "container", query);
}

/* ---- when there is none */

static char *interfaces_text(const json_t *interfaces)
{
    if (json_is_string(interfaces))
        return xstrdup(json_string_value(interfaces));
    auto_strv struct strv names;
    strv_init(&names);
    size_t index = 0;
    json_t *item = NULL;
    json_array_foreach (js_iterable(interfaces), index, item)
        if (json_is_string(item))
            strv_add(&names, json_string_value(item));
    return strv_join(&names, " or ");
}

/* The endpoints of TYPES as "type (interface, region)", so that the wrong one of them shows. */
static char *offered_text(const json_t *catalog)
{
    auto_strv struct strv names;
    strv_init(&names);
    size_t index = 0;
    json_t *entry = NULL;
    json_array_foreach (js_iterable(catalog), index, entry)
        if (js_str(entry, "type", NULL))
            strv_add_once(&names, js_str(entry, "type", NULL));
    strv_sort(&names);
    return strv_join(&names, ", ");
}

static char *endpoints_text(enum osk_service service, const json_t *catalog)
{
    auto_strv struct strv names;
    strv_init(&names);
    size_t index = 0;
    json_t *entry = NULL;
    json_array_foreach (js_iterable(catalog), index, entry) {
        size_t at = 0;
        json_t *endpoint = NULL;
        const char *type = js_str(entry, "type", NULL);
        if (!type || !belongs(service, type))
            continue;
        json_array_foreach (json_object_get(entry, "endpoints"), at, endpoint) {
            const char *interface = js_str(endpoint, "interface", NULL);
            const char *region = js_str(endpoint, "region_id", NULL);
            strv_printf(&names, "%s in %s", interface ? interface : "?",
                        region ? region : "no region");
        }
    }
    return names.count ? strv_join(&names, ", ") : NULL;
}

static void no_endpoint(enum osk_service service, const char *type, const struct query *query,
                        const json_t *token, struct error **err)
{
    const json_t *catalog = json_object_get(token, "catalog");
    const char *project = js_str(token, "project", "name", NULL);
    auto_free char *interfaces = interfaces_text(query->interfaces);
    auto_free char *offered = offered_text(catalog);
    auto_free char *endpoints = endpoints_text(service, catalog);
    if (!json_array_size(catalog)) {
        error_make(
            err, ERROR_USAGE,
            "the token came without a catalog, as one without a project does, so the address "
            "of %s is not known: name a project (project_name and project_domain_name), or "
            "set %s",
            services[service].name,
            service == OSK_MAGNUM ? "container_infra_endpoint_override" : "an endpoint_override");
        return;
    }
    error_make(
        err, ERROR_USAGE,
        "no endpoint of type %s, interface %s, region %s in the catalog of project %s (types "
        "offered: %s",
        type, interfaces, str_empty(query->region) ? "any" : query->region,
        project ? project : "none", offered);
    if (endpoints)
        error_append(err, "; endpoints of %s: %s", services[service].name, endpoints);
    error_append(err, "); set region_name and interface, or %s",
                 service == OSK_MAGNUM ? "container_infra_endpoint_override"
                                       : "an endpoint_override");
}

/* ---- the URL */

/* "v1", "v2.0", "v3" */
static bool is_version(const char *segment)
{
    size_t digits = strspn(segment + (*segment == 'v'), "0123456789");
    const char *rest = segment + 1 + digits;
    if (*segment != 'v' || !digits)
        return false;
    return !*rest || (*rest == '.' && rest[1] && !rest[1 + strspn(rest + 1, "0123456789")]);
}

static bool is_project(const char *segment, const json_t *token)
{
    bool hex = strlen(segment) == 32 && strspn(segment, "0123456789abcdef") == 32;
    return hex || str_equal(segment, js_str(token, "project", "id", NULL));
}

/* A version counts at the end, or before a project, as in Nova's old URLs: /v2.1/PROJECT. What is
 * further in front is a proxy's: /v1/magnum. */
static bool has_version(const char *url, const json_t *token)
{
    auto_strv struct strv parts;
    strv_init(&parts);
    strv_split(&parts, url, '/');
    size_t last = parts.count - 1;
    if (last > 3 && is_project(parts.items[last], token))
        last--;
    return last >= 3 && is_version(parts.items[last]);
}

static char *complete(enum osk_service service, const char *url, const json_t *token,
                      struct error **err)
{
    auto_free char *base = xstrdup(url);
    auto_url struct url parts = {0};
    for (size_t length = strlen(base); length && base[length - 1] == '/'; length--)
        base[length - 1] = '\0';
    if (url_parse(base, &parts, err) < 0) {
        error_wrap(err, "the address of %s, \"%s\"", services[service].name, url);
        return NULL;
    }
    bool http = str_equal(parts.scheme, "http") || str_equal(parts.scheme, "https");
    if (!http || parts.has_userinfo) {
        error_make(
            err, ERROR_USAGE,
            "the address of %s, \"%s://%s\", cannot be used: it has to begin with http:// or "
            "https:// and hold no user name",
            services[service].name, parts.scheme, parts.host);
        return NULL;
    }
    if (has_version(base, token))
        return steal_ptr(base);
    return xasprintf("%s/%s", base, services[service].version);
}

static const char *override_of(enum osk_service service, const json_t *config)
{
    const struct osk_login_row *row = osk_login_row(config);
    const char *url = setting_text(config, service, "endpoint_override");
    if (!url)
        url = setting_text(config, service, "endpoint");
    bool fixed = row && row->kind != OSK_LOGIN_KEYSTONE;
    if (!url && fixed)
        url = js_str(config, "auth", "endpoint", NULL);
    return !url && fixed ? js_str(config, "auth", "url", NULL) : url;
}

char *osk_endpoint(enum osk_service service, const json_t *config, const json_t *token,
                   struct error **err)
{
    if (check_enabled(service, config, err) < 0)
        return NULL;
    const char *override = override_of(service, config);
    if (override)
        return complete(service, override, token, err);
    const char *wanted = setting_text(config, service, "service_type");
    const json_t *region = setting_or_common(config, service, "region_name");
    const struct query query = {
        .name = setting_text(config, service, "service_name"),
        .interfaces = setting_or_common(config, service, "interface"),
        .region = json_string_value(region),
    };
    const char *url = find_url(service, json_object_get(token, "catalog"), wanted, &query);
    if (url)
        return complete(service, url, token, err);
    no_endpoint(service, wanted ? wanted : services[service].types[service == OSK_MAGNUM ? 2 : 0],
                &query, token, err);
    return NULL;
}
