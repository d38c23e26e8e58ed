/* What is sent, and what counts as the same. Pure. */
#include <stdlib.h>
#include <string.h>

#include "backup/restore_priv.h"
#include "base/mem.h"
#include "base/str.h"
#include "json/js_equal.h"
#include "json/js_get.h"

/* The server's own, and what is written anew. */
static const char *const unsent[] = {
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "selfLink",
    "generateName",
    "managedFields",
    "ownerReferences",
};

static void drop_unsent(json_t *metadata)
{
    for (size_t i = 0; i < array_length(unsent); i++)
        json_object_del(metadata, unsent[i]);
}

static bool is_modified(const struct capi_node *node, const char *what)
{
    size_t index = 0;
    json_t *text = NULL;
    json_array_foreach (js_get(backup_entry(node), "modified", NULL), index, text)
        if (str_starts_with(json_string_value(text), what))
            return true;
    return false;
}

/* Removes KEY of metadata.MAP, and the map when it was all of it. */
static void drop_key(json_t *metadata, const char *map, const char *key)
{
    json_t *object = json_object_get(metadata, map);
    if (!object || json_object_del(object, key) < 0)
        return;
    if (json_object_size(object) == 0)
        json_object_del(metadata, map);
}

static void set_key(json_t *metadata, const char *map, const char *key, const char *value)
{
    json_t *object = json_object_get(metadata, map);
    if (!json_is_object(object)) {
        object = json_object();
        json_object_set_new(metadata, map, object);
    }
    json_object_set_new(object, key, json_string(value));
}

/* The label that makes clusterctl take the object along was ours. */
static void drop_ours(const struct capi_node *node, json_t *metadata)
{
    if (is_modified(node, "label:"))
        drop_key(metadata, "labels", CAPI_LABEL_MOVE);
    drop_key(metadata, "annotations", CAPI_PAUSED_BY);
    drop_key(metadata, "annotations", CAPI_RESTORING);
}

/* ---- pauses */

/* Whether the object was paused by its operator before the backup. */
static bool was_paused(const struct backup_restore *restore, const struct capi_node *node)
{
    const json_t *entry = node->cluster ? backup_cluster_entry(restore->contents, node) : NULL;
    if (js_get(entry, "paused_before", NULL))
        return js_true(entry, "paused_before", NULL);
    if (!backup_entry(node) || node->restoring || is_modified(node, "paused") ||
        is_modified(node, "annotation:"))
        return false;
    return node->cluster ? node->cluster->paused : node->paused_annotation;
}

static bool can_pause(const struct capi_node *node)
{
    return capi_node_is_cluster(node) || capi_node_is_class(node);
}

bool backup_to_resume(const struct backup_restore *restore, const struct capi_node *node)
{
    if (!can_pause(node) || restore->options.resume == BACKUP_RESUME_NEVER)
        return false;
    return restore->options.resume == BACKUP_RESUME_ALWAYS || !was_paused(restore, node);
}

static void pause(const struct backup_restore *restore, const struct backup_item *item,
                  json_t *value)
{
    const struct capi_node *node = item->node;
    json_t *metadata = json_object_get(value, "metadata");
    if (!can_pause(node))
        return;
    if (node->cluster) {
        json_t *spec = json_object_get(value, "spec");
        if (!json_is_object(spec)) {
            spec = json_object();
            json_object_set_new(value, "spec", spec);
        }
        json_object_set_new(spec, "paused", json_true());
    } else {
        set_key(metadata, "annotations", CAPI_PAUSED_ANNOTATION, "");
    }
    if (backup_to_resume(restore, node))
        set_key(metadata, "annotations", CAPI_RESTORING, restore->archive);
}

/* ---- owners */

static int by_uid(const void *a, const void *b)
{
    const json_t *left = *(json_t *const *)a;
    const json_t *right = *(json_t *const *)b;
    int order = strcmp(js_str(left, "kind", NULL), js_str(right, "kind", NULL));
    return order ? order : strcmp(js_str(left, "name", NULL), js_str(right, "name", NULL));
}

static json_t *reference_to(const struct capi_owner *owner, const struct backup_item *item,
                            bool *controlled)
{
    /* The version is that of the body: the reference may be older than it. */
    const char *version = item->foreign ? owner->api_version : item->node->api_version;
    json_t *reference = json_pack("{ss ss ss ss}", "apiVersion", version, "kind", owner->kind,
                                  "name", owner->name, "uid", item->uid);
    if (owner->controller >= 0 && !(owner->controller && *controlled))
        json_object_set_new(reference, "controller", json_boolean(owner->controller));
    if (owner->block >= 0)
        json_object_set_new(reference, "blockOwnerDeletion", json_boolean(owner->block));
    *controlled = *controlled || owner->controller == 1;
    return reference;
}

/* Only to what lives: the garbage collector deletes what refers to anything else. */
static void attach(const struct backup_restore *restore, const struct capi_node *node,
                   json_t *metadata)
{
    auto_free json_t **found = xcalloc(node->owner_count + 1, sizeof(*found));
    size_t count = 0;
    bool controlled = false;
    for (size_t i = 0; i < node->owner_count; i++) {
        const struct backup_item *item = backup_item_of(restore, node->owners[i].node);
        if (item && item->uid)
            found[count++] = reference_to(&node->owners[i], item, &controlled);
    }
    if (!count)
        return;
    qsort(found, count, sizeof(*found), by_uid);
    json_t *references = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(references, found[i]);
    json_object_set_new(metadata, "ownerReferences", references);
}

/* ---- bodies */

/* Of a live object: what others added to keep it stays. */
static void keep_finalizers(json_t *metadata, const json_t *live)
{
    json_t *wanted = json_object_get(metadata, "finalizers");
    size_t index = 0;
    json_t *text = NULL;
    if (json_array_size(live) == 0)
        return;
    if (!json_is_array(wanted)) {
        wanted = json_array();
        json_object_set_new(metadata, "finalizers", wanted);
    }
    json_array_foreach (js_iterable(live), index, text) {
        bool there = false;
        for (size_t i = 0; i < json_array_size(wanted); i++)
            there = there || json_equal(json_array_get(wanted, i), text);
        if (!there)
            json_array_append(wanted, text);
    }
}

json_t *backup_body(const struct backup_restore *restore, const struct backup_item *item,
                    struct error **err)
{
    json_t *value = capi_node_parse(item->node, err);
    json_t *metadata = json_object_get(value, "metadata");
    if (!value)
        return NULL;
    drop_unsent(metadata);
    drop_ours(item->node, metadata);
    attach(restore, item->node, metadata);
    if (item->step == BACKUP_STEP_UPDATE) {
        json_object_set_new(metadata, "uid", json_string(item->uid));
        json_object_set_new(metadata, "resourceVersion", json_string(item->version));
        keep_finalizers(metadata, item->finalizers);
    }
    pause(restore, item, value);
    return value;
}

json_t *backup_managers(const struct capi_node *node)
{
    auto_error struct error *ignored = NULL; /* it was parsed before */
    json_auto_t *value = capi_node_parse(node, &ignored);
    json_t *managers = js_get(value, "metadata", "managedFields", NULL);
    if (json_array_size(managers) == 0)
        return NULL;
    return json_pack("{s{sO}}", "metadata", "managedFields", managers);
}

/* ---- the same or not */

static void normalise(const struct capi_node *node, json_t *value)
{
    json_t *metadata = json_object_get(value, "metadata");
    drop_unsent(metadata);
    drop_ours(node, metadata);
    drop_key(metadata, "annotations", CAPI_PAUSED_ANNOTATION);
    json_object_del(value, "status");
    if (node->cluster)
        json_object_del(json_object_get(value, "spec"), "paused");
}

bool backup_differs(const struct capi_node *node, const json_t *live)
{
    auto_error struct error *ignored = NULL; /* then it differs */
    json_auto_t *saved = capi_node_parse(node, &ignored);
    json_auto_t *copy = json_deep_copy(live);
    normalise(node, saved);
    normalise(node, copy);
    return !js_equal(saved, copy);
}
