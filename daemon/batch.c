#include "daemon/batch.h"

struct batch {
    struct kube_call *calls;
    size_t count;
    size_t given;
    size_t ended;
    size_t answered;
    const struct kube_call *lost; /* the first without an answer */
};

static struct kube_call *next(void *context, maybe_unused unsigned in_flight)
{
    struct batch *batch = context;
    return !batch->lost && batch->given < batch->count ? &batch->calls[batch->given++] : NULL;
}

static void done(void *context, struct kube_call *call)
{
    struct batch *batch = context;
    batch->ended++;
    if (call->job.failure == HTTP_FAILURE_NONE)
        batch->answered++;
    else if (!batch->lost)
        batch->lost = call;
}

int batch_run(struct kube_client *client, struct kube_call *calls, size_t count, struct error **err)
{
    struct batch batch = {.calls = calls, .count = count};
    const struct kube_work work = {.next = next, .done = done, .context = &batch};
    if (kube_client_run(client, &work, err) < 0)
        return -1;
    if (batch.lost && (!batch.answered || batch.given < count)) {
        const struct error *error = batch.lost->error;
        error_make(err, error->kind, "%s", error->message);
        return -1;
    }
    if (batch.ended == count)
        return 0;
    error_make(err, ERROR_INTERRUPTED, "ended before the API server answered");
    return -1;
}

bool batch_made(const struct kube_call *call)
{
    return call->error || kube_call_status(call);
}
