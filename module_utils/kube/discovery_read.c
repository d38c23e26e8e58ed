#include "kube/discovery_read.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"

/* GROUP and VERSION are those of the path: a resource may answer with a kind of another group. */
static json_t *make_resource(const char *group, const char *version, const char *kind)
{
    json_t *resource = json_object();
    json_object_set_new(resource, "group", json_string(group));
    json_object_set_new(resource, "version", json_string(version));
    json_object_set_new(resource, "kind", json_string(kind));
    return resource;
}

static void copy_member(json_t *to, const char *to_key, const json_t *from, const char *from_key)
{
    json_t *value = json_object_get(from, from_key);
    if (value)
        json_object_set(to, to_key, value);
}

/* Whether the subresource "NAME/status" is among LISTED. */
static bool lists_status(const json_t *listed, const char *name)
{
    auto_free char *wanted = xasprintf("%s/status", name);
    return js_find(listed, "name", wanted) != NULL;
}

static bool has_status(const json_t *subresources)
{
    return js_find(subresources, "subresource", "status") != NULL;
}

static void mark_status(json_t *resource, bool served)
{
    if (served)
        json_object_set_new(resource, "status", json_true());
}

json_t *discovery_read_resource_list(const json_t *body, const char *api_version,
                                     struct error **err)
{
    json_t *listed = js_get(body, "resources", NULL);
    if (!json_is_array(listed)) {
        error_make(err, ERROR_PARSE, "the answer about %s lists no resources", api_version);
        return NULL;
    }
    auto_free char *group = NULL;
    auto_free char *version = NULL;
    kube_split_api_version(api_version, &group, &version);
    json_t *resources = json_array();
    size_t index = 0;
    json_t *item = NULL;
    json_array_foreach (listed, index, item) {
        const char *name = js_str(item, "name", NULL);
        const char *kind = js_str(item, "kind", NULL);
        if (!name || !kind || strchr(name, '/'))
            continue;
        json_t *resource = make_resource(group, version, kind);
        copy_member(resource, "name", item, "name");
        copy_member(resource, "singularName", item, "singularName");
        copy_member(resource, "namespaced", item, "namespaced");
        copy_member(resource, "verbs", item, "verbs");
        copy_member(resource, "shortNames", item, "shortNames");
        mark_status(resource, lists_status(listed, name));
        json_array_append_new(resources, resource);
    }
    return resources;
}

/* One version of an APIGroupDiscovery as a list of resources. */
static json_t *read_aggregated_version(const json_t *listed, const char *group, const char *version)
{
    json_t *resources = json_array();
    size_t index = 0;
    json_t *item = NULL;
    json_array_foreach (js_get(listed, "resources", NULL), index, item) {
        const char *kind = js_str(item, "responseKind", "kind", NULL);
        if (str_empty(kind) || !js_str(item, "resource", NULL))
            continue;
        json_t *resource = make_resource(group, version, kind);
        copy_member(resource, "name", item, "resource");
        copy_member(resource, "singularName", item, "singularResource");
        copy_member(resource, "verbs", item, "verbs");
        copy_member(resource, "shortNames", item, "shortNames");
        bool namespaced = str_equal(js_str(item, "scope", NULL), "Namespaced");
        json_object_set_new(resource, "namespaced", json_boolean(namespaced));
        mark_status(resource, has_status(json_object_get(item, "subresources")));
        json_array_append_new(resources, resource);
    }
    return resources;
}

static char *join_api_version(const char *group, const char *version)
{
    return str_empty(group) ? xstrdup(version) : xasprintf("%s/%s", group, version);
}

static void read_aggregated_group(const json_t *group, json_t *known, json_t *groups)
{
    const char *name = js_str(group, "metadata", "name", NULL);
    size_t index = 0;
    json_t *item = NULL;
    json_array_foreach (js_get(group, "versions", NULL), index, item) {
        const char *version = js_str(item, "version", NULL);
        if (!version)
            continue;
        auto_free char *api_version = join_api_version(name, version);
        json_array_append_new(groups, json_string(api_version));
        bool stale = str_equal(js_str(item, "freshness", NULL), "Stale");
        if (!stale && !json_object_get(known, api_version))
            json_object_set_new(known, api_version,
                                read_aggregated_version(item, name ? name : "", version));
    }
}

static void read_group_names(const json_t *body, json_t *groups)
{
    size_t index = 0;
    json_t *group = NULL;
    json_array_foreach (js_get(body, "groups", NULL), index, group) {
        size_t at = 0;
        json_t *version = NULL;
        json_array_foreach (js_get(group, "versions", NULL), at, version) {
            const char *text = js_str(version, "groupVersion", NULL);
            if (text)
                json_array_append_new(groups, json_string(text));
        }
    }
}

static void read_core_versions(const json_t *body, json_t *groups)
{
    size_t index = 0;
    json_t *version = NULL;
    json_array_foreach (js_get(body, "versions", NULL), index, version)
        if (json_is_string(version))
            json_array_append(groups, version);
}

int discovery_read_document(const json_t *body, json_t *known, json_t *groups, struct error **err)
{
    const char *kind = js_str(body, "kind", NULL);
    if (str_equal(kind, "APIGroupDiscoveryList")) {
        size_t index = 0;
        json_t *group = NULL;
        json_array_foreach (js_get(body, "items", NULL), index, group)
            read_aggregated_group(group, known, groups);
        return 0;
    }
    if (str_equal(kind, "APIGroupList")) {
        read_group_names(body, groups);
        return 0;
    }
    if (str_equal(kind, "APIVersions")) {
        read_core_versions(body, groups);
        return 0;
    }
    error_make(err, ERROR_PARSE, "discovery answered with a %s, which is no list of API groups",
               kind ? kind : "document without kind");
    return -1;
}

static bool has_attribute(const json_t *resource, const char *name, enum discovery_by by)
{
    static const char *const attributes[] = {
        [DISCOVERY_BY_KIND] = "kind",
        [DISCOVERY_BY_PLURAL] = "name",
        [DISCOVERY_BY_SINGULAR] = "singularName",
    };
    if (by != DISCOVERY_BY_SHORT)
        return str_equal(js_str(resource, attributes[by], NULL), name);
    size_t index = 0;
    json_t *item = NULL;
    json_array_foreach (js_get(resource, "shortNames", NULL), index, item)
        if (str_equal(json_string_value(item), name))
            return true;
    return false;
}

static size_t count_verbs(const json_t *resource)
{
    return json_array_size(json_object_get(resource, "verbs"));
}

json_t *discovery_find(const json_t *resources, const char *name, enum discovery_by by)
{
    json_t *best = NULL;
    size_t index = 0;
    json_t *resource = NULL;
    json_array_foreach (resources, index, resource)
        if (has_attribute(resource, name, by) &&
            (!best || count_verbs(resource) > count_verbs(best)))
            best = resource;
    return best;
}

static bool has_verb(const json_t *resource, const char *verb)
{
    size_t index = 0;
    json_t *item = NULL;
    json_array_foreach (json_object_get(resource, "verbs"), index, item)
        if (str_equal(json_string_value(item), verb))
            return true;
    return false;
}

void discovery_describe(const json_t *resource, struct kube_resource *out)
{
    *out = (struct kube_resource){
        .group = js_str(resource, "group", NULL),
        .version = js_str(resource, "version", NULL),
        .kind = js_str(resource, "kind", NULL),
        .plural = js_str(resource, "name", NULL),
        .namespaced = json_is_true(json_object_get(resource, "namespaced")),
        .can_get = has_verb(resource, "get"),
        .can_patch = has_verb(resource, "patch"),
        .can_create = has_verb(resource, "create"),
        .plain_status = !json_is_true(json_object_get(resource, "status")),
    };
}
