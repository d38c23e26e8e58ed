/* What is there already. */
#include <stdlib.h>

#include "backup/restore_priv.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"

/* ---- kinds */

static int resolve(struct backup_restore *restore, struct backup_item *item, struct error **err)
{
    const struct capi_node *node = item->node;
    int found = kube_discovery_lookup(restore->discovery, node->api_version, node->kind,
                                      &item->resource, err);
    if (found < 0)
        return -1;
    item->unserved = found == 0;
    return 0;
}

static int resolve_all(struct backup_restore *restore, struct error **err)
{
    auto_strv struct strv versions;
    strv_init(&versions);
    for (size_t i = 0; i < restore->count; i++)
        strv_add_once(&versions, restore->items[i].node->api_version);
    if (versions.count && kube_discovery_fetch(restore->discovery, &versions, err) < 0)
        return -1;
    for (size_t i = 0; i < restore->count; i++)
        if (resolve(restore, &restore->items[i], err) < 0)
            return -1;
    return 0;
}

/* An owner that is in no archive is where those are that it owns, or it is nowhere. */
static void place_foreign(struct backup_restore *restore)
{
    for (size_t i = 0; i < restore->count; i++) {
        const struct capi_node *node = restore->items[i].node;
        if (restore->items[i].foreign)
            continue;
        for (size_t j = 0; j < node->owner_count; j++) {
            struct backup_item *owner = backup_item_of(restore, node->owners[j].node);
            if (!owner || !owner->foreign || owner->node->observed || *owner->node->namespace_ ||
                !owner->resource.namespaced)
                continue;
            free(owner->node->namespace_);
            owner->node->namespace_ = xstrdup(node->namespace_);
        }
    }
}

/* ---- objects */

static bool has_manager(const json_t *live, const char *manager)
{
    return js_find(js_get(live, "metadata", "managedFields", NULL), "manager", manager) != NULL;
}

static void replace_text(char **text, const char *value)
{
    free(*text);
    *text = value ? xstrdup(value) : NULL;
}

/* Not when a backup has paused it, which resumes it as soon as it has read, unless a restore has
 * marked it since. */
static bool stays_paused(const json_t *live, const char *mark)
{
    const json_t *annotations = js_get(live, "metadata", "annotations", NULL);
    return json_object_get(annotations, CAPI_PAUSED_ANNOTATION) ||
           (js_true(live, "spec", "paused", NULL) &&
            (mark || !json_object_get(annotations, CAPI_PAUSED_BY)));
}

void backup_item_see(struct backup_item *item, const json_t *live)
{
    replace_text(&item->uid, js_str(live, "metadata", "uid", NULL));
    replace_text(&item->version, js_str(live, "metadata", "resourceVersion", NULL));
    json_decref(item->finalizers);
    item->finalizers = json_incref(js_get(live, "metadata", "finalizers", NULL));
    item->live_deleting = js_get(live, "metadata", "deletionTimestamp", NULL) != NULL;
    replace_text(&item->mark, js_str(live, "metadata", "annotations", CAPI_RESTORING, NULL));
    item->live_paused = stays_paused(live, item->mark);
    /* What is attached to an owner goes with it. */
    if (item->foreign && item->live_deleting)
        replace_text(&item->uid, NULL);
    if (item->foreign)
        return;
    item->differs = backup_differs(item->node, live);
    item->mend_managers = has_manager(live, BACKUP_MANAGER);
}

static bool start_look(void *context, size_t index, struct kube_call *call)
{
    struct backup_restore *restore = context;
    const struct backup_item *item = &restore->items[index];
    if (item->unserved || str_empty(item->node->name))
        return false;
    kube_call_init(call, "GET", backup_item_path(item, false));
    return true;
}

static bool finish_look(void *context, size_t index, struct kube_call *call)
{
    struct backup_restore *restore = context;
    struct backup_item *item = &restore->items[index];
    if (call->error && kube_call_status(call) == 404)
        return false;
    if (call->error) {
        kube_call_error_move(call, &item->error);
        return false;
    }
    json_auto_t *live = kube_call_object(call, &item->error);
    if (live)
        backup_item_see(item, live);
    return false;
}

/* ---- namespaces */

static const json_t *saved_namespace(const struct backup_restore *restore, const char *name)
{
    return js_find(js_get(restore->contents->manifest, "namespaces", NULL), "name", name);
}

static json_t *new_namespace(const struct backup_restore *restore, const char *name)
{
    const json_t *saved = restore->options.namespaces ? saved_namespace(restore, name) : NULL;
    json_t *metadata = json_pack("{ss}", "name", name);
    static const char *const maps[] = {"labels", "annotations"};
    for (size_t i = 0; i < array_length(maps); i++) {
        json_t *map = js_get(saved, maps[i], NULL);
        if (json_is_object(map) && json_object_size(map))
            json_object_set_new(metadata, maps[i], json_deep_copy(map));
    }
    return json_pack("{ss ss so}", "apiVersion", "v1", "kind", "Namespace", "metadata", metadata);
}

static int look_at_namespace(struct backup_restore *restore, const char *name, struct error **err)
{
    static const struct kube_resource namespaces = {
        .group = "", .version = "v1", .kind = "Namespace", .plural = "namespaces"};
    auto_buf struct buf path = {0};
    json_auto_t *live = NULL;
    kube_resource_path(&path, &namespaces, NULL, name);
    if (kube_client_get(restore->client, buf_str(&path), &live, err) < 0)
        return -1;
    if (live && js_get(live, "metadata", "deletionTimestamp", NULL))
        strv_printf(&restore->problems,
                    "Namespace %s is being deleted: wait until it is gone, then try again", name);
    json_object_set_new(restore->namespaces, name,
                        live ? json_null() : new_namespace(restore, name));
    return 0;
}

static int look_at_namespaces(struct backup_restore *restore, struct error **err)
{
    for (size_t i = 0; i < restore->count; i++) {
        const struct backup_item *item = &restore->items[i];
        const char *name = item->node->namespace_;
        if (!item->foreign && *name && !json_object_get(restore->namespaces, name) &&
            look_at_namespace(restore, name, err) < 0)
            return -1;
    }
    return 0;
}

/* ---- */

int backup_restore_look(struct backup_restore *restore, struct error **err)
{
    if (resolve_all(restore, err) < 0)
        return -1;
    place_foreign(restore);
    if (look_at_namespaces(restore, err) < 0)
        return -1;
    struct backup_batch batch = {
        .client = restore->client,
        .context = restore,
        .count = restore->count,
        .start = start_look,
        .finish = finish_look,
    };
    return backup_batch_run(&batch, err);
}
