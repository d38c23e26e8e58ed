#include "unit/capi/plan_scene.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        sandbox_test(test_086__listed_providers__are_planned_in_order),
        sandbox_test(test_087__references_without_namespace__are_looked_up),
        sandbox_test(test_088__an_infrastructure_alone_on_an_old_core__is_refused),
        sandbox_test(test_089__a_compatible_provider_that_is_not_listed__may_stay),
        sandbox_test(test_custom__of_a_wrong_contract__is_refused),
        sandbox_test(test_custom__of_a_contract_that_nothing_knows__is_refused),
        sandbox_test(test_090__a_provider_that_is_not_installed__is_refused),
        sandbox_test(test_custom__of_a_version_without_series__is_refused),
        sandbox_test(test_097__the_version_that_is_there__can_be_dropped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
