#include "unit/capi/plan_scene.h"

static void test_all__of_a_cluster__has_a_plan_for_each_contract(void **state)
{
    auto_world struct world world = {0};
    auto_capi_entries struct capi_entries installed = {0};
    auto_capi_plans struct capi_plans plans = {0};
    auto_error struct error *err = NULL;
    open_releases(&world, state, "v1beta2");
    install(&installed, "v1.9.6", "v0.12.2");
    assert_ok(capi_plan_all(world.repositories, &installed, &plans, &err), &err);
    assert_int_equal(plans.count, 2);
    assert_plan(&plans.items[0],
                "v1beta1 {cluster-api: v1.9.6->v1.10.10, bootstrap-kubeadm: v1.9.6->v1.10.10, "
                "infrastructure-openstack: v0.12.2->v0.14.4}");
    assert_plan(&plans.items[1],
                "v1beta2 {cluster-api: v1.9.6->v1.12.3, bootstrap-kubeadm: v1.9.6->v1.12.3, "
                "infrastructure-openstack: v0.12.2->v0.15.0}");
}

static void test_all__where_a_provider_has_nothing_newer__drops_other_contracts(void **state)
{
    auto_world struct world world = {0};
    auto_capi_entries struct capi_entries installed = {0};
    auto_capi_plans struct capi_plans plans = {0};
    auto_error struct error *err = NULL;
    open_releases(&world, state, "v1beta2");
    install(&installed, "v1.10.10", "v0.15.0");
    assert_ok(capi_plan_all(world.repositories, &installed, &plans, &err), &err);
    assert_int_equal(plans.count, 1);
    assert_plan(&plans.items[0],
                "v1beta1 {cluster-api: v1.10.10->none, bootstrap-kubeadm: v1.10.10->none, "
                "infrastructure-openstack: v0.15.0->none}");
}

static void test_all__without_providers__is_empty(void **state)
{
    auto_world struct world world = {0};
    auto_capi_entries struct capi_entries installed = {0};
    auto_capi_plans struct capi_plans plans = {0};
    auto_error struct error *err = NULL;
    open_releases(&world, state, "v1beta2");
    assert_ok(capi_plan_all(world.repositories, &installed, &plans, &err), &err);
    assert_int_equal(plans.count, 0);
    capi_entries_add(&installed, CAPI_IPAM, "x", "n", "v1.0.0");
    assert_int_equal(capi_plan_all(world.repositories, &installed, &plans, &err), -1);
    assert_error(&err, ERROR_USAGE, "there must be one core provider, found 0");
}

static void test_095__a_version_without_series__is_named(void **state)
{
    auto_world struct world world = {0};
    auto_capi_entries struct capi_entries installed = {0};
    auto_capi_plans struct capi_plans plans = {0};
    auto_error struct error *err = NULL;
    open_releases(&world, state, "v1beta2");
    world_release(state, "infrastructure-openstack", "v0.16.0", WORLD_INFRA_SERIES, NULL, NULL);
    install(&installed, "v1.9.6", "v0.12.2");
    assert_int_equal(capi_plan_all(world.repositories, &installed, &plans, &err), -1);
    assert_error_text(&err, ERROR_USAGE,
                      "invalid provider metadata: version v0.16.0 (one of the available versions) "
                      "for the provider capo-system/infrastructure-openstack does not match any "
                      "release series");
}

static void test_all__of_an_unknown_current_version__is_named(void **state)
{
    static const struct row {
        const char *version, *message;
    } rows[] = {
        {"v0.11.0", "invalid provider metadata: version v0.11.0 (the current version) for the "
                    "provider capo-system/infrastructure-openstack does not match any release "
                    "series"},
        {"x", "failed to parse current version for the capo-system/infrastructure-openstack "
              "provider: could not parse \"x\" as version"},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_world struct world world = {0};
        auto_capi_entries struct capi_entries installed = {0};
        auto_capi_plans struct capi_plans plans = {0};
        auto_error struct error *err = NULL;
        open_releases(&world, state, "v1beta2");
        install(&installed, "v1.9.6", rows[i].version);
        assert_int_equal(capi_plan_all(world.repositories, &installed, &plans, &err), -1);
        assert_error_text(&err, ERROR_USAGE, rows[i].message);
    }
}

static void test_all__of_an_empty_repository__says_so(void **state)
{
    auto_world struct world world = {0};
    auto_capi_entries struct capi_entries installed = {0};
    auto_capi_plans struct capi_plans plans = {0};
    auto_error struct error *err = NULL;
    sandbox_write(state, "repo/cluster-api/x", "");
    world_open(&world, state, NULL, NULL);
    capi_entries_add(&installed, CAPI_CORE, "cluster-api", "n", "v1.0.0");
    assert_int_equal(capi_plan_all(world.repositories, &installed, &plans, &err), -1);
    assert_error_text(&err, ERROR_NOT_FOUND,
                      "failed to get available versions for the n/cluster-api provider");
}

static void test_092__a_contract_with_everything_current__has_nothing_to_do(void **state)
{
    auto_world struct world world = {0};
    auto_capi_entries struct capi_entries installed = {0};
    auto_capi_plan struct capi_plan plan = {0};
    auto_error struct error *err = NULL;
    open_releases(&world, state, "v1beta2");
    install(&installed, "v1.12.3", "v0.15.0");
    assert_ok(capi_plan_contract(world.repositories, &installed, "v1beta2", &plan, &err), &err);
    assert_plan(&plan, "v1beta2 {}");
}

static void test_contract__with_one_provider_behind__holds_that_one(void **state)
{
    auto_world struct world world = {0};
    auto_capi_entries struct capi_entries installed = {0};
    auto_capi_plan struct capi_plan plan = {0};
    auto_error struct error *err = NULL;
    open_releases(&world, state, "v1beta2");
    install(&installed, "v1.12.3", "v0.14.4");
    assert_ok(capi_plan_contract(world.repositories, &installed, "v1beta2", &plan, &err), &err);
    assert_plan(&plan, "v1beta2 {infrastructure-openstack: v0.14.4->v0.15.0}");
}

static void test_093__another_contract_than_the_own__is_refused(void **state)
{
    auto_world struct world world = {0};
    auto_capi_entries struct capi_entries installed = {0};
    auto_capi_plan struct capi_plan plan = {0};
    auto_error struct error *err = NULL;
    open_releases(&world, state, "v1beta2");
    install(&installed, "v1.9.6", "v0.12.2");
    assert_int_equal(capi_plan_contract(world.repositories, &installed, "v1beta1", &plan, &err),
                     -1);
    assert_error_text(
        &err, ERROR_USAGE,
        "current version of clusterctl could only upgrade to v1beta2 contract, requested v1beta1");
}

static void test_096__more_than_three_minors__are_refused_for_cluster_api(void **state)
{
    (void)state;
    const struct capi_generation *old = capi_generation_find("v1beta1");
    const struct capi_generation *new = capi_generation_find("v1beta2");
    static const struct row {
        enum capi_type type;
        const char *name, *current, *next;
        bool fine;
    } rows[] = {
        {CAPI_CORE, "cluster-api", "v1.10.0", "v1.13.0", true},
        {CAPI_CORE, "cluster-api", "v1.10.0", "v1.14.0", false},
        {CAPI_CORE, "cluster-api", "v1.9.9", "v1.14.0", true},
        {CAPI_CORE, "cluster-api", "v1.10.0", NULL, true},
        {CAPI_BOOTSTRAP, "kubeadm", "v1.10.0", "v1.14.0", false},
        {CAPI_BOOTSTRAP, "rke2", "v1.10.0", "v1.14.0", true},
        {CAPI_CONTROL_PLANE, "kubeadm", "v1.10.0", "v1.14.0", false},
        {CAPI_INFRASTRUCTURE, "kubeadm", "v1.10.0", "v1.14.0", true},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_capi_plan struct capi_plan plan = {0};
        auto_error struct error *err = NULL;
        add_upgrade(&plan, rows[i].type, rows[i].name, rows[i].current, rows[i].next);
        assert_int_equal(capi_plan_check_skew(&plan, old, &err), 0);
        if (capi_plan_check_skew(&plan, new, &err) != (rows[i].fine ? 0 : -1))
            fail_msg("row %zu", i);
    }
    auto_capi_plan struct capi_plan plan = {0};
    auto_error struct error *err = NULL;
    add_upgrade(&plan, CAPI_CORE, "cluster-api", "v1.10.0", "v1.14.0");
    assert_int_equal(capi_plan_check_skew(&plan, new, &err), -1);
    assert_error_text(&err, ERROR_USAGE,
                      "upgrade for n/cluster-api provider can't skip more than 3 versions");
}

static void test_098__two_instances__are_refused(void **state)
{
    (void)state;
    auto_capi_entries struct capi_entries installed = {0};
    auto_error struct error *err = NULL;
    install(&installed, "v1.12.3", "v0.12.2");
    assert_ok(capi_plan_check_single(&installed, &err), &err);
    capi_entries_add(&installed, CAPI_INFRASTRUCTURE, "openstack", "other", "v0.12.2");
    assert_int_equal(capi_plan_check_single(&installed, &err), -1);
    assert_error_text(
        &err, ERROR_USAGE,
        "detected multiple instances of the same provider, but clusterctl does not support this "
        "use "
        "case. See https://cluster-api.sigs.k8s.io/developer/core/"
        "support-multiple-instances for more details: multiple instance of provider type "
        "\"infrastructure-openstack\" found: [capo-system/infrastructure-openstack "
        "other/infrastructure-openstack]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        sandbox_test(test_all__of_a_cluster__has_a_plan_for_each_contract),
        sandbox_test(test_all__where_a_provider_has_nothing_newer__drops_other_contracts),
        sandbox_test(test_all__without_providers__is_empty),
        sandbox_test(test_095__a_version_without_series__is_named),
        sandbox_test(test_all__of_an_unknown_current_version__is_named),
        sandbox_test(test_all__of_an_empty_repository__says_so),
        sandbox_test(test_092__a_contract_with_everything_current__has_nothing_to_do),
        sandbox_test(test_contract__with_one_provider_behind__holds_that_one),
        sandbox_test(test_093__another_contract_than_the_own__is_refused),
        sandbox_test(test_096__more_than_three_minors__are_refused_for_cluster_api),
        sandbox_test(test_098__two_instances__are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
