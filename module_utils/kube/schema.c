#include "kube/schema.h"

#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "base/str.h"

static const struct {
    const char *api_version;
    const char *kinds[10]; /* ended by NULL */
} known[] = {
    {"v1",
     {"ConfigMap", "LimitRange", "Namespace", "PersistentVolume", "PersistentVolumeClaim", "Pod",
      "ResourceQuota", "Secret", "Service"}},
    {"admissionregistration.k8s.io/v1",
     {"MutatingWebhookConfiguration", "ValidatingAdmissionPolicy",
      "ValidatingAdmissionPolicyBinding", "ValidatingWebhookConfiguration"}},
    {"apiextensions.k8s.io/v1", {"CustomResourceDefinition"}},
    {"apiregistration.k8s.io/v1", {"APIService"}},
    {"apps/v1", {"DaemonSet", "Deployment", "StatefulSet"}},
    {"autoscaling/v2", {"HorizontalPodAutoscaler"}},
    {"batch/v1", {"CronJob", "Job"}},
    {"coordination.k8s.io/v1", {"Lease"}},
    {"networking.k8s.io/v1", {"Ingress", "IngressClass", "NetworkPolicy"}},
    {"policy/v1", {"PodDisruptionBudget"}},
    {"rbac.authorization.k8s.io/v1", {"ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"}},
    {"scheduling.k8s.io/v1", {"PriorityClass"}},
    {"storage.k8s.io/v1", {"CSIDriver", "StorageClass"}},
    {"v1", {"ServiceAccount"}},
};

/* Sorted. Names that some kind has as a granular map or list are missing on purpose: finalizers,
 * imagePullSecrets, limits, options, parameters, port. */
static const char *const atomic[] = {
    "accessModes",
    "add",
    "admissionReviewVersions",
    "allowedTopologies",
    "args",
    "auditAnnotations",
    "categories",
    "clusterIPs",
    "clusterRoleSelectors",
    "command",
    "configMapKeyRef",
    "controllerExpandSecretRef",
    "controllerPublishSecretRef",
    "conversionReviewVersions",
    "dataSource",
    "drop",
    "egress",
    "envFrom",
    "externalIPs",
    "fieldRef",
    "hostnames",
    "httpHeaders",
    "ingress",
    "ipFamilies",
    "items",
    "labelSelector",
    "loadBalancerSourceRanges",
    "matchConstraints",
    "matchLabelKeys",
    "matchResources",
    "metrics",
    "monitors",
    "mountOptions",
    "nameservers",
    "namespaceSelector",
    "nodeExpandSecretRef",
    "nodePublishSecretRef",
    "nodeSelector",
    "nodeStageSecretRef",
    "objectSelector",
    "paramKind",
    "paramRef",
    "podSelector",
    "policies",
    "policyTypes",
    "portals",
    "preferredDuringSchedulingIgnoredDuringExecution",
    "readinessGates",
    "required",
    "requiredDuringSchedulingIgnoredDuringExecution",
    "resource",
    "resourceFieldRef",
    "roleRef",
    "rules",
    "scopeSelector",
    "scopes",
    "searches",
    "secretKeyRef",
    "secretRef",
    "selector",
    "shortNames",
    "sources",
    "subjects",
    "supplementalGroups",
    "sysctls",
    "targetWWNs",
    "tls",
    "tokenRequests",
    "tolerations",
    "validations",
    "versions",
    "volumeClaimTemplates",
    "wwids",
};

static const struct {
    const char *name;
    const char *member;
    const char *text;
} defaults[] = {
    {"egress", "protocol", "TCP"},  {"fieldRef", "apiVersion", "v1"},
    {"ingress", "protocol", "TCP"}, {"resourceFieldRef", "divisor", "0"},
    {"rules", "scope", "*"}, /* of webhooks; other rules have no such member */
};

bool kube_schema_knows(const char *api_version, const char *kind)
{
    for (size_t i = 0; i < array_length(known); i++) {
        if (!str_equal(known[i].api_version, api_version))
            continue;
        for (size_t k = 0; k < array_length(known[i].kinds) && known[i].kinds[k]; k++)
            if (str_equal(known[i].kinds[k], kind))
                return true;
    }
    return false;
}

static int compare_name(const void *wanted, const void *row)
{
    return strcmp(wanted, *(const char *const *)row);
}

bool kube_schema_is_atomic(const char *name)
{
    return bsearch(name, atomic, array_length(atomic), sizeof(atomic[0]), compare_name) != NULL;
}

bool kube_schema_is_default(const char *name, const char *member, const char *text)
{
    for (size_t i = 0; i < array_length(defaults); i++)
        if (str_equal(defaults[i].name, name) && str_equal(defaults[i].member, member))
            return str_equal(defaults[i].text, text);
    return false;
}

const char *kube_schema_key_default(const char *key)
{
    /* The ports of Services and of containers. */
    return str_equal(key, "protocol") ? "TCP" : NULL;
}
