#include "capi/plan.h"
#include "unit/capi/world.h"

/* Repositories with several versions of core, kubeadm and openstack. */
static void open_releases(struct world *world, void **state, const char *contract)
{
    static const char *const cores[] = {"v1.9.6", "v1.10.10", "v1.11.6", "v1.12.3", "v1.12.4-rc.1"};
    static const char *const infras[] = {"v0.12.2", "v0.14.4", "v0.15.0"};
    for (size_t i = 0; i < array_length(cores); i++) {
        world_release(state, "cluster-api", cores[i], WORLD_CORE_SERIES, NULL, NULL);
        world_release(state, "bootstrap-kubeadm", cores[i], WORLD_CORE_SERIES, NULL, NULL);
    }
    for (size_t i = 0; i < array_length(infras); i++)
        world_release(state, "infrastructure-openstack", infras[i], WORLD_INFRA_SERIES, NULL, NULL);
    world_open(world, state, NULL, contract);
}

static void install(struct capi_entries *installed, const char *core, const char *infra)
{
    capi_entries_add(installed, CAPI_INFRASTRUCTURE, "openstack", "capo-system", infra);
    capi_entries_add(installed, CAPI_BOOTSTRAP, "kubeadm", "capi-kubeadm", core);
    capi_entries_add(installed, CAPI_CORE, "cluster-api", "capi-system", core);
}

/* "label: current->next" of each item. */
static char *plan_text(const struct capi_plan *plan)
{
    auto_strv struct strv items = {0};
    for (size_t i = 0; i < plan->count; i++) {
        const struct capi_upgrade *item = &plan->items[i];
        auto_free char *label = capi_entry_label(&item->current);
        strv_printf(&items, "%s: %s->%s", label, item->current.version,
                    item->next ? item->next : "none");
    }
    auto_free char *joined = strv_join(&items, ", ");
    return xasprintf("%s {%s}", plan->contract, joined);
}

static void assert_plan(const struct capi_plan *plan, const char *want)
{
    auto_free char *text = plan_text(plan);
    assert_string_equal(text, want);
}

/* REFS: "core=cluster-api:v1 infra=openstack:v2 boot=kubeadm:v3". */
static void add_refs(struct capi_refs *refs, const char *text)
{
    static const struct row {
        const char *key;
        enum capi_type type;
    } rows[] = {{"core=", CAPI_CORE}, {"infra=", CAPI_INFRASTRUCTURE}, {"boot=", CAPI_BOOTSTRAP}};
    auto_error struct error *err = NULL;
    auto_strv struct strv words = {0};
    strv_split(&words, text, ' ');
    for (size_t i = 0; i < words.count; i++)
        for (size_t j = 0; j < array_length(rows); j++)
            if (str_after(words.items[i], rows[j].key))
                assert_ok(capi_refs_add_upgrade(refs, rows[j].type,
                                                str_after(words.items[i], rows[j].key), &err),
                          &err);
}

/* The plan of REFS for a cluster with CORE and INFRA, or its error. */
static void check_custom(void **state, const char *contract, const char *core, const char *infra,
                         const char *refs_text, const char *want, const char *message)
{
    auto_world struct world world = {0};
    auto_capi_entries struct capi_entries installed = {0};
    auto_capi_refs struct capi_refs refs = {0};
    auto_capi_plan struct capi_plan plan = {0};
    auto_error struct error *err = NULL;
    open_releases(&world, state, contract);
    install(&installed, core, infra);
    add_refs(&refs, refs_text);
    int result = capi_plan_custom(world.repositories, &installed, &refs, &plan, &err);
    if (want) {
        assert_ok(result, &err);
        assert_plan(&plan, want);
        return;
    }
    assert_int_equal(result, -1);
    assert_error_text(&err, ERROR_USAGE, message);
    assert_null(plan.items);
}

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

static void test_086__listed_providers__are_planned_in_order(void **state)
{
    check_custom(state, "v1beta2", "v1.10.10", "v0.12.2",
                 "infra=capo-system/openstack:v0.14.4 boot=capi-kubeadm/kubeadm:v1.12.3 "
                 "core=capi-system/cluster-api:v1.12.3",
                 "v1beta2 {cluster-api: v1.10.10->v1.12.3, bootstrap-kubeadm: v1.10.10->v1.12.3, "
                 "infrastructure-openstack: v0.12.2->v0.14.4}",
                 NULL);
}

static void test_087__references_without_namespace__are_looked_up(void **state)
{
    check_custom(state, "v1beta2", "v1.12.3", "v0.12.2", "infra=openstack:v0.14.4",
                 "v1beta2 {infrastructure-openstack: v0.12.2->v0.14.4}", NULL);
}

static void test_088__an_infrastructure_alone_on_an_old_core__is_refused(void **state)
{
    check_custom(state, "v1beta2", "v1.10.10", "v0.12.2", "infra=openstack:v0.14.4", NULL,
                 "current version of clusterctl could only upgrade the core provider to v1beta2 "
                 "contract version, requested v1beta1");
    check_custom(state, "v1beta1", "v1.12.3", "v0.12.2", "infra=openstack:v0.14.4", NULL,
                 "current version of clusterctl could only upgrade to v1beta1 contract, requested "
                 "v1beta2");
}

static void test_089__a_compatible_provider_that_is_not_listed__may_stay(void **state)
{
    check_custom(state, "v1beta2", "v1.10.10", "v0.12.2", "core=cluster-api:v1.12.3",
                 "v1beta2 {cluster-api: v1.10.10->v1.12.3}", NULL);
    check_custom(state, "v1beta1", "v1.9.6", "v0.15.0", "core=cluster-api:v1.10.10", NULL,
                 "unable to complete that upgrade: the provider "
                 "capo-system/infrastructure-openstack supports the v1beta2 API Version of Cluster "
                 "API (contract), while the management cluster is being updated to v1beta1. Please "
                 "include the capo-system/infrastructure-openstack provider in the upgrade");
}

static void test_custom__of_a_wrong_contract__is_refused(void **state)
{
    check_custom(state, "v1beta1", "v1.9.6", "v0.12.2", "infra=openstack:v0.15.0", NULL,
                 "unable to complete that upgrade: the target version for the provider "
                 "capo-system/infrastructure-openstack supports the v1beta2 API Version of Cluster "
                 "API (contract), while the management cluster is using v1beta1");
}

static void test_custom__of_a_contract_that_nothing_knows__is_refused(void **state)
{
    world_release(state, "infrastructure-openstack", "v0.99.0",
                  "- {major: 0, minor: 99, contract: v9}\n- {major: 0, minor: 98, contract: v9}\n",
                  NULL, NULL);
    check_custom(state, "v1beta2", "v1.12.3", "v0.12.2", "infra=openstack:v0.99.0", NULL,
                 "unable to perform upgrade: the target version for the provider "
                 "capo-system/infrastructure-openstack implements the v9 contract version, while "
                 "the core provider supports v1beta1,v1beta2 contract versions");
    check_custom(
        state, "v1beta2", "v1.12.3", "v0.99.0", "core=cluster-api:v1.12.3", NULL,
        "unable to perform upgrade: the provider capo-system/infrastructure-openstack "
        "implements the v9 contract version, while the core provider is getting updated to "
        "a version that supports v1beta1,v1beta2 contract versions. Please include the "
        "capo-system/infrastructure-openstack provider in the upgrade");
}

static void test_090__a_provider_that_is_not_installed__is_refused(void **state)
{
    check_custom(state, "v1beta2", "v1.12.3", "v0.12.2", "infra=aws:v2.0.0", NULL,
                 "unable to perform upgrade: the provider /infrastructure-aws in not part of the "
                 "management cluster");
    check_custom(state, "v1beta2", "v1.12.3", "v0.12.2", "infra=other/openstack:v0.14.4", NULL,
                 "unable to perform upgrade: the provider other/infrastructure-openstack in not "
                 "part of the management cluster");
    check_custom(state, "v1beta1", "v1.10.10", "v0.12.2", "infra=aws:v2.0.0", NULL,
                 "unable to complete that upgrade: the provider /infrastructure-aws in not part of "
                 "the management cluster");
}

static void test_custom__of_a_version_without_series__is_refused(void **state)
{
    world_release(state, "infrastructure-openstack", "v0.13.0", WORLD_INFRA_SERIES, NULL, NULL);
    check_custom(state, "v1beta2", "v1.12.3", "v0.12.2", "infra=openstack:v0.13.0", NULL,
                 "invalid target version: version v0.13.0 for the provider "
                 "capo-system/infrastructure-openstack does not match any release series");
}

static void test_097__the_version_that_is_there__can_be_dropped(void **state)
{
    auto_world struct world world = {0};
    auto_capi_entries struct capi_entries installed = {0};
    auto_capi_refs struct capi_refs refs = {0};
    auto_capi_plan struct capi_plan plan = {0};
    auto_error struct error *err = NULL;
    open_releases(&world, state, "v1beta2");
    install(&installed, "v1.12.3", "v0.12.2");
    add_refs(&refs, "core=cluster-api:v1.12.3 infra=openstack:v0.14.4");
    assert_ok(capi_plan_custom(world.repositories, &installed, &refs, &plan, &err), &err);
    assert_plan(&plan, "v1beta2 {cluster-api: v1.12.3->v1.12.3, infrastructure-openstack: "
                       "v0.12.2->v0.14.4}");
    capi_plan_drop_current(&plan);
    assert_plan(&plan, "v1beta2 {infrastructure-openstack: v0.12.2->v0.14.4}");
}

static void add_upgrade(struct capi_plan *plan, enum capi_type type, const char *name,
                        const char *current, const char *next)
{
    auto_capi_entries struct capi_entries entries = {0};
    capi_entries_add(&entries, type, name, "n", current);
    plan->items = xreallocarray(plan->items, plan->count + 1, sizeof(*plan->items));
    plan->items[plan->count++] =
        (struct capi_upgrade){capi_entry_dup(&entries.items[0]), next ? xstrdup(next) : NULL};
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
        sandbox_test(test_all__of_a_cluster__has_a_plan_for_each_contract),
        sandbox_test(test_all__where_a_provider_has_nothing_newer__drops_other_contracts),
        sandbox_test(test_all__without_providers__is_empty),
        sandbox_test(test_095__a_version_without_series__is_named),
        sandbox_test(test_all__of_an_unknown_current_version__is_named),
        sandbox_test(test_all__of_an_empty_repository__says_so),
        sandbox_test(test_092__a_contract_with_everything_current__has_nothing_to_do),
        sandbox_test(test_contract__with_one_provider_behind__holds_that_one),
        sandbox_test(test_093__another_contract_than_the_own__is_refused),
        sandbox_test(test_086__listed_providers__are_planned_in_order),
        sandbox_test(test_087__references_without_namespace__are_looked_up),
        sandbox_test(test_088__an_infrastructure_alone_on_an_old_core__is_refused),
        sandbox_test(test_089__a_compatible_provider_that_is_not_listed__may_stay),
        sandbox_test(test_custom__of_a_wrong_contract__is_refused),
        sandbox_test(test_custom__of_a_contract_that_nothing_knows__is_refused),
        sandbox_test(test_090__a_provider_that_is_not_installed__is_refused),
        sandbox_test(test_custom__of_a_version_without_series__is_refused),
        sandbox_test(test_097__the_version_that_is_there__can_be_dropped),
        sandbox_test(test_096__more_than_three_minors__are_refused_for_cluster_api),
        sandbox_test(test_098__two_instances__are_refused),
        sandbox_test(test_json__of_plans__says_which_this_generation_may_carry_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
