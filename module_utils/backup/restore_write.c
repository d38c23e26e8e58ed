/* Writes one item: creates it or updates it, looks where that is in doubt, and puts its managed
 * fields back. */
#include <stdlib.h>
#include <string.h>

#include "backup/restore_priv.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"

#define MANAGED_BY "?fieldManager=" BACKUP_MANAGER

enum stage { STAGE_NEW, STAGE_WRITE, STAGE_LOOK, STAGE_MANAGERS, STAGE_DONE };

/* ---- errors: the server quotes the object, of which nothing may be told */

static void add_causes(struct buf *text, const json_t *status)
{
    size_t index = 0;
    json_t *cause = NULL;
    json_array_foreach (js_get(status, "details", "causes", NULL), index, cause) {
        const char *field = js_str(cause, "field", NULL);
        const char *reason = js_str(cause, "reason", NULL);
        if (field)
            buf_printf(text, "%s%s (%s)", index ? ", " : ": ", field, reason ? reason : "invalid");
    }
}

/* Of a refusal by rules of access the server's text names verbs and kinds alone. */
static bool is_about_access(const struct kube_status *status)
{
    return status->code == 403 && status->message && strstr(status->message, " cannot ") &&
           !strstr(status->message, "webhook");
}

static void refuse(struct backup_item *item, struct kube_call *call)
{
    const struct kube_status *status = &call->status;
    auto_free char *label = capi_node_label(item->node);
    error_clear(&item->error);
    if (!status->code) {
        kube_call_error_move(call, &item->error);
        error_wrap(&item->error, "%s", label);
        return;
    }
    auto_buf struct buf text = {0};
    if (is_about_access(status)) {
        buf_printf(&text, ": %s", status->message);
    } else {
        add_causes(&text, status->status);
        if (status->message && strstr(status->message, "webhook"))
            buf_add_str(&text, ": an admission webhook said so");
    }
    error_make(&item->error, ERROR_STATUS, "%s: the server refuses it (%s, HTTP %d)%s", label,
               str_empty(status->reason) ? "no reason" : status->reason, status->code,
               buf_str(&text));
    error_code(&item->error, status->code);
    error_detail_take(&item->error, "status", json_integer(status->code));
}

/* ---- starting */

static bool owner_failed(const struct backup_restore *restore, const struct capi_node *node)
{
    for (size_t i = 0; i < node->owner_count; i++) {
        const struct backup_item *owner = backup_item_of(restore, node->owners[i].node);
        if (owner && !owner->foreign && !owner->uid)
            return true;
    }
    return false;
}

static int start_write(struct backup_restore *restore, struct backup_item *item,
                       struct kube_call *call)
{
    bool update = item->step == BACKUP_STEP_UPDATE;
    json_auto_t *body = backup_body(restore, item, &item->error);
    if (!body)
        return -1;
    auto_free char *path = backup_item_path(item, !update);
    return backup_call_json(call, update ? "PUT" : "POST", path, MANAGED_BY, body, &item->error);
}

static int start_managers(struct backup_item *item, struct kube_call *call)
{
    json_auto_t *patch = backup_managers(item->node);
    auto_free char *path = backup_item_path(item, false);
    if (!patch)
        return -1;
    int result = backup_call_json(call, "PATCH", path, MANAGED_BY, patch, &item->error);
    call->idempotent = true;
    return result;
}

static enum stage first_stage(const struct backup_restore *restore, const struct backup_item *item)
{
    if (item->step == BACKUP_STEP_CREATE || item->step == BACKUP_STEP_UPDATE)
        return STAGE_WRITE;
    if (item->step == BACKUP_STEP_LINK && item->mend_managers && restore->options.managed_fields)
        return STAGE_MANAGERS;
    return STAGE_DONE;
}

bool backup_item_start(struct backup_restore *restore, struct backup_item *item,
                       struct kube_call *call)
{
    if (restore->gone)
        return false;
    if (item->stage == STAGE_NEW)
        item->stage = first_stage(restore, item);
    if (item->stage == STAGE_WRITE && owner_failed(restore, item->node)) {
        item->step = BACKUP_STEP_LEAVE;
        free(item->reason);
        item->reason = xstrdup("its owner could not be restored");
        item->stage = STAGE_DONE;
    }
    switch ((enum stage)item->stage) {
    case STAGE_WRITE:
        item->attempts++;
        return start_write(restore, item, call) == 0;
    case STAGE_LOOK:
        kube_call_init(call, "GET", backup_item_path(item, false));
        return true;
    case STAGE_MANAGERS:
        return start_managers(item, call) == 0;
    case STAGE_NEW:
    case STAGE_DONE:
        break;
    }
    return false;
}

/* ---- finishing */

static bool take_live(struct backup_item *item, const struct kube_call *call)
{
    json_auto_t *live = kube_call_object(call, &item->error);
    const char *uid = js_str(live, "metadata", "uid", NULL);
    if (!uid)
        return false;
    free(item->uid);
    item->uid = xstrdup(uid);
    return true;
}

static bool made(struct backup_restore *restore, struct backup_item *item)
{
    restore->writes++;
    item->written = true;
    free(steal_ptr(item->mark)); /* of before: what was written has its own, or is to stay paused */
    if (item->step == BACKUP_STEP_CREATE)
        restore->created++;
    else
        restore->updated++;
    item->stage = restore->options.managed_fields ? STAGE_MANAGERS : STAGE_DONE;
    return item->stage != STAGE_DONE;
}

static bool end(struct backup_item *item)
{
    item->stage = STAGE_DONE;
    return false;
}

/*
 * A write whose answer was lost, or hidden by a gateway, may have been done, and somebody else may
 * have been quicker: the live object tells, also when nothing is to be tried again.
 */
static bool finish_write(struct backup_restore *restore, struct backup_item *item,
                         struct kube_call *call)
{
    int code = call->status.code; /* 0: what came was no answer */
    if (!call->error)
        return take_live(item, call) ? made(restore, item) : end(item);
    refuse(item, call);
    if (code != 0 && code != 409 && code < 500)
        return end(item);
    item->unsure = item->unsure || code != 409 || call->job.attempts > 1;
    item->stage = STAGE_LOOK;
    return true;
}

/* What the last write was refused for stays, unless there is another one. */
static bool write_again(const struct backup_restore *restore, struct backup_item *item)
{
    if (item->attempts >= restore->options.attempts)
        return end(item);
    error_clear(&item->error);
    item->stage = STAGE_WRITE;
    return true;
}

/* It was not there when we looked at first: what says the same is ours, and what a webhook has
 * completed after one of our attempts; but not what a restore of another archive resumes itself. */
static bool is_ours(const struct backup_restore *restore, const struct backup_item *item)
{
    if (item->mark && !backup_is_restoring(restore, item))
        return false;
    return !item->differs || (item->unsure && item->mend_managers);
}

/* Nothing may be attached to it: it goes with it. */
static void refuse_dying(struct backup_item *item)
{
    free(steal_ptr(item->uid));
    auto_free char *label = capi_node_label(item->node);
    error_clear(&item->error);
    error_make(&item->error, ERROR_STATUS, "%s exists and is being deleted: wait until it is gone",
               label);
}

static bool finish_look(struct backup_restore *restore, struct backup_item *item,
                        struct kube_call *call)
{
    if (call->error && kube_call_status(call) == 404)
        return write_again(restore, item);
    if (call->error) {
        restore->gone = restore->gone || !call->status.code;
        refuse(item, call);
        return end(item);
    }
    auto_error struct error *problem = NULL;
    json_auto_t *live = kube_call_object(call, &problem);
    if (!live) {
        error_clear(&item->error);
        error_move_take(&item->error, steal_ptr(problem));
        return end(item);
    }
    if (js_get(live, "metadata", "deletionTimestamp", NULL)) {
        refuse_dying(item);
        return end(item);
    }
    backup_item_see(item, live);
    bool update = item->step == BACKUP_STEP_UPDATE;
    if (update && (item->differs || item->attempts < restore->options.attempts))
        return write_again(restore, item);
    error_clear(&item->error);
    if (update || is_ours(restore, item))
        return made(restore, item);
    item->step = BACKUP_STEP_LINK;
    return end(item);
}

static bool finish_managers(struct backup_restore *restore, struct backup_item *item,
                            struct kube_call *call)
{
    item->stage = STAGE_DONE;
    if (!call->error) {
        restore->writes += item->written ? 0 : 1;
        return false;
    }
    auto_free char *label = capi_node_label(item->node);
    strv_printf(&restore->warnings,
                "%s: the record of who owns its fields was not put back (HTTP %d)", label,
                kube_call_status(call));
    return false;
}

/*
 * A webhook that nobody answers for, or a gateway, mostly comes back. Where the write was carried
 * out all the same, the next answer is 409.
 */
bool backup_item_again(const struct backup_restore *restore, struct backup_item *item,
                       const struct kube_call *call, long long *wait_ms)
{
    int status = kube_call_status(call);
    if (item->stage != STAGE_WRITE || (status != 500 && status != 502 && status != 504) ||
        item->attempts >= restore->options.attempts)
        return false;
    item->attempts++;
    *wait_ms = kube_call_pause_ms(call);
    return true;
}

bool backup_item_finish(struct backup_restore *restore, struct backup_item *item,
                        struct kube_call *call)
{
    kube_call_warnings(call, &restore->warnings);
    switch ((enum stage)item->stage) {
    case STAGE_WRITE:
        return finish_write(restore, item, call);
    case STAGE_LOOK:
        return finish_look(restore, item, call);
    case STAGE_MANAGERS:
        return finish_managers(restore, item, call);
    case STAGE_NEW:
    case STAGE_DONE:
        break;
    }
    return false;
}
