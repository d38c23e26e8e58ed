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

struct pausing {
    struct backup_restore *restore;
    struct error *error; /* owned: the first */
};

/* After a failure no other one is begun. */
static bool start_pause(void *context, size_t index, struct kube_call *call)
{
    struct pausing *pausing = context;
    struct backup_item *item = &pausing->restore->items[index];
    if (!item->to_pause || pausing->error)
        return false;
    auto_free char *path = backup_item_path(item, false);
    json_auto_t *patch = json_pack("{s{s{ss}} s{sb}}", "metadata", "annotations", CAPI_RESTORING,
                                   pausing->restore->archive, "spec", "paused", true);
    if (backup_call_json(call, "PATCH", path, MANAGED_BY, patch, &pausing->error) < 0)
        return false;
    call->idempotent = true;
    /* Without an answer it may be paused all the same. */
    free(item->mark);
    item->mark = xstrdup(pausing->restore->archive);
    return true;
}

static bool finish_pause(void *context, size_t index, struct kube_call *call)
{
    struct pausing *pausing = context;
    struct backup_item *item = &pausing->restore->items[index];
    if (!call->error) {
        pausing->restore->writes++;
        take_version(item, call);
        return false;
    }
    int status = kube_call_status(call);
    if (status != 0 && status < 500)
        free(steal_ptr(item->mark));
    auto_error struct error *error = NULL;
    kube_call_error_move(call, &error);
    error_wrap(&error, "Cluster %s/%s cannot be paused", item->node->namespace_, item->node->name);
    if (!pausing->error)
        pausing->error = steal_ptr(error);
    return false;
}

static int pause_all(struct backup_restore *restore, struct error **err)
{
    struct pausing pausing = {.restore = restore};
    struct backup_batch batch = {
        .client = restore->client,
        .context = &pausing,
        .count = restore->count,
        .start = start_pause,
        .finish = finish_pause,
    };
    /* A patch that is abandoned may land after its pause was taken back: each is waited for. */
    interrupt_hold();
    int result = backup_batch_run(&batch, err);
    interrupt_release();
    if (result == 0 && pausing.error) {
        error_move_take(err, steal_ptr(pausing.error));
        result = -1;
    }
    error_free(pausing.error);
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

static void stays_paused(struct backup_restore *restore, const struct backup_item *item,
                         const char *why)
{
    strv_printf(&restore->warnings, "Cluster %s/%s cannot be resumed: %s", item->node->namespace_,
                item->node->name, why);
    backup_leave_paused(restore, item, "resuming it failed");
}

static bool start_undo(void *context, size_t index, struct kube_call *call)
{
    struct backup_restore *restore = context;
    const struct backup_item *item = &restore->items[index];
    auto_error struct error *failure = NULL;
    if (!item->to_pause || !backup_is_restoring(restore, item))
        return false;
    if (backup_resume_call(item, call, &failure) == 0)
        return true;
    stays_paused(restore, item, failure->message);
    return false;
}

static bool finish_undo(void *context, size_t index, struct kube_call *call)
{
    struct backup_restore *restore = context;
    struct backup_item *item = &restore->items[index];
    if (!call->error || kube_call_status(call) == 404) {
        free(steal_ptr(item->mark));
        return false;
    }
    auto_error struct error *failure = NULL;
    kube_call_error_move(call, &failure);
    stays_paused(restore, item, failure->message);
    return false;
}

static void undo_all(struct backup_restore *restore)
{
    struct backup_batch batch = {
        .client = restore->client,
        .context = restore,
        .count = restore->count,
        .start = start_undo,
        .finish = finish_undo,
    };
    auto_error struct error *failure = NULL;
    interrupt_hold();
    if (backup_batch_run(&batch, &failure) < 0)
        strv_printf(&restore->warnings, "Clusters that were paused cannot be resumed: %s",
                    failure->message);
    interrupt_release();
}

int backup_restore_pause(struct backup_restore *restore, struct error **err)
{
    if (pause_all(restore, err) == 0 && await_notice(restore, err) == 0)
        return 0;
    undo_all(restore);
    return -1;
}
