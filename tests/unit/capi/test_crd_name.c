#include "capi/crd_name.h"
#include "unit/capi/support.h"

static void test_plural__of_kinds__follows_english(void **state)
{
    (void)state;
    static const struct row {
        const char *kind, *want;
    } rows[] = {
        {"OpenStackCluster", "openstackclusters"},
        {"ClusterClass", "clusterclasses"},
        {"MachineHealthCheck", "machinehealthchecks"},
        {"Policy", "policies"},
        {"Key", "keys"},
        {"IPAddress", "ipaddresses"},
        {"Box", "boxes"},
        {"Match", "matches"},
        {"Y", "ys"},
        {"Wish", "wishes"},
        {"Fizz", "fizzes"},
        {"", "s"},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_free char *plural = capi_plural(rows[i].kind);
        assert_string_equal(plural, rows[i].want);
    }
}

#define DEFINITION(NAME, REST)                                                                     \
    "{'kind': 'CustomResourceDefinition', 'metadata': {'name': '" NAME "'" REST                    \
    "}, 'spec': {'group': 'x', 'names': {'kind': 'Bar'}}}"

static void test_070__a_definition_with_a_wrong_name__is_refused_unless_annotated(void **state)
{
    (void)state;
    auto_error struct error *err = NULL;
    json_auto_t *good = json_of("[{'kind': 'Service'}, " DEFINITION("bars.x", "") "]");
    json_auto_t *bad = json_of("[" DEFINITION("foo.x", "") "]");
    json_auto_t *skipped = json_of("[" DEFINITION(
        "foo.x",
        ", 'annotations': {'clusterctl.cluster.x-k8s.io/skip-crd-name-preflight-check': ''}") "]");
    assert_ok(capi_crd_names_check(good, &err), &err);
    assert_ok(capi_crd_names_check(skipped, &err), &err);
    assert_int_equal(capi_crd_names_check(bad, &err), -1);
    assert_error(&err, ERROR_USAGE,
                 "ERROR: CRD name \"foo.x\" is invalid for a CRD referenced in a core Cluster API "
                 "CRD,it should be \"bars.x\".");
    json_auto_t *empty = json_of("[{'kind': 'CustomResourceDefinition'}]");
    assert_int_equal(capi_crd_names_check(empty, &err), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plural__of_kinds__follows_english),
        cmocka_unit_test(test_070__a_definition_with_a_wrong_name__is_refused_unless_annotated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
