#include "kube/manifest.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"
#include "kube/mask.h"

enum { LIST_DEPTH = 4 };

void kube_manifest_init(struct kube_manifest *manifest)
{
    *manifest = (struct kube_manifest){0};
}

void kube_manifest_clear(struct kube_manifest *manifest)
{
    for (size_t i = 0; i < manifest->count; i++)
        kube_object_clear(&manifest->objects[i]);
    free(manifest->objects);
    *manifest = (struct kube_manifest){0};
}

/* A list is what is called one, holds items and has no name of its own: a custom resource may
 * well be called IPWhiteList. */
static bool is_list(const json_t *value)
{
    const char *kind = js_str(value, "kind", NULL);
    return kind && str_ends_with(kind, "List") && json_is_array(js_get(value, "items", NULL)) &&
           !js_get(value, "metadata", "name", NULL);
}

static void set_gap(json_t *object, const char *key, const char *value)
{
    json_t *present = json_object_get(object, key);
    if (value && (!present || json_is_null(present)))
        json_object_set_new(object, key, json_string(value));
}

/* Templates leave namespaces empty: to kubectl, too, that is none. */
static void drop_empty_namespace(json_t *value)
{
    const char *namespace_ = js_str(value, "metadata", "namespace", NULL);
    if (namespace_ && !*namespace_)
        json_object_del(json_object_get(value, "metadata"), "namespace");
}

static void fill_gaps(json_t *value, const struct kube_defaults *defaults)
{
    set_gap(value, "apiVersion", defaults->api_version ? defaults->api_version : "v1");
    set_gap(value, "kind", defaults->kind);
    drop_empty_namespace(value);
    if (!defaults->name && !defaults->generate_name && !defaults->namespace_)
        return;
    json_t *metadata = json_object_get(value, "metadata");
    if (!metadata || json_is_null(metadata)) {
        metadata = json_object();
        json_object_set_new(value, "metadata", metadata);
    }
    if (!json_is_object(metadata))
        return; /* kube_manifest_check says so */
    bool named =
        js_str(value, "metadata", "name", NULL) || js_str(value, "metadata", "generateName", NULL);
    if (!named) {
        set_gap(metadata, "name", defaults->name);
        set_gap(metadata, "generateName", defaults->generate_name);
    }
    set_gap(metadata, "namespace", defaults->namespace_);
}

/* The text of a scalar as the user may have written it, for "quote it" hints. */
static void wrong_type(const struct kube_object *object, const char *path, const json_t *value,
                       struct error **err)
{
    auto_free char *label = kube_object_label(object);
    const char *hint = json_is_object(value) || json_is_array(value) ? "" : "; quote the value";
    error_make(err, ERROR_USAGE, "document %zu, %s: %s must be a string, but is a %s%s",
               object->document, label, path, js_type_name(value), hint);
}

static int check_string(const struct kube_object *object, const char *path, const json_t *value,
                        struct error **err)
{
    if (!value || json_is_null(value) || json_is_string(value))
        return 0;
    wrong_type(object, path, value, err);
    return -1;
}

/* The object of strings at PATH. */
static int check_string_map(const struct kube_object *object, const char *path, json_t *map,
                            struct error **err)
{
    if (!map || json_is_null(map))
        return 0;
    if (!json_is_object(map)) {
        auto_free char *label = kube_object_label(object);
        error_make(err, ERROR_USAGE, "document %zu, %s: %s must be an object, but is a %s",
                   object->document, label, path, js_type_name(map));
        return -1;
    }
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach (map, key, value) {
        auto_free char *full = xasprintf("%s.%s", path, key);
        if (check_string(object, full, value, err) < 0)
            return -1;
    }
    return 0;
}

/* A server that refuses anything else quotes the value. */
static int check_secret(const struct kube_object *object, struct error **err)
{
    if (!kube_mask_is_secret(object->value))
        return 0;
    json_t *data = json_object_get(object->value, "data");
    json_t *plain = json_object_get(object->value, "stringData");
    return check_string_map(object, "data", data, err) < 0 ||
                   check_string_map(object, "stringData", plain, err) < 0
               ? -1
               : 0;
}

/* A name becomes one segment of a path. */
static int check_name(const struct kube_object *object, const char *field, const char *name,
                      struct error **err)
{
    if (!name || (!str_equal(name, "") && !str_equal(name, ".") && !str_equal(name, "..") &&
                  !strpbrk(name, "/%")))
        return 0;
    auto_free char *label = kube_object_label(object);
    error_make(
        err, ERROR_USAGE,
        "document %zu, %s: %s \"%s\" cannot be part of a path: it must not be empty, \".\" or "
        "\"..\" and must not hold \"/\" or \"%%\"",
        object->document, label, field, name);
    return -1;
}

int kube_manifest_check(const struct kube_object *object, struct error **err)
{
    const json_t *value = object->value;
    if (check_string(object, "apiVersion", json_object_get(value, "apiVersion"), err) < 0 ||
        check_string(object, "kind", json_object_get(value, "kind"), err) < 0)
        return -1;
    if (str_empty(object->kind)) {
        error_make(err, ERROR_USAGE,
                   "document %zu: Object 'Kind' is missing: every object needs kind and apiVersion "
                   "(or the option kind)",
                   object->document);
        return -1;
    }
    json_t *metadata = json_object_get(value, "metadata");
    if (metadata && !json_is_null(metadata) && !json_is_object(metadata)) {
        error_make(err, ERROR_USAGE, "document %zu, %s: metadata must be an object, but is a %s",
                   object->document, object->kind, js_type_name(metadata));
        return -1;
    }
    if (check_string(object, "metadata.name", js_get(value, "metadata", "name", NULL), err) < 0 ||
        check_string(object, "metadata.namespace", js_get(value, "metadata", "namespace", NULL),
                     err) < 0 ||
        check_string_map(object, "metadata.labels", json_object_get(metadata, "labels"), err) < 0 ||
        check_string_map(object, "metadata.annotations", json_object_get(metadata, "annotations"),
                         err) < 0 ||
        check_secret(object, err) < 0)
        return -1;
    if (check_name(object, "metadata.name", object->name, err) < 0)
        return -1;
    return check_name(object, "metadata.namespace", object->namespace_, err);
}

static int add_object(struct kube_manifest *manifest, json_t *value,
                      const struct kube_defaults *defaults, struct error **err)
{
    fill_gaps(value, defaults);
    manifest->objects =
        xreallocarray(manifest->objects, manifest->count + 1, sizeof(*manifest->objects));
    struct kube_object *object = &manifest->objects[manifest->count++];
    kube_object_init_take(object, json_incref(value));
    object->document = manifest->documents;
    return kube_manifest_check(object, err);
}

static int add_value(struct kube_manifest *manifest, json_t *value,
                     const struct kube_defaults *defaults, unsigned depth, struct error **err);

/* Items of a typed list may leave out what the list says: PodList of v1 → Pod of v1. */
static int add_items(struct kube_manifest *manifest, json_t *list,
                     const struct kube_defaults *defaults, unsigned depth, struct error **err)
{
    const char *kind = js_str(list, "kind", NULL);
    auto_free char *item_kind = xmemdup(kind, strlen(kind) - strlen("List"));
    struct kube_defaults inherited = *defaults;
    if (*item_kind) {
        inherited.kind = item_kind;
        inherited.api_version = js_str(list, "apiVersion", NULL);
    }
    size_t index = 0;
    json_t *item = NULL;
    json_array_foreach (js_get(list, "items", NULL), index, item)
        if (add_value(manifest, item, &inherited, depth + 1, err) < 0) {
            error_wrap(err, "%s, item %zu", kind, index + 1);
            return -1;
        }
    return 0;
}

static int add_value(struct kube_manifest *manifest, json_t *value,
                     const struct kube_defaults *defaults, unsigned depth, struct error **err)
{
    if (!json_is_object(value)) {
        error_make(err, ERROR_USAGE, "document %zu must be an object, but is a %s",
                   manifest->documents, js_type_name(value));
        return -1;
    }
    if (!is_list(value))
        return add_object(manifest, value, defaults, err);
    if (depth >= LIST_DEPTH) {
        error_make(err, ERROR_USAGE, "document %zu: lists within lists deeper than %d",
                   manifest->documents, LIST_DEPTH);
        return -1;
    }
    return add_items(manifest, value, defaults, depth, err);
}

int kube_manifest_add(struct kube_manifest *manifest, json_t *document,
                      const struct kube_defaults *defaults, struct error **err)
{
    manifest->documents++;
    if (json_is_null(document))
        return 0;
    if (!json_is_array(document))
        return add_value(manifest, document, defaults, 0, err);
    size_t index = 0;
    json_t *item = NULL;
    json_array_foreach (document, index, item)
        if (!json_is_null(item) && add_value(manifest, item, defaults, 0, err) < 0)
            return -1;
    return 0;
}
