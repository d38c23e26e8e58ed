#include "kube/resolve.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"

static void make_canonical(struct kube_object *object, const char *default_namespace)
{
    const struct kube_resource *resource = &object->resource;
    json_t *value = object->value;
    json_t *api_version = str_empty(resource->group)
                              ? json_string(resource->version)
                              : json_sprintf("%s/%s", resource->group, resource->version);
    json_object_set_new(value, "apiVersion", api_version);
    json_object_set_new(value, "kind", json_string(resource->kind));
    json_t *metadata = json_object_get(value, "metadata");
    if (!json_is_object(metadata)) {
        metadata = json_object();
        json_object_set_new(value, "metadata", metadata);
    }
    if (!resource->namespaced)
        json_object_del(metadata, "namespace");
    else if (str_empty(object->namespace_))
        json_object_set_new(metadata, "namespace", json_string(default_namespace));
    kube_object_refresh(object);
}

int kube_resolve(struct kube_discovery *discovery, struct kube_object *object,
                 const char *default_namespace, struct error **err)
{
    struct kube_resource resource = {0};
    int found = kube_discovery_lookup(discovery, object->api_version, object->kind, &resource, err);
    if (found == 0)
        found = kube_discovery_lookup_loose(discovery, object->api_version, object->kind, &resource,
                                            err);
    if (found <= 0)
        return found;
    object->resource = resource;
    make_canonical(object, default_namespace);
    return 1;
}

bool kube_crd_provides(const json_t *crd, const struct kube_object *object)
{
    auto_free char *group = NULL;
    auto_free char *version = NULL;
    kube_split_api_version(object->api_version, &group, &version);
    if (!str_equal(js_str(crd, "spec", "group", NULL), group) ||
        !str_equal(js_str(crd, "spec", "names", "kind", NULL), object->kind))
        return false;
    size_t index = 0;
    json_t *item = NULL;
    json_array_foreach (js_get(crd, "spec", "versions", NULL), index, item)
        if (str_equal(js_str(item, "name", NULL), version) && js_true(item, "served", NULL))
            return true;
    return false;
}

void kube_resolve_error(const struct kube_object *object, struct error **err)
{
    auto_free char *label = kube_object_label(object);
    error_make(
        err, ERROR_NOT_FOUND,
        "Failed to find exact match for %s.%s by [kind, name, singularName, shortNames]: no "
        "matches for kind \"%s\" in version \"%s\" (%s); ensure CRDs are installed first and "
        "check the spelling of apiVersion and kind",
        object->api_version, object->kind, object->kind, object->api_version, label);
}
