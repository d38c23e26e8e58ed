/* The manifest of cert-manager as clusterctl installs it. See capi/components.h. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "capi/components.h"
#include "capi/image.h"
#include "json/js_get.h"

static const char component[] = "cert-manager";

/* Kinds that are created before all others, in this order. */
static const char *const first_kinds[] = {
    "Namespace",
    "CustomResourceDefinition",
    "StorageClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Secret",
    "ConfigMap",
    "ServiceAccount",
    "LimitRange",
    "Pod",
    "ReplicaSet",
    "Endpoint",
};

static size_t rank_of(const json_t *object)
{
    size_t rank = 0;
    const char *kind = js_str(object, "kind", NULL);
    while (rank < array_length(first_kinds) && !str_equal(first_kinds[rank], kind))
        rank++;
    return rank;
}

/* The same objects, stable by rank. New. */
static json_t *ordered(const json_t *objects)
{
    json_t *list = json_array();
    size_t i = 0;
    json_t *object = NULL;
    for (size_t rank = 0; rank <= array_length(first_kinds); rank++)
        json_array_foreach (js_iterable(objects), i, object)
            if (rank_of(object) == rank)
                json_array_append(list, object);
    return list;
}

/* The member KEY of the metadata of OBJECT, made when it is none; borrowed. */
static json_t *map_of(json_t *object, const char *key)
{
    json_t *metadata = json_object_get(object, "metadata");
    if (!json_is_object(metadata)) {
        metadata = json_object();
        json_object_set_new(object, "metadata", metadata);
    }
    json_t *map = json_object_get(metadata, key);
    if (!json_is_object(map)) {
        map = json_object();
        json_object_set_new(metadata, key, map);
    }
    return map;
}

static void mark(json_t *object, const char *version)
{
    json_t *labels = map_of(object, "labels");
    json_t *annotations = map_of(object, "annotations");
    json_object_set_new(labels, "clusterctl.cluster.x-k8s.io", json_string(""));
    json_object_set_new(labels, "clusterctl.cluster.x-k8s.io/core", json_string(component));
    json_object_set_new(annotations, "cert-manager.clusterctl.cluster.x-k8s.io/version",
                        json_string(version));
}

static json_t *load(struct capi_repositories *repositories,
                    const struct capi_cert_manager *settings, struct error **err)
{
    auto_buf struct buf bytes = {0};
    auto_free char *source = NULL;
    size_t i = 0;
    json_t *object = NULL;
    struct capi_repository *repository =
        capi_repositories_cert_manager(repositories, settings, err);
    if (!repository ||
        capi_repository_read(repository, settings->version, capi_repository_file(repository),
                             &bytes, &source, err) < 0)
        return NULL;
    json_auto_t *objects = capi_manifest_read(buf_str(&bytes), bytes.size, source, err);
    if (!objects ||
        capi_images_override(objects, component, capi_repositories_config(repositories), err) < 0)
        return NULL;
    json_array_foreach (objects, i, object)
        mark(object, settings->version);
    return ordered(objects);
}

json_t *capi_cert_manager_load(struct capi_repositories *repositories,
                               const struct capi_cert_manager *settings, struct error **err)
{
    json_t *objects = load(repositories, settings, err);
    if (!objects)
        error_wrap(err, "failed to get cert-manager components");
    return objects;
}
