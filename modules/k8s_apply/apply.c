#include "k8s_apply/apply.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "k8s_apply/secrets.h"

/* The first failure is the task's; with several the message says how many. */
static int report_failures(struct k8s *k8s, struct error **err)
{
    struct error *first = NULL;
    size_t failures = 0;
    for (size_t i = 0; i < k8s->count; i++) {
        struct kube_write *write = k8s_write_of(k8s, &k8s->items[i]);
        struct error *failed = write && write->error ? write->error : k8s->items[i].wait_error;
        if (failed && !first)
            first = failed;
        failures += failed != NULL;
    }
    if (!first || k8s->args.go_on == K8S_IGNORE)
        return 0;
    error_make(err, first->kind, "%s", first->message);
    error_code(err, first->code);
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach (first->detail, key, value)
        error_detail_take(err, key, json_incref(value));
    if (failures > 1)
        error_wrap(err, "%zu of %zu objects failed; the first", failures, k8s->count);
    return -1;
}

/* ---- waiting */

/* The object to wait for: as the server named it. False when there is nothing to wait for. */
static bool waits_for(const struct k8s *k8s, struct k8s_item *item)
{
    const struct kube_write *write = k8s_write_of(k8s, item);
    if (!write || write->error || !write->done || write->missing || !item->object->resource.can_get)
        return false;
    if (write->verb == KUBE_DELETE && !write->prior.exists)
        return false;
    json_t *value =
        write->verb == KUBE_DELETE || !write->after ? item->object->value : write->after;
    kube_object_init_take(&item->made, json_incref(value));
    item->made.resource = item->object->resource;
    item->made.document = item->object->document;
    return item->made.name != NULL;
}

static void take_outcome(const struct k8s *k8s, struct k8s_item *item, struct kube_waiter *waiter)
{
    item->waited_ms = waiter->waited_ms;
    if (waiter->state != KUBE_WAIT_MET)
        kube_waiter_error(waiter, k8s->args.wait_timeout_ms, &item->wait_error);
    else if (waiter->why.size)
        strv_add_once(&k8s_write_of(k8s, item)->warnings, buf_str(&waiter->why));
    item->waited = steal_ptr(waiter->value);
}

static int wait_for_items(struct k8s *k8s, struct error **err)
{
    struct kube_waiter *waiters = xcalloc(k8s->count + 1, sizeof(*waiters));
    struct k8s_item **waiting = xcalloc(k8s->count + 1, sizeof(struct k8s_item *));
    size_t count = 0;
    for (size_t i = 0; i < k8s->count; i++) {
        struct k8s_item *item = &k8s->items[i];
        if (!waits_for(k8s, item))
            continue;
        const struct kube_write *write = k8s_write_of(k8s, item);
        bool delete = write->verb == KUBE_DELETE;
        kube_waiter_init(&waiters[count], &item->made, delete ? KUBE_GOAL_ABSENT : KUBE_GOAL_READY,
                         delete ? write->prior.uid : NULL);
        waiting[count++] = item;
    }
    int result = k8s_wait(k8s, waiters, count, err);
    for (size_t i = 0; i < count; i++) {
        if (result == 0)
            take_outcome(k8s, waiting[i], &waiters[i]);
        kube_waiter_clear(&waiters[i]);
    }
    free(waiters);
    free(waiting);
    return result;
}

static bool any_failed(const struct k8s *k8s)
{
    for (size_t i = 0; i < k8s->writer.count; i++)
        if (k8s->writer.writes[i].error)
            return true;
    return false;
}

/* What was written is reported also when the run itself ends. */
static int write_items(struct k8s *k8s, struct error **err)
{
    int result = kube_writer_run(&k8s->writer, err);
    k8s_hide_in_errors(k8s);
    return result;
}

int k8s_predict(void *state, struct error **err)
{
    struct k8s *k8s = state;
    if (k8s->args.state == K8S_INFO)
        return 0;
    if (write_items(k8s, err) < 0)
        return -1;
    return report_failures(k8s, err);
}

int k8s_apply(void *state, struct error **err)
{
    struct k8s *k8s = state;
    if (k8s->args.state == K8S_INFO)
        return 0;
    if (write_items(k8s, err) < 0)
        return -1;
    bool wait = k8s->args.wait && (!any_failed(k8s) || k8s->args.write.go_on);
    if (wait && wait_for_items(k8s, err) < 0)
        return -1;
    return report_failures(k8s, err);
}
