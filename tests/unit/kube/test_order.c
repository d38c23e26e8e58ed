#include "kube/order.h"

#include "base/compiler.h"
#include "support/json_text.h"

#define RBAC      "rbac.authorization.k8s.io"
#define ADMISSION "admissionregistration.k8s.io"

/* Every line is one wave, in order; the kinds of a line are written in any order. */
static const struct {
    unsigned wave;
    const char *group;
    const char *kind;
} expected[] = {
    {0, "", "Namespace"},
    {1, "apiextensions.k8s.io", "CustomResourceDefinition"},
    {2, "scheduling.k8s.io", "PriorityClass"},
    {2, "node.k8s.io", "RuntimeClass"},
    {2, "storage.k8s.io", "StorageClass"},
    {2, "", "ResourceQuota"},
    {2, "", "LimitRange"},
    {3, "", "ServiceAccount"},
    {3, RBAC, "Role"},
    {3, RBAC, "ClusterRole"},
    {4, RBAC, "RoleBinding"},
    {4, RBAC, "ClusterRoleBinding"},
    {5, "", "ConfigMap"},
    {5, "", "Secret"},
    {5, "", "PersistentVolume"},
    {5, "", "PersistentVolumeClaim"},
    {6, "", "Service"},
    {6, "", "Endpoints"},
    {6, "discovery.k8s.io", "EndpointSlice"},
    {7, "", "Pod"},
    {7, "", "ReplicationController"},
    {7, "apps", "DaemonSet"},
    {7, "apps", "Deployment"},
    {7, "apps", "ReplicaSet"},
    {7, "apps", "StatefulSet"},
    {7, "batch", "CronJob"},
    {7, "batch", "Job"},
    {8, "", "Node"},
    {8, "apiextensions.k8s.io", "ConversionReview"},
    {8, "apiregistration.k8s.io", "Other"},
    {8, "apps", "ControllerRevision"},
    {8, "authentication.k8s.io", "TokenReview"},
    {8, "authorization.k8s.io", "SelfSubjectAccessReview"},
    {8, "autoscaling", "HorizontalPodAutoscaler"},
    {8, "batch", "Other"},
    {8, "certificates.k8s.io", "CertificateSigningRequest"},
    {8, "coordination.k8s.io", "Lease"},
    {8, "discovery.k8s.io", "Other"},
    {8, "events.k8s.io", "Event"},
    {8, "extensions", "Ingress"},
    {8, "flowcontrol.apiserver.k8s.io", "FlowSchema"},
    {8, "internal.apiserver.k8s.io", "StorageVersion"},
    {8, "networking.k8s.io", "NetworkPolicy"},
    {8, "node.k8s.io", "Other"},
    {8, "policy", "PodDisruptionBudget"},
    {8, RBAC, "Other"},
    {8, "resource.k8s.io", "DeviceClass"},
    {8, "scheduling.k8s.io", "Other"},
    {8, "storage.k8s.io", "CSIDriver"},
    {8, "storagemigration.k8s.io", "StorageVersionMigration"},
    {9, "apiregistration.k8s.io", "APIService"},
    {10, "cluster.x-k8s.io", "Cluster"},
    {10, "gateway.networking.k8s.io", "Gateway"},
    {10, "cert-manager.io", "Certificate"},
    {10, "metrics.k8s.io", "PodMetrics"},
    {11, ADMISSION, "MutatingWebhookConfiguration"},
    {11, ADMISSION, "ValidatingWebhookConfiguration"},
    {11, ADMISSION, "ValidatingAdmissionPolicy"},
    {11, ADMISSION, "ValidatingAdmissionPolicyBinding"},
};

static void test_order_wave__every_row__as_documented(maybe_unused void **state)
{
    for (size_t i = 0; i < array_length(expected); i++) {
        unsigned wave = kube_order_wave(expected[i].group, expected[i].kind);
        if (wave != expected[i].wave)
            fail_msg("%s/%s: wave %u instead of %u", expected[i].group, expected[i].kind, wave,
                     expected[i].wave);
    }
}

static void test_order_wave__core_kind_in_foreign_group__is_custom(maybe_unused void **state)
{
    unsigned custom = kube_order_wave("example.com", "Widget");
    assert_int_equal(kube_order_wave("serving.knative.dev", "Service"), custom);
    assert_int_equal(kube_order_wave("example.com", "Namespace"), custom);
    assert_int_equal(kube_order_wave("example.com", "CustomResourceDefinition"), custom);
    assert_int_equal(kube_order_wave("example.com", "ValidatingWebhookConfiguration"), custom);
}

static void
test_order_wave__kind_in_other_built_in_group__is_built_in_rest(maybe_unused void **state)
{
    assert_int_equal(kube_order_wave("apps", "Namespace"), kube_order_wave("", "Node"));
    assert_int_equal(kube_order_wave("", "Deployment"), kube_order_wave("", "Node"));
    assert_int_equal(kube_order_wave("", "namespace"), kube_order_wave("", "Node"));
}

static void test_order_wave__no_group_or_kind__core(maybe_unused void **state)
{
    assert_int_equal(kube_order_wave(NULL, "Namespace"), 0);
    assert_int_equal(kube_order_wave("", NULL), kube_order_wave("", "Node"));
    assert_int_equal(kube_order_wave("example.com", NULL),
                     kube_order_wave("example.com", "Widget"));
}

static void test_061__order_waves__definitions_before_their_resources(maybe_unused void **state)
{
    assert_true(kube_order_wave("apiextensions.k8s.io", "CustomResourceDefinition") <
                kube_order_wave("example.com", "Widget"));
    assert_int_equal(kube_order_waves(), kube_order_wave(ADMISSION, "Any") + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order_wave__every_row__as_documented),
        cmocka_unit_test(test_order_wave__core_kind_in_foreign_group__is_custom),
        cmocka_unit_test(test_order_wave__kind_in_other_built_in_group__is_built_in_rest),
        cmocka_unit_test(test_order_wave__no_group_or_kind__core),
        cmocka_unit_test(test_061__order_waves__definitions_before_their_resources),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
