/* What the answer to a DELETE means: it may have been sent again, and a controller may have made
 * the object anew in between. See kube/write.h. */
#include "base/str.h"
#include "json/js_get.h"
#include "kube/write_priv.h"

/* The name belongs to another object than the one that was to be deleted. */
static bool has_other_uid(const struct kube_write *write)
{
    const char *message = write->call.status.message;
    return write->call.status.code == 409 && message &&
           (str_contains(message, "UID in precondition") ||
            str_contains(message, "UID in the precondition"));
}

/* It was replaced after it was looked at: what is there now is to go as well. */
static bool look_again(const struct kube_writer *writer, struct kube_write *write,
                       enum kube_next *next)
{
    if (!has_other_uid(write) || kube_request_demands(writer) || !write->object->resource.can_get ||
        ++write->attempts > KUBE_MAX_REWRITES)
        return false;
    write->stage = KUBE_STAGE_GET;
    *next = KUBE_NEXT_STAGE;
    return true;
}

/* This very object was to go, not one of its name: its manifest is what a list has shown of it. */
static bool was_chosen(const struct kube_write *write)
{
    const char *uid = js_str(write->object->value, "metadata", "uid", NULL);
    return uid && str_equal(uid, write->prior.uid);
}

/* It is not there any more, perhaps by an earlier attempt whose answer was lost; what has its name
 * now is not to be deleted. */
static bool is_gone(const struct kube_writer *writer, const struct kube_write *write)
{
    const char *demanded = js_str(writer->options.delete_options, "preconditions", "uid", NULL);
    if (kube_call_status(&write->call) == 404)
        return true;
    if (!has_other_uid(write) || (demanded && !str_equal(demanded, write->prior.uid)))
        return false;
    return write->call.in_doubt || (!kube_request_demands(writer) && was_chosen(write));
}

int kube_delete_finish(const struct kube_writer *writer, struct kube_write *write,
                       enum kube_next *next, struct error **err)
{
    if (is_gone(writer, write)) {
        write->changed = write->call.in_doubt && write->prior.exists && !write->prior.terminating;
        return 0;
    }
    if (look_again(writer, write, next))
        return 0;
    if (write->call.error) {
        kube_call_error_move(&write->call, err);
        return -1;
    }
    write->changed = !write->prior.terminating;
    write->after = kube_call_json(&write->call, err);
    return write->after ? 0 : -1;
}
