/* Live Clusters stand still while they are completed: they are paused before the first object is
 * written, and not at all when one of them cannot be. */
#include <stdlib.h>

#include "backup/restore_priv.h"
#include "base/interrupt.h"
#include "base/mem.h"
#include "capi/pause.h"
#include "json/js_get.h"

#define MANAGED_BY "?fieldManager=" BACKUP_MANAGER

/* ---- pausing */

/* The pause is a new version: one that is updated afterwards is updated from there. */
static void take_version(struct backup_item *item, const struct kube_call *call)
{
    auto_error struct error *ignored = NULL; /* then the update is refused, and looks itself */
    json_auto_t *live = kube_call_object(call, &ignored);
    const char *version = js_str(live, "metadata", "resourceVersion", NULL);
    if (!version)
        return;
    free(item->version);
    item->version = xstrdup(version);
}

static int pause_item(struct backup_restore *restore, struct backup_item *item, struct error **err)
{
    auto_kube_call struct kube_call call = {0};
    auto_free char *path = backup_item_path(item, false);
    json_auto_t *patch = json_pack("{s{s{ss}} s{sb}}", "metadata", "annotations", CAPI_RESTORING,
                                   restore->archive, "spec", "paused", true);
    if (backup_call_json(&call, "PATCH", path, MANAGED_BY, patch, err) < 0)
        return -1;
    call.idempotent = true;
    /* Without an answer it may be paused all the same. */
    free(item->mark);
    item->mark = xstrdup(restore->archive);
    if (kube_client_call(restore->client, &call, err) < 0)
        return -1;
    if (!call.error) {
        restore->writes++;
        take_version(item, &call);
        return 0;
    }
    int status = kube_call_status(&call);
    if (status != 0 && status < 500)
        free(steal_ptr(item->mark));
    kube_call_error_move(&call, err);
    error_wrap(err, "Cluster %s/%s cannot be paused", item->node->namespace_, item->node->name);
    return -1;
}

static int pause_all(struct backup_restore *restore, struct error **err)
{
    int result = 0;
    /* A patch that is abandoned may land after its pause was taken back: each is waited for. */
    interrupt_hold();
    for (size_t i = 0; result == 0 && i < restore->count; i++)
        if (restore->items[i].to_pause)
            result = pause_item(restore, &restore->items[i], err);
    interrupt_release();
    return result < 0 ? -1 : interrupt_check(err);
}

/* ---- waiting until controllers have noticed */

static int await_notice(struct backup_restore *restore, struct error **err)
{
    json_auto_t *waiting = json_object();
    for (size_t i = 0; i < restore->count; i++) {
        const struct backup_item *item = &restore->items[i];
        if (!item->to_pause)
            continue;
        auto_free char *label = capi_node_label(item->node);
        auto_free char *path = backup_item_path(item, false);
        json_object_set_new(waiting, label, json_string(path));
    }
    return capi_pause_await(restore->client, waiting, restore->options.pause_timeout_ms,
                            &restore->warnings, err);
}

/* ---- taking it back: nothing was written */

static void undo_item(struct backup_restore *restore, struct backup_item *item)
{
    auto_kube_call struct kube_call call = {0};
    auto_error struct error *failure = NULL;
    if (backup_resume_call(item, &call, &failure) == 0 &&
        kube_client_call(restore->client, &call, &failure) == 0 &&
        (!call.error || kube_call_status(&call) == 404)) {
        free(steal_ptr(item->mark));
        return;
    }
    kube_call_error_move(&call, &failure);
    strv_printf(&restore->warnings, "Cluster %s/%s cannot be resumed: %s", item->node->namespace_,
                item->node->name, failure->message);
    backup_leave_paused(restore, item, "resuming it failed");
}

static void undo_all(struct backup_restore *restore)
{
    interrupt_hold();
    for (size_t i = 0; i < restore->count; i++)
        if (restore->items[i].to_pause && backup_is_restoring(restore, &restore->items[i]))
            undo_item(restore, &restore->items[i]);
    interrupt_release();
}

int backup_restore_pause(struct backup_restore *restore, struct error **err)
{
    if (pause_all(restore, err) == 0 && await_notice(restore, err) == 0)
        return 0;
    undo_all(restore);
    return -1;
}
