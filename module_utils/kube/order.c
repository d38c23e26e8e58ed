#include "kube/order.h"

#include <stddef.h>

#include "base/compiler.h"
#include "base/str.h"

enum wave {
    WAVE_NAMESPACES,
    WAVE_DEFINITIONS,
    WAVE_POLICIES, /* what admission looks up or enforces when the others arrive */
    WAVE_ROLES,
    WAVE_BINDINGS, /* who may not grant a role itself needs the role there to bind it */
    WAVE_DATA,
    WAVE_SERVICES,
    WAVE_WORKLOADS,
    WAVE_BUILT_IN,
    WAVE_API_SERVICES,
    WAVE_CUSTOM,
    WAVE_ADMISSION, /* a webhook whose server does not run yet would refuse the rest */
    WAVE_COUNT,
};

#define APIEXTENSIONS   "apiextensions.k8s.io"
#define APIREGISTRATION "apiregistration.k8s.io"
#define RBAC            "rbac.authorization.k8s.io"

struct row {
    const char *group;
    const char *kind; /* NULL: every kind of the group that no row above names */
    enum wave wave;
};

static const struct row rows[] = {
    {"", "Namespace", WAVE_NAMESPACES},
    {APIEXTENSIONS, "CustomResourceDefinition", WAVE_DEFINITIONS},

    {"scheduling.k8s.io", "PriorityClass", WAVE_POLICIES},
    {"node.k8s.io", "RuntimeClass", WAVE_POLICIES},
    {"storage.k8s.io", "StorageClass", WAVE_POLICIES},
    {"", "ResourceQuota", WAVE_POLICIES},
    {"", "LimitRange", WAVE_POLICIES},

    {"", "ServiceAccount", WAVE_ROLES},
    {RBAC, "Role", WAVE_ROLES},
    {RBAC, "ClusterRole", WAVE_ROLES},
    {RBAC, "RoleBinding", WAVE_BINDINGS},
    {RBAC, "ClusterRoleBinding", WAVE_BINDINGS},

    {"", "ConfigMap", WAVE_DATA},
    {"", "Secret", WAVE_DATA},
    {"", "PersistentVolume", WAVE_DATA},
    {"", "PersistentVolumeClaim", WAVE_DATA},

    {"", "Service", WAVE_SERVICES},
    {"", "Endpoints", WAVE_SERVICES},
    {"discovery.k8s.io", "EndpointSlice", WAVE_SERVICES},

    {"", "Pod", WAVE_WORKLOADS},
    {"", "ReplicationController", WAVE_WORKLOADS},
    {"apps", "DaemonSet", WAVE_WORKLOADS},
    {"apps", "Deployment", WAVE_WORKLOADS},
    {"apps", "ReplicaSet", WAVE_WORKLOADS},
    {"apps", "StatefulSet", WAVE_WORKLOADS},
    {"batch", "CronJob", WAVE_WORKLOADS},
    {"batch", "Job", WAVE_WORKLOADS},

    {APIREGISTRATION, "APIService", WAVE_API_SERVICES},
    {"admissionregistration.k8s.io", NULL, WAVE_ADMISSION},

    /* The groups that kube-apiserver itself serves. The suffix decides nothing: the Gateway API
     * and Cluster API are custom resources in groups that end in k8s.io and x-k8s.io. */
    {"", NULL, WAVE_BUILT_IN},
    {APIEXTENSIONS, NULL, WAVE_BUILT_IN},
    {APIREGISTRATION, NULL, WAVE_BUILT_IN},
    {"apps", NULL, WAVE_BUILT_IN},
    {"authentication.k8s.io", NULL, WAVE_BUILT_IN},
    {"authorization.k8s.io", NULL, WAVE_BUILT_IN},
    {"autoscaling", NULL, WAVE_BUILT_IN},
    {"batch", NULL, WAVE_BUILT_IN},
    {"certificates.k8s.io", NULL, WAVE_BUILT_IN},
    {"coordination.k8s.io", NULL, WAVE_BUILT_IN},
    {"discovery.k8s.io", NULL, WAVE_BUILT_IN},
    {"events.k8s.io", NULL, WAVE_BUILT_IN},
    {"extensions", NULL, WAVE_BUILT_IN},
    {"flowcontrol.apiserver.k8s.io", NULL, WAVE_BUILT_IN},
    {"internal.apiserver.k8s.io", NULL, WAVE_BUILT_IN},
    {"networking.k8s.io", NULL, WAVE_BUILT_IN},
    {"node.k8s.io", NULL, WAVE_BUILT_IN},
    {"policy", NULL, WAVE_BUILT_IN},
    {RBAC, NULL, WAVE_BUILT_IN},
    {"resource.k8s.io", NULL, WAVE_BUILT_IN},
    {"scheduling.k8s.io", NULL, WAVE_BUILT_IN},
    {"storage.k8s.io", NULL, WAVE_BUILT_IN},
    {"storagemigration.k8s.io", NULL, WAVE_BUILT_IN},
};

static bool fits(const struct row *row, const char *group, const char *kind)
{
    return str_equal(row->group, group) && (!row->kind || str_equal(row->kind, kind));
}

unsigned kube_order_wave(const char *group, const char *kind)
{
    for (size_t i = 0; i < array_length(rows); i++)
        if (fits(&rows[i], group ? group : "", kind))
            return rows[i].wave;
    return WAVE_CUSTOM;
}

unsigned kube_order_waves(void)
{
    return WAVE_COUNT;
}
