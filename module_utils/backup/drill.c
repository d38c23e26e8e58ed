#include "backup/drill.h"

#include "backup/restore_priv.h"
#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"

#define QUERY "?dryRun=All&fieldManager=" BACKUP_MANAGER

static bool start(void *context, size_t index, struct kube_call *call)
{
    struct backup_restore *restore = context;
    struct backup_item *item = &restore->items[index];
    const char *namespace_ = item->node->namespace_;
    if (item->foreign || item->unserved || item->step != BACKUP_STEP_CREATE ||
        json_is_object(json_object_get(restore->namespaces, namespace_)))
        return false;
    json_auto_t *body = backup_body(restore, item, &item->error);
    if (!body)
        return false;
    json_object_del(json_object_get(body, "metadata"), "ownerReferences");
    auto_free char *path = backup_item_path(item, true);
    if (backup_call_json(call, "POST", path, QUERY, body, &item->error) < 0)
        return false;
    /* The query says it already. */
    call->write = false;
    call->idempotent = true;
    return true;
}

static bool finish(void *context, size_t index, struct kube_call *call)
{
    struct backup_restore *restore = context;
    if (!call->error)
        return false;
    auto_free char *label = capi_node_label(restore->items[index].node);
    strv_printf(&restore->problems, "drill: %s would be refused (%s, HTTP %d)", label,
                str_empty(call->status.reason) ? "no answer" : call->status.reason,
                kube_call_status(call));
    return false;
}

int backup_drill(struct backup_restore *restore, struct error **err)
{
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach (restore->namespaces, name, value)
        if (json_is_object(value))
            strv_printf(&restore->warnings,
                        "drill: Namespace %s does not exist, so that nothing in it was tried",
                        name);
    struct backup_batch batch = {
        .client = restore->client,
        .context = restore,
        .count = restore->count,
        .start = start,
        .finish = finish,
    };
    return backup_batch_run(&batch, err);
}
