/* The stages of one object: what is asked, what the answer means. See kube/write.h. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"
#include "json/js_patch.h"
#include "kube/managers.h"
#include "kube/write_priv.h"

void kube_write_wrap(const struct kube_write *write, struct error **err)
{
    auto_free char *label = kube_object_label(write->object);
    const char *verb = write->method ? write->method : "retrieve requested";
    error_wrap(err, "Failed to %s object: %s", verb, label);
}

/* ---- get */

static int build_get(maybe_unused struct kube_writer *writer, struct kube_write *write,
                     maybe_unused struct error **err)
{
    kube_request_get(write);
    return 0;
}

/* Reads the answer to a GET into the prior state; *seen is the object, owned, NULL when there is
 * none. */
static int read_prior(struct kube_write *write, json_t **seen, struct error **err)
{
    int status = kube_call_status(&write->call);
    /* 405: the kind can only be created, so nothing is ever "there". */
    if (status == 404 || status == 405) {
        kube_prior_absent(&write->prior);
        return 0;
    }
    if (write->call.error) {
        kube_call_error_move(&write->call, err);
        return -1;
    }
    return kube_prior_look_take(&write->prior, &write->call.job.response.body, seen, err);
}

/* What changes the object changes it from what it was before the first attempt, not from what an
 * attempt without an answer has made of it. */
static void recall_first(struct kube_write *write)
{
    if (!write->first.known)
        return;
    kube_prior_clear(&write->prior);
    write->prior = write->first;
    write->first = (struct kube_prior){0};
}

static int finish_get(struct kube_writer *writer, struct kube_write *write, enum kube_next *next,
                      struct error **err)
{
    json_t *seen = NULL;
    if (read_prior(write, &seen, err) < 0)
        return -1;
    kube_write_judge_take(writer, write, seen, &write->call);
    if (write->verb == KUBE_CREATE && write->prior.exists) {
        /* Asked for because the creation said so: what exists stays as it is. */
        write->after = kube_prior_value(&write->prior);
        write->changed = write->first.known;
        recall_first(write);
        *next = KUBE_NEXT_DONE;
        return 0;
    }
    write->stage = KUBE_STAGE_WRITE;
    *next = kube_write_is_idle(write) ? KUBE_NEXT_IDLE : KUBE_NEXT_STAGE;
    return 0;
}

/* ---- gone */

static int build_gone(maybe_unused struct kube_writer *writer, struct kube_write *write,
                      maybe_unused struct error **err)
{
    kube_request_get(write);
    write->call.end_at = write->gone_deadline;
    return 0;
}

static int finish_gone(struct kube_writer *writer, struct kube_write *write, enum kube_next *next,
                       struct error **err)
{
    (void)writer;
    auto_free char *old_uid = write->prior.uid ? xstrdup(write->prior.uid) : NULL;
    json_auto_t *unused = NULL;
    if (read_prior(write, &unused, err) < 0)
        return -1;
    if (!write->prior.exists || !str_equal(write->prior.uid, old_uid)) {
        write->stage = KUBE_STAGE_WRITE;
        *next = KUBE_NEXT_STAGE;
        return 0;
    }
    if (clock_passed(write->gone_deadline)) {
        json_auto_t *value = kube_prior_value(&write->prior);
        json_t *finalizers = js_get(value, "metadata", "finalizers", NULL);
        auto_free char *list = finalizers ? json_dumps(finalizers, 0) : xstrdup("none");
        error_make(
            err, ERROR_TIMEOUT,
            "it is being deleted and still there (finalizers: %s); when it is gone it can be "
            "created anew",
            list);
        return -1;
    }
    *next = KUBE_NEXT_LATER;
    return 0;
}

/* ---- write */

/* Tells an admission webhook that cannot take part in a dry run. */
static bool refuses_dry_run(const struct kube_write *write)
{
    const char *message = write->call.status.message;
    return message && (str_contains(message, "does not support dry run") ||
                       str_contains(message, "dryRun is not supported") ||
                       str_contains(message, "do not support dry run"));
}

/* 404 of a namespace is not "the object is missing". */
static bool namespace_missing(const struct kube_write *write)
{
    return write->call.status.code == 404 &&
           str_equal(js_str(write->call.status.status, "details", "kind", NULL), "namespaces");
}

/* True when an object of the run creates NAMESPACE. */
static bool creates_namespace(const struct kube_writer *writer, const char *namespace_)
{
    for (size_t i = 0; i < writer->count; i++) {
        const struct kube_object *object = writer->writes[i].object;
        if (writer->writes[i].verb != KUBE_DELETE && str_equal(object->kind, "Namespace") &&
            str_equal(object->name, namespace_))
            return true;
    }
    return false;
}

/* What was seen is the case no more: somebody else wrote, or an attempt whose answer was lost. */
static bool has_moved_on(const struct kube_write *write)
{
    const struct kube_status *status = &write->call.status;
    if (status->code == 404) /* it vanished, with its namespace perhaps: it is created anew */
        return !status->plain && write->prior.exists &&
               (write->verb == KUBE_UPDATE || write->verb == KUBE_REPLACE);
    if (status->code != 409 || str_contains(status->message, "object is being deleted"))
        return false;
    if (str_equal(write->method, "create"))
        return str_equal(status->reason, "AlreadyExists");
    return str_equal(write->method, "replace") &&
           !js_get(write->object->value, "metadata", "resourceVersion", NULL);
}

static bool look_again(struct kube_write *write)
{
    if (!has_moved_on(write) || !write->object->name || !write->object->resource.can_get ||
        ++write->attempts > KUBE_MAX_REWRITES)
        return false;
    if (write->call.status.code == 409 && write->call.in_doubt && !write->first.known) {
        write->first = write->prior;
        write->prior = (struct kube_prior){0};
    }
    write->stage = KUBE_STAGE_GET;
    return true;
}

/* What a failed answer may still turn into. 1: *next is set, 0: it is a failure. */
static int recover(struct kube_writer *writer, struct kube_write *write, enum kube_next *next)
{
    const struct kube_status *status = &write->call.status;
    bool dry_run = kube_client_is_dry_run(writer->client);
    *next = KUBE_NEXT_STAGE;
    if (write->verb == KUBE_PATCH && status->code == 404 && !status->plain) {
        *next = KUBE_NEXT_IDLE; /* since it was looked at */
        return 1;
    }
    if (dry_run && refuses_dry_run(write)) {
        kube_write_predict(writer, write, status->message);
        *next = KUBE_NEXT_DONE;
        return 1;
    }
    if (dry_run && namespace_missing(write) &&
        creates_namespace(writer, write->object->namespace_)) {
        kube_write_predict(writer, write, "its namespace is created in the same run");
        *next = KUBE_NEXT_DONE;
        return 1;
    }
    if (status->code == 415 && str_equal(write->method, "patch") &&
        write->verb != KUBE_JSON_PATCH &&
        write->merge_at + 1 < writer->options.merge_types->count) {
        write->merge_at++;
        return 1;
    }
    return look_again(write);
}

/* The server does not say which operation of a JSON patch failed: find out here. */
static void explain_json_patch(struct kube_writer *writer, struct kube_write *write,
                               struct error **err)
{
    if (write->verb != KUBE_JSON_PATCH || write->call.status.code != 422)
        return;
    json_auto_t *before = kube_prior_value(&write->prior);
    auto_error struct error *reason = NULL;
    json_auto_t *after = js_patch_apply(before, writer->options.patch, NULL, &reason);
    if (!after && reason)
        error_wrap(err, "%s", reason->message);
}

static bool wants_migration(const struct kube_writer *writer, const json_t *object)
{
    return writer->options.migrate_managers && writer->options.migrate_managers->count &&
           kube_managers_to_migrate(object, writer->options.migrate_managers);
}

/* A dry run cannot migrate; that it would is a change. */
static void predict_migration(struct kube_writer *writer, struct kube_write *write)
{
    if (!wants_migration(writer, write->after))
        return;
    write->changed = true;
    strv_add_once(&write->warnings, "fields of migrated managers that the manifest no longer holds "
                                    "would be removed as well");
}

static int accept_answer(struct kube_writer *writer, struct kube_write *write, enum kube_next *next,
                         struct error **err)
{
    json_t *after = kube_call_object(&write->call, err);
    if (!after)
        return -1;
    json_decref(write->after);
    write->after = after;
    bool dry_run = kube_client_is_dry_run(writer->client);
    const char *manager = write->verb == KUBE_APPLY ? writer->options.field_manager : NULL;
    bool created = kube_call_status(&write->call) == 201;
    if (created || str_equal(write->method, "create"))
        write->method = "create";
    recall_first(write);
    write->changed = write->rewritten || created || str_equal(write->method, "create") ||
                     kube_prior_changed(&write->prior, after, manager, dry_run,
                                        write->object->resource.plain_status);
    *next = KUBE_NEXT_DONE;
    if (write->verb != KUBE_APPLY)
        return 0;
    if (dry_run) {
        predict_migration(writer, write);
    } else if (!write->rewritten && wants_migration(writer, after)) {
        write->stage = KUBE_STAGE_MIGRATE;
        *next = KUBE_NEXT_STAGE;
    }
    return 0;
}

static int finish_write(struct kube_writer *writer, struct kube_write *write, enum kube_next *next,
                        struct error **err)
{
    kube_call_warnings(&write->call, &write->warnings);
    *next = KUBE_NEXT_DONE;
    if (write->verb == KUBE_DELETE)
        return kube_delete_finish(writer, write, next, err);
    if (!write->call.error)
        return accept_answer(writer, write, next, err);
    if (recover(writer, write, next))
        return 0;
    kube_call_error_move(&write->call, err);
    explain_json_patch(writer, write, err);
    if (!kube_lost_may_have_done(writer, write))
        return -1;
    write->refusal = steal_ptr(*err);
    write->stage = KUBE_STAGE_LOST;
    *next = KUBE_NEXT_STAGE;
    return 0;
}

/* ---- migrate */

/* Failing to hand fields over leaves the object applied: a warning, not a failure. */
static int finish_migrate(struct kube_writer *writer, struct kube_write *write,
                          enum kube_next *next, struct error **err)
{
    (void)err;
    *next = KUBE_NEXT_DONE;
    if (!write->call.error) {
        write->rewritten = true; /* and apply again, so that dropped fields really go */
        write->stage = KUBE_STAGE_WRITE;
        *next = KUBE_NEXT_STAGE;
        return 0;
    }
    if (write->call.status.code == 409 && ++write->attempts <= KUBE_MAX_REWRITES) {
        write->stage = KUBE_STAGE_WRITE; /* a fresh answer holds the fresh version */
        *next = KUBE_NEXT_STAGE;
        return 0;
    }
    auto_free char *label = kube_object_label(write->object);
    strv_printf(&write->warnings,
                "%s: the fields of other managers could not be handed over to %s: %s", label,
                writer->options.field_manager, write->call.error->message);
    return 0;
}

static const struct kube_stage_row rows[KUBE_STAGE_COUNT] = {
    [KUBE_STAGE_GET] = {build_get, finish_get},
    [KUBE_STAGE_GONE] = {build_gone, finish_gone},
    [KUBE_STAGE_WRITE] = {kube_request_write, finish_write},
    [KUBE_STAGE_LOST] = {build_get, kube_lost_finish},
    [KUBE_STAGE_MIGRATE] = {kube_request_migrate, finish_migrate},
};

const struct kube_stage_row *kube_stage_row(enum kube_stage stage)
{
    return &rows[stage];
}
