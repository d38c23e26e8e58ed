/* Kinds that run something. See kube/ready.h; the order of the questions is that of kubectl. */
#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"
#include "kube/ready_priv.h"

enum kube_readiness ready_deployment(const json_t *object, struct buf *why)
{
    long long wanted = 0;
    bool counted = js_int(object, &wanted, "spec", "replicas", NULL);
    long long existing = ready_status_int(object, "replicas");
    long long updated = ready_status_int(object, "updatedReplicas");
    long long available = ready_status_int(object, "availableReplicas");
    const json_t *progress = ready_condition(object, "Progressing");
    if (!ready_observed(object))
        return ready_not_yet(why, "waiting for deployment spec update to be observed");
    if (js_true(object, "spec", "paused", NULL)) {
        buf_printf(why, "deployment \"%s\" is paused: nothing rolls it out", ready_name(object));
        return KUBE_READY;
    }
    if (str_equal(js_str(progress, "reason", NULL), "ProgressDeadlineExceeded")) {
        buf_printf(why, "deployment \"%s\" exceeded its progress deadline", ready_name(object));
        return KUBE_FAILED;
    }
    if (counted && updated < wanted)
        return ready_not_yet(why, "%lld out of %lld new replicas have been updated", updated,
                             wanted);
    if (existing > updated)
        return ready_not_yet(why, "%lld old replicas are pending termination", existing - updated);
    if (available < updated)
        return ready_not_yet(why, "%lld of %lld updated replicas are available", available,
                             updated);
    return KUBE_READY;
}

/* updateStrategy OnDelete: new pods come when somebody deletes the old ones, so none is waited
 * for. An absent strategy is RollingUpdate. */
static bool updates_on_delete(const json_t *object)
{
    return str_equal(js_str(object, "spec", "updateStrategy", "type", NULL), "OnDelete");
}

enum kube_readiness ready_daemon_set(const json_t *object, struct buf *why)
{
    long long desired = ready_status_int(object, "desiredNumberScheduled");
    long long updated = ready_status_int(object, "updatedNumberScheduled");
    long long available = ready_status_int(object, "numberAvailable");
    long long ready = ready_status_int(object, "numberReady");
    if (!ready_observed(object))
        return ready_not_yet(why, "waiting for daemon set spec update to be observed");
    if (updates_on_delete(object))
        return ready >= desired ? KUBE_READY
                                : ready_not_yet(why, "%lld of %lld pods are ready", ready, desired);
    if (updated < desired)
        return ready_not_yet(why, "%lld out of %lld new pods have been updated", updated, desired);
    if (available < desired)
        return ready_not_yet(why, "%lld of %lld updated pods are available", available, desired);
    return KUBE_READY;
}

/* A rolling update below a partition leaves the pods with smaller numbers as they are. */
static enum kube_readiness partitioned_rollout(const json_t *object, long long wanted,
                                               struct buf *why)
{
    long long partition = 0;
    long long updated = ready_status_int(object, "updatedReplicas");
    if (js_int(object, &partition, "spec", "updateStrategy", "rollingUpdate", "partition", NULL) &&
        updated < wanted - partition)
        return ready_not_yet(why, "%lld out of %lld new pods have been updated", updated,
                             wanted - partition);
    return KUBE_READY;
}

static enum kube_readiness whole_rollout(const json_t *object, struct buf *why)
{
    const char *update = js_str(object, "status", "updateRevision", NULL);
    if (str_equal(update, js_str(object, "status", "currentRevision", NULL)))
        return KUBE_READY;
    return ready_not_yet(why, "%lld pods at revision %s",
                         ready_status_int(object, "updatedReplicas"), update ? update : "(none)");
}

enum kube_readiness ready_stateful_set(const json_t *object, struct buf *why)
{
    long long wanted = 0;
    bool counted = js_int(object, &wanted, "spec", "replicas", NULL);
    long long existing = ready_status_int(object, "replicas");
    long long ready = ready_status_int(object, "readyReplicas");
    if (!ready_observed(object) || ready_status_int(object, "observedGeneration") == 0)
        return ready_not_yet(why, "waiting for statefulset spec update to be observed");
    if (updates_on_delete(object))
        return existing == wanted ? KUBE_READY
                                  : ready_not_yet(why, "%lld of %lld pods exist", existing, wanted);
    if (counted && ready < wanted)
        return ready_not_yet(why, "waiting for %lld pods to be ready", wanted - ready);
    if (json_is_object(js_get(object, "spec", "updateStrategy", "rollingUpdate", NULL)))
        return partitioned_rollout(object, wanted, why);
    return whole_rollout(object, why);
}

enum kube_readiness ready_replica_set(const json_t *object, struct buf *why)
{
    long long wanted = 0;
    long long ready = ready_status_int(object, "readyReplicas");
    if (!ready_observed(object))
        return ready_not_yet(why, "waiting for the spec update to be observed");
    if (js_int(object, &wanted, "spec", "replicas", NULL) && ready < wanted)
        return ready_not_yet(why, "%lld of %lld replicas are ready", ready, wanted);
    return KUBE_READY;
}

/* Adds why the first container that waits does so: ImagePullBackOff, CrashLoopBackOff, … */
static bool add_waiting_container(const json_t *object, const char *list, struct buf *why)
{
    size_t index = 0;
    json_t *container = NULL;
    json_array_foreach (js_get(object, "status", list, NULL), index, container) {
        const char *reason = js_str(container, "state", "waiting", "reason", NULL);
        const char *message = js_str(container, "state", "waiting", "message", NULL);
        const char *name = js_str(container, "name", NULL);
        if (!reason)
            continue;
        buf_printf(why, "container \"%s\" is waiting: %s", name ? name : "", reason);
        if (!str_empty(message))
            buf_printf(why, ": %s", message);
        return true;
    }
    return false;
}

/* SOURCE is where the reason and the message stand. */
static enum kube_readiness failed(const char *what, const json_t *object, const json_t *source,
                                  struct buf *why)
{
    const char *reason = js_str(source, "reason", NULL);
    const char *message = js_str(source, "message", NULL);
    buf_printf(why, "%s \"%s\" failed", what, ready_name(object));
    if (!str_empty(reason))
        buf_printf(why, ": %s", reason);
    if (!str_empty(message))
        buf_printf(why, ": %s", message);
    return KUBE_FAILED;
}

enum kube_readiness ready_pod(const json_t *object, struct buf *why)
{
    const char *phase = js_str(object, "status", "phase", NULL);
    if (str_equal(phase, "Succeeded") || ready_condition_is(object, "Ready", "True"))
        return KUBE_READY;
    if (str_equal(phase, "Failed"))
        return failed("pod", object, js_get(object, "status", NULL), why);
    if (add_waiting_container(object, "initContainerStatuses", why) ||
        add_waiting_container(object, "containerStatuses", why))
        return KUBE_NOT_READY;
    const char *blocking =
        ready_condition_is(object, "PodScheduled", "False") ? "PodScheduled" : "Ready";
    ready_add_condition(why, object, blocking);
    return KUBE_NOT_READY;
}

enum kube_readiness ready_job(const json_t *object, struct buf *why)
{
    if (ready_condition_is(object, "Complete", "True"))
        return KUBE_READY;
    if (ready_condition_is(object, "Failed", "True"))
        return failed("job", object, ready_condition(object, "Failed"), why);
    if (ready_condition_is(object, "Suspended", "True"))
        return ready_not_yet(why, "job \"%s\" is suspended", ready_name(object));
    long long wanted = 1;
    if (js_int(object, &wanted, "spec", "completions", NULL))
        return ready_not_yet(why, "%lld of %lld pods have succeeded",
                             ready_status_int(object, "succeeded"), wanted);
    return ready_not_yet(why, "the job is not complete");
}
