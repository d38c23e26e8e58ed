#include "kube/ready.h"

#include "base/str.h"
#include "json/js_get.h"
#include "kube/ready_priv.h"

static enum kube_readiness condition_true(const json_t *object, const char *type, struct buf *why)
{
    if (ready_condition_is(object, type, "True"))
        return KUBE_READY;
    ready_add_condition(why, object, type);
    return KUBE_NOT_READY;
}

enum kube_readiness kube_crd_ready(const json_t *object, struct buf *why)
{
    if (ready_condition_is(object, "NamesAccepted", "False")) {
        ready_add_condition(why, object, "NamesAccepted");
        return KUBE_FAILED;
    }
    enum kube_readiness named = condition_true(object, "NamesAccepted", why);
    return named == KUBE_READY ? condition_true(object, "Established", why) : named;
}

static enum kube_readiness ready_api_service(const json_t *object, struct buf *why)
{
    return condition_true(object, "Available", why);
}

static enum kube_readiness ready_namespace(const json_t *object, struct buf *why)
{
    const char *phase = js_str(object, "status", "phase", NULL);
    if (str_equal(phase, "Active"))
        return KUBE_READY;
    return ready_not_yet(why, "its phase is %s", phase ? phase : "not known yet");
}

static enum kube_readiness ready_claim(const json_t *object, struct buf *why)
{
    const char *phase = js_str(object, "status", "phase", NULL);
    bool marked = js_get(object, "metadata", "annotations", KUBE_FIRST_CONSUMER_MARK, NULL);
    if (str_equal(phase, "Bound") || (marked && str_equal(phase, "Pending")))
        return KUBE_READY;
    if (str_equal(phase, "Lost")) {
        buf_printf(why, "persistent volume claim \"%s\" lost its volume", ready_name(object));
        return KUBE_FAILED;
    }
    return ready_not_yet(why, "its phase is %s", phase ? phase : "not known yet");
}

static enum kube_readiness ready_cluster_operator(const json_t *object, struct buf *why)
{
    static const struct kube_condition wanted[] = {
        {.type = "Available", .status = "True"},
        {.type = "Degraded", .status = "False"},
        {.type = "Progressing", .status = "False"},
    };
    for (size_t i = 0; i < array_length(wanted); i++) {
        if (ready_condition_is(object, wanted[i].type, wanted[i].status))
            continue;
        ready_add_condition(why, object, wanted[i].type);
        return KUBE_NOT_READY;
    }
    return KUBE_READY;
}

/* Being there is all. A Service of type LoadBalancer may never get an address: a management
 * cluster has nobody who gives one. Who wants it waits for it by jsonpath. */
static enum kube_readiness ready_service(maybe_unused const json_t *object,
                                         maybe_unused struct buf *why)
{
    return KUBE_READY;
}

/* Kinds without row. Many have no observedGeneration at all: then being there is all. */
static enum kube_readiness ready_other(const json_t *object, struct buf *why)
{
    if (!js_int(object, NULL, "status", "observedGeneration", NULL) || ready_observed(object))
        return KUBE_READY;
    return ready_not_yet(why, "waiting for the spec update to be observed");
}

static const struct ready_row rows[] = {
    {"", "Namespace", ready_namespace},
    {"", "PersistentVolumeClaim", ready_claim},
    {"", "Pod", ready_pod},
    {"", "ReplicationController", ready_replica_set},
    {"", "Service", ready_service},
    {"apiextensions.k8s.io", "CustomResourceDefinition", kube_crd_ready},
    {"apiregistration.k8s.io", "APIService", ready_api_service},
    {"apps", "DaemonSet", ready_daemon_set},
    {"apps", "Deployment", ready_deployment},
    {"apps", "ReplicaSet", ready_replica_set},
    {"apps", "StatefulSet", ready_stateful_set},
    {"batch", "Job", ready_job},
    {"config.openshift.io", "ClusterOperator", ready_cluster_operator},
};

const struct ready_row *ready_row_get(size_t index)
{
    return index < array_length(rows) ? &rows[index] : NULL;
}

static ready_predicate *find_predicate(const char *group, const char *kind)
{
    for (size_t i = 0; i < array_length(rows); i++)
        if (str_equal(rows[i].kind, kind) && str_equal(rows[i].group, group))
            return rows[i].predicate;
    return ready_other;
}

enum kube_readiness kube_ready(const char *group, const char *kind, const json_t *object,
                               struct buf *why)
{
    if (!object)
        return ready_not_yet(why, "it does not exist yet");
    return find_predicate(group ? group : "", kind)(object, why);
}
