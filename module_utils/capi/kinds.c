#include "capi/kinds.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "capi/resource.h"
#include "json/js_get.h"
#include "json/js_list.h"
#include "kube/list.h"

/* Heads of hierarchies whatever their labels say, as in clusterctl 1.13. */
static const struct {
    const char *group, *kind;
} built_in[] = {
    {CAPI_GROUP, "Cluster"},
    {CAPI_GROUP, "ClusterClass"},
    {CAPI_GROUP_ADDONS, "ClusterResourceSet"},
};

static bool is_built_in(const char *group, const char *kind)
{
    for (size_t i = 0; i < array_length(built_in); i++)
        if (str_equal(built_in[i].group, group) && str_equal(built_in[i].kind, kind))
            return true;
    return false;
}

static struct capi_kind *add_kind(struct capi_kinds *kinds)
{
    kinds->items = xreallocarray(kinds->items, kinds->count + 1, sizeof(*kinds->items));
    struct capi_kind *kind = &kinds->items[kinds->count++];
    *kind = (struct capi_kind){0};
    return kind;
}

/* ---- definitions */

static void read_versions(struct capi_kind *kind, const json_t *versions)
{
    size_t index = 0;
    json_t *version = NULL;
    json_array_foreach (js_iterable(versions), index, version) {
        const char *name = js_str(version, "name", NULL);
        if (!name)
            continue;
        bool served = js_true(version, "served", NULL);
        if (served)
            strv_add(&kind->served, name);
        if (!js_true(version, "storage", NULL) || kind->storage)
            continue;
        kind->storage = xstrdup(name);
        kind->storage_served = served;
    }
}

int capi_kinds_add(struct capi_kinds *kinds, const json_t *definition, struct error **err)
{
    const char *name = js_str(definition, "metadata", "name", NULL);
    const char *group = js_str(definition, "spec", "group", NULL);
    const char *kind_name = js_str(definition, "spec", "names", "kind", NULL);
    const char *plural = js_str(definition, "spec", "names", "plural", NULL);
    if (!name || !group || !kind_name || !plural) {
        error_make(err, ERROR_PARSE, "CustomResourceDefinition %s lacks its names",
                   name ? name : "without a name");
        return -1;
    }
    const json_t *labels = js_get(definition, "metadata", "labels", NULL);
    struct capi_kind *kind = add_kind(kinds);
    kind->name = xstrdup(name);
    kind->group = xstrdup(group);
    kind->kind = xstrdup(kind_name);
    kind->plural = xstrdup(plural);
    kind->namespaced = !str_equal(js_str(definition, "spec", "scope", NULL), "Cluster");
    kind->hierarchy =
        is_built_in(group, kind_name) || json_object_get(labels, CAPI_LABEL_HIERARCHY) != NULL;
    kind->move = kind->hierarchy || json_object_get(labels, CAPI_LABEL_MOVE) != NULL;
    read_versions(kind, js_get(definition, "spec", "versions", NULL));
    if (str_equal(js_str(definition, "spec", "conversion", "strategy", NULL), "Webhook"))
        kind->converter =
            json_incref(js_get(definition, "spec", "conversion", "webhook", "clientConfig", NULL));
    if (!kind->storage)
        kind->storage = xstrdup("");
    return 0;
}

void capi_kinds_add_core(struct capi_kinds *kinds)
{
    static const char *const rows[][2] = {{"Secret", "secrets"}, {"ConfigMap", "configmaps"}};
    for (size_t i = 0; i < array_length(rows); i++) {
        struct capi_kind *kind = add_kind(kinds);
        kind->name = xstrdup("");
        kind->group = xstrdup("");
        kind->kind = xstrdup(rows[i][0]);
        kind->plural = xstrdup(rows[i][1]);
        kind->storage = xstrdup("v1");
        strv_add(&kind->served, "v1");
        kind->storage_served = true;
        kind->namespaced = true;
    }
}

void capi_kinds_add_resource(struct capi_kinds *kinds, const struct kube_resource *resource)
{
    if (capi_kinds_find(kinds, resource->group, resource->kind))
        return;
    struct capi_kind *kind = add_kind(kinds);
    kind->name = xstrdup("");
    kind->group = xstrdup(resource->group);
    kind->kind = xstrdup(resource->kind);
    kind->plural = xstrdup(resource->plural);
    kind->storage = xstrdup(resource->version);
    strv_add(&kind->served, resource->version);
    kind->storage_served = true;
    kind->namespaced = resource->namespaced;
}

/* Definitions of one page: each is large, some over a megabyte. */
enum { PAGE = 5 };

/* Schemas, which nobody asks for here, are nearly all of a definition. */
static void shrink(json_t *item)
{
    json_t *metadata = json_object_get(item, "metadata");
    size_t index = 0;
    json_t *version = NULL;
    json_object_del(metadata, "managedFields");
    json_object_del(metadata, "annotations");
    json_array_foreach (js_get(item, "spec", "versions", NULL), index, version)
        json_object_del(version, "schema");
}

static int list_definitions(struct kube_client *client, json_t *definitions, struct error **err)
{
    auto_strv struct strv selectors;
    strv_init(&selectors);
    strv_add(&selectors, CAPI_LABEL);
    const struct kube_list_options options = {.resource = &capi_resource_crd,
                                              .label_selectors = &selectors,
                                              .page = PAGE,
                                              .shrink = shrink};
    return kube_list(client, &options, definitions, err);
}

int capi_kinds_read(struct capi_kinds *kinds, struct kube_client *client, struct error **err)
{
    json_auto_t *items = json_array();
    if (list_definitions(client, items, err) < 0)
        return -1;
    if (json_array_size(items) == 0) {
        error_make(
            err, ERROR_NOT_FOUND,
            "no clusterctl-labelled CRDs: the server has no CustomResourceDefinition with the "
            "label %s, so nothing of Cluster API can be told from the rest; label those of "
            "Cluster API and its providers",
            CAPI_LABEL);
        return -1;
    }
    size_t index = 0;
    json_t *item = NULL;
    json_array_foreach (items, index, item)
        if (capi_kinds_add(kinds, item, err) < 0)
            return -1;
    capi_kinds_add_core(kinds);
    return 0;
}

void capi_kinds_clear(struct capi_kinds *kinds)
{
    for (size_t i = 0; i < kinds->count; i++) {
        struct capi_kind *kind = &kinds->items[i];
        free(kind->name);
        free(kind->group);
        free(kind->kind);
        free(kind->plural);
        free(kind->storage);
        strv_clear(&kind->served);
        json_decref(kind->converter);
    }
    free(kinds->items);
    *kinds = (struct capi_kinds){0};
}

const struct capi_kind *capi_kinds_find(const struct capi_kinds *kinds, const char *group,
                                        const char *kind)
{
    for (size_t i = 0; kinds && i < kinds->count; i++)
        if (str_equal(kinds->items[i].kind, kind) && str_equal(kinds->items[i].group, group))
            return &kinds->items[i];
    return NULL;
}

struct kube_resource capi_kind_resource(const struct capi_kind *kind)
{
    return (struct kube_resource){
        .group = kind->group,
        .version = kind->storage,
        .kind = kind->kind,
        .plural = kind->plural,
        .namespaced = kind->namespaced,
        .can_get = true,
        .can_patch = true,
        .can_create = true,
    };
}

/* ---- as a manifest keeps them */

json_t *capi_kind_json(const struct capi_kind *kind)
{
    json_t *served = js_strv(&kind->served);
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:b, s:b}", "name", kind->name, "group",
                     kind->group, "kind", kind->kind, "plural", kind->plural, "scope",
                     kind->namespaced ? "Namespaced" : "Cluster", "storage", kind->storage,
                     "served", served, "move", kind->move, "move_hierarchy", kind->hierarchy);
}

int capi_kinds_add_json(struct capi_kinds *kinds, const json_t *value, struct error **err)
{
    static const char *const names[] = {"name", "group", "kind", "plural", "storage"};
    for (size_t i = 0; i < array_length(names); i++)
        if (js_want(value, names[i], JSON_STRING, NULL, err) < 0)
            return -1;
    struct capi_kind *kind = add_kind(kinds);
    kind->name = xstrdup(js_str(value, "name", NULL));
    kind->group = xstrdup(js_str(value, "group", NULL));
    kind->kind = xstrdup(js_str(value, "kind", NULL));
    kind->plural = xstrdup(js_str(value, "plural", NULL));
    kind->storage = xstrdup(js_str(value, "storage", NULL));
    kind->namespaced = !str_equal(js_str(value, "scope", NULL), "Cluster");
    kind->move = js_true(value, "move", NULL);
    kind->hierarchy = js_true(value, "move_hierarchy", NULL);
    size_t index = 0;
    json_t *version = NULL;
    json_array_foreach (json_object_get(value, "served"), index, version)
        if (json_is_string(version))
            strv_add(&kind->served, json_string_value(version));
    kind->storage_served = strv_contains(&kind->served, kind->storage);
    return 0;
}
