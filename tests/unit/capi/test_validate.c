#include "capi/validate.h"
#include "unit/capi/world.h"

/* Components that are enough for validation. */
static struct capi_components components_of(enum capi_type type, const char *name,
                                            const char *namespace_, const char *version)
{
    return (struct capi_components){
        .type = type,
        .name = xstrdup(name),
        .label = capi_label(type, name),
        .version = xstrdup(version),
        .target_namespace = xstrdup(namespace_),
        .objects = json_array(),
    };
}

struct queue {
    struct capi_components items[5];
    size_t count;
};

static void queue_add(struct queue *queue, enum capi_type type, const char *name,
                      const char *version)
{
    queue->items[queue->count++] = components_of(type, name, "ns", version);
}

static void queue_clear(struct queue *queue)
{
    for (size_t i = 0; i < queue->count; i++)
        capi_components_clear(&queue->items[i]);
    *queue = (struct queue){0};
}
#define auto_queue cleanup_with(queue_clear)

static void open_releases(struct world *world, void **state, const char *contract)
{
    static const char *const cores[] = {"v1.10.10", "v1.12.3", "v9.9.9"};
    static const char *const infras[] = {"v0.12.2", "v0.15.0"};
    for (size_t i = 0; i < array_length(cores); i++) {
        world_release(state, "cluster-api", cores[i], WORLD_CORE_SERIES, NULL, NULL);
        world_release(state, "bootstrap-kubeadm", cores[i], WORLD_CORE_SERIES, NULL, NULL);
    }
    for (size_t i = 0; i < array_length(infras); i++)
        world_release(state, "infrastructure-openstack", infras[i], WORLD_INFRA_SERIES, NULL, NULL);
    world_open(world, state, NULL, contract);
}

static int validate(struct world *world, const struct capi_entries *installed,
                    const struct queue *queue, struct error **err)
{
    return capi_validate_install(world->repositories, installed, queue->items, queue->count, err);
}

/* The error of installing the core provider and openstack at these versions on nothing. */
static void check_pair(void **state, const char *contract, const char *core, const char *infra,
                       const char *message)
{
    auto_world struct world world = {0};
    auto_queue struct queue queue = {0};
    auto_error struct error *err = NULL;
    const struct capi_entries none = {0};
    open_releases(&world, state, contract);
    queue_add(&queue, CAPI_CORE, "cluster-api", core);
    queue_add(&queue, CAPI_INFRASTRUCTURE, "openstack", infra);
    int result = validate(&world, &none, &queue, &err);
    if (!message) {
        assert_ok(result, &err);
        return;
    }
    assert_int_equal(result, -1);
    assert_error(&err, ERROR_USAGE, message);
}

static void test_061__an_installed_provider_at_another_version__is_refused(void **state)
{
    auto_world struct world world = {0};
    auto_queue struct queue queue = {0};
    auto_capi_entries struct capi_entries installed = {0};
    auto_error struct error *err = NULL;
    open_releases(&world, state, "v1beta2");
    capi_entries_add(&installed, CAPI_CORE, "cluster-api", "capi-system", "v1.12.3");
    capi_entries_add(&installed, CAPI_INFRASTRUCTURE, "openstack", "capo-system", "v0.15.0");
    capi_entries_add(&installed, CAPI_INFRASTRUCTURE, "openstack", "other", "v0.15.0");
    queue_add(&queue, CAPI_INFRASTRUCTURE, "openstack", "v0.12.2");
    assert_int_equal(validate(&world, &installed, &queue, &err), -1);
    assert_error_text(
        &err, ERROR_USAGE,
        "installing provider \"infrastructure-openstack\" can lead to a non "
        "functioning management cluster: there is already an instance of the "
        "\"infrastructure-openstack\" provider installed in the \"capo-system, other\" "
        "namespace");
}

static void test_064__another_provider_beside_the_installed_core__is_fine(void **state)
{
    auto_world struct world world = {0};
    auto_queue struct queue queue = {0};
    auto_capi_entries struct capi_entries installed = {0};
    auto_error struct error *err = NULL;
    open_releases(&world, state, "v1beta2");
    capi_entries_add(&installed, CAPI_CORE, "cluster-api", "capi-system", "v1.12.3");
    capi_entries_add(&installed, CAPI_IPAM, "nowhere", "x", "v1.0.0");
    queue_add(&queue, CAPI_INFRASTRUCTURE, "openstack", "v0.12.2");
    assert_ok(validate(&world, &installed, &queue, &err), &err);
}

static void test_065__a_newer_contract_for_an_older_clusterctl__is_refused(void **state)
{
    check_pair(state, "v1beta1", "v1.12.3", "v0.12.2",
               "current version of clusterctl is only compatible with v1beta1 providers, detected "
               "v1beta2 for provider cluster-api");
}

static void test_066__an_older_infrastructure_for_a_newer_core__is_fine(void **state)
{
    check_pair(state, "v1beta2", "v1.12.3", "v0.12.2", NULL);
    check_pair(state, "v1beta1", "v1.10.10", "v0.12.2", NULL);
}

static void test_067__a_newer_provider_for_an_older_core__is_refused(void **state)
{
    check_pair(state, "v1beta2", "v1.10.10", "v0.12.2", NULL);
    check_pair(state, "v1beta2", "v1.10.10", "v0.15.0",
               "installing provider \"infrastructure-openstack\" could lead to a non functioning "
               "management cluster: the target version for the provider implements the v1beta2 "
               "contract version, while the core provider is compatible with v1beta1 contract "
               "versions");
}

static void test_069__not_exactly_one_core__is_refused(void **state)
{
    auto_world struct world world = {0};
    auto_world struct world old = {0};
    auto_queue struct queue queue = {0};
    auto_capi_entries struct capi_entries installed = {0};
    const struct capi_entries none = {0};
    auto_error struct error *err = NULL;
    open_releases(&world, state, "v1beta2");
    open_releases(&old, state, "v1beta1");
    capi_entries_add(&installed, CAPI_CORE, "cluster-api", "a", "v1.12.3");
    capi_entries_add(&installed, CAPI_CORE, "cluster-api", "b", "v1.12.3");
    queue_add(&queue, CAPI_INFRASTRUCTURE, "openstack", "v0.12.2");
    assert_int_equal(validate(&world, &installed, &queue, &err), -1);
    assert_error_text(&err, ERROR_USAGE,
                      "invalid management cluster: there must be one core provider, found 2");
    assert_int_equal(validate(&old, &none, &queue, &err), -1);
    assert_error_text(&err, ERROR_USAGE,
                      "invalid management cluster: there should a core provider, found 0");
}

static void test_022__a_version_without_series__lists_those_there_are(void **state)
{
    check_pair(state, "v1beta2", "v9.9.9", "v0.12.2",
               "invalid provider metadata: version v9.9.9 for the provider ns/cluster-api does not "
               "match any release series. Available series: [1.9, 1.10, 1.11, 1.12]. This usually "
               "means the release tag lacks an updated metadata.yaml or the repository URL is "
               "stale.");
    auto_error struct error *err = NULL;
    auto_world struct world world = {0};
    auto_queue struct queue queue = {0};
    const struct capi_entries none = {0};
    open_releases(&world, state, "v1beta1");
    queue_add(&queue, CAPI_CORE, "cluster-api", "v9.9.9");
    assert_int_equal(validate(&world, &none, &queue, &err), -1);
    assert_error_text(&err, ERROR_USAGE,
                      "invalid provider metadata: version v9.9.9 for the provider ns/cluster-api "
                      "does not match any release series");
}

static void test_019__missing_metadata__says_where_to_look(void **state)
{
    auto_world struct world world = {0};
    auto_queue struct queue queue = {0};
    const struct capi_entries none = {0};
    auto_error struct error *err = NULL;
    open_releases(&world, state, "v1beta2");
    queue_add(&queue, CAPI_CORE, "cluster-api", "v1.12.9");
    assert_int_equal(validate(&world, &none, &queue, &err), -1);
    assert_error(&err, ERROR_NOT_FOUND,
                 "failed to fetch metadata for provider \"cluster-api\" (version v1.12.9). Check "
                 "that the release tag exists and the repository URL is correct — the project may "
                 "have moved or the tag may be missing metadata.yaml: failed to read "
                 "\"metadata.yaml\" from the repository for provider \"cluster-api\": ");
}

static void test_validate__of_a_version_that_is_none__names_the_instance(void **state)
{
    check_pair(
        state, "v1beta2", "v1.12.3", "latest",
        "failed to parse current version for the ns/infrastructure-openstack provider: could "
        "not parse \"latest\" as version");
}

static void test_070__a_wrong_name_of_a_definition__comes_last(void **state)
{
    auto_world struct world world = {0};
    auto_queue struct queue queue = {0};
    const struct capi_entries none = {0};
    auto_error struct error *err = NULL;
    open_releases(&world, state, "v1beta2");
    queue_add(&queue, CAPI_CORE, "cluster-api", "v1.12.3");
    json_array_append_new(
        queue.items[0].objects,
        json_of("{'kind': 'CustomResourceDefinition', 'metadata': {'name': 'foo.x'"
                "}, 'spec': {'group': 'x', 'names': {'kind': 'Bar'}}}"));
    assert_int_equal(validate(&world, &none, &queue, &err), -1);
    assert_error(&err, ERROR_USAGE, "ERROR: CRD name \"foo.x\" is invalid");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        sandbox_test(test_061__an_installed_provider_at_another_version__is_refused),
        sandbox_test(test_064__another_provider_beside_the_installed_core__is_fine),
        sandbox_test(test_065__a_newer_contract_for_an_older_clusterctl__is_refused),
        sandbox_test(test_066__an_older_infrastructure_for_a_newer_core__is_fine),
        sandbox_test(test_067__a_newer_provider_for_an_older_core__is_refused),
        sandbox_test(test_069__not_exactly_one_core__is_refused),
        sandbox_test(test_022__a_version_without_series__lists_those_there_are),
        sandbox_test(test_019__missing_metadata__says_where_to_look),
        sandbox_test(test_validate__of_a_version_that_is_none__names_the_instance),
        sandbox_test(test_070__a_wrong_name_of_a_definition__comes_last),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
