/* Was it done by an attempt whose answer was lost? See kube/write.h. */
#include "base/compiler.h"
#include "base/mem.h"
#include "base/str.h"
#include "json/js_equal.h"
#include "json/js_get.h"
#include "kube/strip.h"
#include "kube/write_priv.h"

/* What is refused behind a first attempt because of what that one did: the tests of a JSON patch
 * hold no more, the version that the user demands is no more. */
static bool refuses_a_second(const struct kube_write *write)
{
    if (write->verb == KUBE_JSON_PATCH)
        return write->call.status.code == 422;
    const char *demanded = js_str(write->object->value, "metadata", "resourceVersion", NULL);
    return write->call.status.code == 409 && demanded &&
           str_equal(demanded, write->prior.resource_version);
}

/* A replacement keeps of BEFORE what the server gave it alone. */
static json_t *replacement(const json_t *object, const json_t *before)
{
    static const char *const kept[] = {"creationTimestamp", "selfLink", "uid"};
    json_t *expected = json_deep_copy(object);
    json_t *metadata = js_get(expected, "metadata", NULL);
    for (size_t i = 0; i < array_length(kept); i++) {
        json_t *given = js_get(before, "metadata", kept[i], NULL);
        if (given)
            json_object_set(metadata, kept[i], given);
    }
    return expected;
}

static json_t *expected_after(const struct kube_writer *writer, const struct kube_write *write,
                              const json_t *before)
{
    return write->verb == KUBE_REPLACE ? replacement(write->object->value, before)
                                       : kube_write_expected(writer, write, before);
}

bool kube_lost_may_have_done(const struct kube_writer *writer, const struct kube_write *write)
{
    return write->call.in_doubt && write->prior.exists && write->object->resource.can_get &&
           !kube_client_is_dry_run(writer->client) && refuses_a_second(write);
}

/* Controllers write the status as they like, but what a patch itself says of it has to be there. */
static bool is_expected(const struct kube_write *write, const json_t *before,
                        const json_t *expected, const json_t *seen)
{
    const json_t *status = json_object_get(expected, "status");
    return kube_strip_equal(expected, seen, write->object->resource.plain_status) &&
           (js_equal(status, json_object_get(before, "status")) ||
            js_equal(status, json_object_get(seen, "status")));
}

int kube_lost_finish(struct kube_writer *writer, struct kube_write *write, enum kube_next *next,
                     struct error **err)
{
    json_auto_t *before = kube_prior_value(&write->prior);
    json_auto_t *expected = expected_after(writer, write, before);
    json_auto_t *seen = write->call.error ? NULL : kube_call_object(&write->call, NULL);
    if (!expected || !seen || !is_expected(write, before, expected, seen)) {
        error_move_take(err, steal_ptr(write->refusal));
        const char *version = js_str(seen, "metadata", "resourceVersion", NULL);
        if (!str_equal(version, write->prior.resource_version))
            error_append(err, "\nIt was sent more than once: an attempt whose answer was lost may "
                              "have been carried out.");
        return -1;
    }
    write->changed =
        kube_prior_changed(&write->prior, seen, NULL, false, write->object->resource.plain_status);
    json_decref(write->after);
    write->after = steal_ptr(seen);
    *next = KUBE_NEXT_DONE;
    return 0;
}

void kube_lost_leave(struct kube_write *write)
{
    bool under_way = write->method && write->call.job.attempts;
    bool in_doubt = write->refusal || write->first.known;
    if (write->done || (!under_way && !in_doubt))
        return;
    struct error *unknown = NULL;
    error_make(&unknown, ERROR_INTERRUPTED,
               "the run ended while it was under way: whether it was carried out is not known");
    kube_write_wrap(write, &unknown);
    kube_write_settle_take(write, unknown);
}
