/* Requests for many things at once. */
#include <stdlib.h>

#include "backup/restore_priv.h"
#include "base/mem.h"
#include "base/str.h"
#include "json/js_write.h"

#define JSON_TYPE  "application/json"
#define MERGE_TYPE "application/merge-patch+json"

struct flight {
    struct kube_call call;
    size_t index;
    struct flight *previous, *next; /* of those under way */
};

struct run {
    struct backup_batch *batch;
    size_t next;
    size_t *again; /* owned */
    size_t again_count;
    struct flight *flights; /* owned list: an interrupted run does not hear of them again */
};

static void land(struct run *run, struct flight *flight)
{
    struct buf *sent = &flight->call.job.request.body;
    struct buf *answer = &flight->call.job.response.body;
    if (sent->data)
        mem_wipe(sent->data, sent->size);
    if (answer->data)
        mem_wipe(answer->data, answer->size);
    kube_call_clear(&flight->call);
    *(flight->previous ? &flight->previous->next : &run->flights) = flight->next;
    if (flight->next)
        flight->next->previous = flight->previous;
    free(flight);
}

static void take_off(struct run *run, struct flight *flight)
{
    flight->call.owner = flight;
    flight->next = run->flights;
    if (flight->next)
        flight->next->previous = flight;
    run->flights = flight;
}

static struct kube_call *next_call(void *context, maybe_unused unsigned in_flight)
{
    struct run *run = context;
    for (;;) {
        if (!run->again_count && run->next == run->batch->count)
            return NULL;
        size_t index = run->again_count ? run->again[--run->again_count] : run->next++;
        struct flight *flight = xcalloc(1, sizeof(*flight));
        flight->index = index;
        if (run->batch->start(run->batch->context, index, &flight->call)) {
            take_off(run, flight);
            return &flight->call;
        }
        free(flight);
    }
}

static bool call_again(void *context, struct kube_call *call, long long *wait_ms)
{
    const struct run *run = context;
    const struct flight *flight = call->owner;
    return run->batch->again &&
           run->batch->again(run->batch->context, flight->index, call, wait_ms);
}

static void call_done(void *context, struct kube_call *call)
{
    struct run *run = context;
    struct flight *flight = call->owner;
    if (run->batch->finish(run->batch->context, flight->index, call))
        run->again[run->again_count++] = flight->index;
    land(run, flight);
}

int backup_batch_run(struct backup_batch *batch, struct error **err)
{
    struct run run = {.batch = batch, .again = xcalloc(batch->count + 1, sizeof(size_t))};
    const struct kube_work work = {
        .next = next_call, .done = call_done, .again = call_again, .context = &run};
    int result = kube_client_run(batch->client, &work, err);
    for (struct flight *flight = run.flights; flight;) {
        struct flight *next = flight->next;
        land(&run, flight);
        flight = next;
    }
    free(run.again);
    return result;
}

int backup_call_json(struct kube_call *call, const char *method, const char *path,
                     const char *query, const json_t *value, struct error **err)
{
    struct buf body;
    buf_init(&body);
    if (value && js_write(&body, value, 0, err) < 0)
        return -1;
    kube_call_init(call, method, xasprintf("%s%s", path, query));
    if (value)
        kube_call_body_take(call, str_equal(method, "PATCH") ? MERGE_TYPE : JSON_TYPE, &body);
    return 0;
}

char *backup_item_path(const struct backup_item *item, bool collection)
{
    struct buf path;
    buf_init(&path);
    kube_resource_path(&path, &item->resource, item->node->namespace_,
                       collection ? NULL : item->node->name);
    return buf_steal(&path);
}
