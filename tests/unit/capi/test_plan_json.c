#include "unit/capi/plan_scene.h"

static void test_json__of_plans__says_which_this_generation_may_carry_out(void **state)
{
    (void)state;
    struct capi_plan items[3] = {{.contract = xstrdup("v1beta1")},
                                 {.contract = xstrdup("v1beta2")},
                                 {.contract = xstrdup("v1beta2")}};
    const struct capi_plans plans = {items, 3};
    add_upgrade(&items[0], CAPI_CORE, "cluster-api", "v1.9.6", "v1.10.10");
    add_upgrade(&items[0], CAPI_BOOTSTRAP, "kubeadm", "v1.9.6", NULL);
    add_upgrade(&items[1], CAPI_CORE, "cluster-api", "v1.9.6", "v1.12.3");
    add_upgrade(&items[2], CAPI_CORE, "cluster-api", "v1.9.6", NULL);
    json_auto_t *data = capi_plan_json(&plans, capi_generation_find("v1beta2"));
    assert_json(json_array_get(data, 1),
                "{'contract': 'v1beta2', 'upgradable': true, 'providers': [{'name': 'cluster-api',"
                " 'namespace': 'n', 'type': 'CoreProvider', 'label': 'cluster-api',"
                " 'current_version': 'v1.9.6', 'next_version': 'v1.12.3'}]}");
    assert_json(json_array_get(data, 2),
                "{'contract': 'v1beta2', 'upgradable': false, 'providers': [{'name': 'cluster-api',"
                " 'namespace': 'n', 'type': 'CoreProvider', 'label': 'cluster-api',"
                " 'current_version': 'v1.9.6', 'next_version': null}]}");
    for (size_t i = 0; i < 3; i++)
        capi_plan_clear(&items[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json__of_plans__says_which_this_generation_may_carry_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
