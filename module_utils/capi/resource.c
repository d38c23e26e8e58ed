#include "capi/resource.h"

#include "base/mem.h"
#include "base/str.h"

#define ROW(GROUP, VERSION, KIND, PLURAL, NAMESPACED)                                              \
    {                                                                                              \
        .group = (GROUP), .version = (VERSION), .kind = (KIND), .plural = (PLURAL),                \
        .namespaced = (NAMESPACED), .can_get = true, .can_patch = true, .can_create = true         \
    }

#define RBAC     "rbac.authorization.k8s.io"
#define WEBHOOKS "admissionregistration.k8s.io"
#define CRDS     "apiextensions.k8s.io"

const struct kube_resource capi_resource_crd =
    ROW(CRDS, "v1", "CustomResourceDefinition", "customresourcedefinitions", false);
const struct kube_resource capi_resource_provider =
    ROW("clusterctl.cluster.x-k8s.io", "v1alpha3", "Provider", "providers", true);
const struct kube_resource capi_resource_deployment =
    ROW("apps", "v1", "Deployment", "deployments", true);
const struct kube_resource capi_resource_namespace =
    ROW("", "v1", "Namespace", "namespaces", false);

static const struct kube_resource rows[] = {
    ROW("", "v1", "Namespace", "namespaces", false),
    ROW("", "v1", "ServiceAccount", "serviceaccounts", true),
    ROW("", "v1", "Service", "services", true),
    ROW("", "v1", "ConfigMap", "configmaps", true),
    ROW("", "v1", "Secret", "secrets", true),
    ROW("apps", "v1", "Deployment", "deployments", true),
    ROW("apps", "v1", "DaemonSet", "daemonsets", true),
    ROW("batch", "v1", "Job", "jobs", true),
    ROW(RBAC, "v1", "Role", "roles", true),
    ROW(RBAC, "v1", "RoleBinding", "rolebindings", true),
    ROW(RBAC, "v1", "ClusterRole", "clusterroles", false),
    ROW(RBAC, "v1", "ClusterRoleBinding", "clusterrolebindings", false),
    ROW(WEBHOOKS, "v1", "MutatingWebhookConfiguration", "mutatingwebhookconfigurations", false),
    ROW(WEBHOOKS, "v1", "ValidatingWebhookConfiguration", "validatingwebhookconfigurations", false),
    ROW(CRDS, "v1", "CustomResourceDefinition", "customresourcedefinitions", false),
    ROW("cert-manager.io", "v1", "Certificate", "certificates", true),
    ROW("cert-manager.io", "v1", "Issuer", "issuers", true),
    ROW("clusterctl.cluster.x-k8s.io", "v1alpha3", "Provider", "providers", true),
};

static bool is_of(const struct kube_resource *row, const char *api_version)
{
    if (!*row->group)
        return str_equal(row->version, api_version);
    const char *rest = str_after(api_version, row->group);
    return rest && *rest == '/' && str_equal(rest + 1, row->version);
}

bool capi_resource_known(const char *api_version, const char *kind, struct kube_resource *out)
{
    if (!api_version || !kind)
        return false;
    for (size_t i = 0; i < array_length(rows); i++)
        if (str_equal(rows[i].kind, kind) && is_of(&rows[i], api_version)) {
            *out = rows[i];
            return true;
        }
    return false;
}

int capi_resource_lookup(struct kube_discovery *discovery, const char *api_version,
                         const char *kind, struct kube_resource *out, struct error **err)
{
    if (capi_resource_known(api_version, kind, out))
        return 1;
    return kube_discovery_lookup(discovery, api_version, kind, out, err);
}

/* ---- waves */

struct wave_row {
    const char *kind;
    unsigned wave;
};

/* Of built-in groups only: a custom resource may have any name. */
static const struct wave_row waves[] = {
    {"Namespace", CAPI_WAVE_NAMESPACE},
    {"CustomResourceDefinition", CAPI_WAVE_DEFINITION},
    {"StorageClass", 2},
    {"PersistentVolume", 2},
    {"PersistentVolumeClaim", 2},
    {"Secret", 2},
    {"ConfigMap", 2},
    {"ServiceAccount", 2},
    {"LimitRange", 2},
    {"RoleBinding", 4}, /* a server may resolve the role it names */
    {"ClusterRoleBinding", 4},
    {"Deployment", 4},
    {"DaemonSet", 4},
    {"StatefulSet", 4},
    {"Job", 4},
    {"CronJob", 4},
    {"Pod", 4},
    {"MutatingWebhookConfiguration", CAPI_WAVE_LAST},
    {"ValidatingWebhookConfiguration", CAPI_WAVE_LAST},
};

static bool is_builtin(const char *api_version)
{
    static const char *const prefixes[] = {"apps/",  "batch/",     "storage.k8s.io/",
                                           RBAC "/", WEBHOOKS "/", CRDS "/"};
    if (!str_contains(api_version, "/"))
        return true;
    for (size_t i = 0; i < array_length(prefixes); i++)
        if (str_starts_with(api_version, prefixes[i]))
            return true;
    return false;
}

unsigned capi_wave(const char *api_version, const char *kind)
{
    if (api_version && kind && is_builtin(api_version))
        for (size_t i = 0; i < array_length(waves); i++)
            if (str_equal(waves[i].kind, kind))
                return waves[i].wave;
    return 3;
}
