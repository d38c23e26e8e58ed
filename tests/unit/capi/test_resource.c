#include "capi/resource.h"

#include "support/json_text.h"
#include "support/unit.h"

static void test_resource_known__rows__only_exactly(maybe_unused void **state)
{
    struct kube_resource found;
    assert_true(capi_resource_known("v1", "ServiceAccount", &found));
    assert_string_equal(found.plural, "serviceaccounts");
    assert_true(found.namespaced);
    assert_true(capi_resource_known("rbac.authorization.k8s.io/v1", "ClusterRole", &found));
    assert_false(found.namespaced);
    assert_false(capi_resource_known("rbac.authorization.k8s.io/v1beta1", "ClusterRole", &found));
    assert_false(capi_resource_known("serving.knative.dev/v1", "Service", &found));
    assert_false(capi_resource_known("apps", "Deployment", &found));
    assert_false(capi_resource_known(NULL, "Deployment", &found));
}

struct row {
    const char *api_version, *kind;
    unsigned wave;
};

static void test_wave__kinds__in_an_order_that_works(maybe_unused void **state)
{
    static const struct row rows[] = {
        {"v1", "Namespace", CAPI_WAVE_NAMESPACE},
        {"apiextensions.k8s.io/v1", "CustomResourceDefinition", CAPI_WAVE_DEFINITION},
        {"v1", "ServiceAccount", 2},
        {"cert-manager.io/v1", "Issuer", 3},
        {"v1", "Service", 3},
        {"rbac.authorization.k8s.io/v1", "Role", 3},
        {"rbac.authorization.k8s.io/v1", "RoleBinding", 4},
        {"apps/v1", "Deployment", 4},
        {"x.example.com/v1", "Deployment", 3},
        {"admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", CAPI_WAVE_LAST},
    };
    for (size_t i = 0; i < array_length(rows); i++)
        assert_int_equal(capi_wave(rows[i].api_version, rows[i].kind), rows[i].wave);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_resource_known__rows__only_exactly),
        cmocka_unit_test(test_wave__kinds__in_an_order_that_works),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
