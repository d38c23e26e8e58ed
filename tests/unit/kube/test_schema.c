#include "kube/schema.h"

#include "support/unit.h"

static void test_schema_knows__built_in_kinds_alone__true(maybe_unused void **state)
{
    assert_true(kube_schema_knows("v1", "ConfigMap"));
    assert_true(kube_schema_knows("v1", "ServiceAccount"));
    assert_true(kube_schema_knows("apps/v1", "Deployment"));
    assert_true(kube_schema_knows("apiextensions.k8s.io/v1", "CustomResourceDefinition"));
    assert_false(kube_schema_knows("apps/v1beta1", "Deployment"));
    assert_false(kube_schema_knows("v1", "Deployment"));
    assert_false(kube_schema_knows("cert-manager.io/v1", "Certificate"));
    assert_false(kube_schema_knows("v1", NULL));
    assert_false(kube_schema_knows(NULL, "ConfigMap"));
}

static void test_schema_is_atomic__names__those_that_are_so_everywhere(maybe_unused void **state)
{
    /* The first, the last and some between: the table has to be sorted. */
    static const char *const yes[] = {"accessModes", "args",     "nodeSelector",
                                      "rules",       "versions", "wwids"};
    /* One kind has each of them as a granular list or map. */
    static const char *const no[] = {
        "finalizers", "imagePullSecrets", "limits", "options", "port", "parameters",
        "env",        "labels",           "",       "zzz"};
    for (size_t i = 0; i < array_length(yes); i++)
        if (!kube_schema_is_atomic(yes[i]))
            fail_msg("%s", yes[i]);
    for (size_t i = 0; i < array_length(no); i++)
        if (kube_schema_is_atomic(no[i]))
            fail_msg("%s", no[i]);
}

static void test_schema_defaults__member_name_and_text__all_must_fit(maybe_unused void **state)
{
    assert_true(kube_schema_is_default("fieldRef", "apiVersion", "v1"));
    assert_true(kube_schema_is_default("rules", "scope", "*"));
    assert_false(kube_schema_is_default("fieldRef", "apiVersion", "v2"));
    assert_false(kube_schema_is_default("fieldRef", "apiVersion", NULL));
    assert_false(kube_schema_is_default("roleRef", "apiVersion", "v1"));
    assert_false(kube_schema_is_default("fieldRef", "fieldPath", "v1"));
    assert_string_equal(kube_schema_key_default("protocol"), "TCP");
    assert_null(kube_schema_key_default("port"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_schema_knows__built_in_kinds_alone__true),
        cmocka_unit_test(test_schema_is_atomic__names__those_that_are_so_everywhere),
        cmocka_unit_test(test_schema_defaults__member_name_and_text__all_must_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
