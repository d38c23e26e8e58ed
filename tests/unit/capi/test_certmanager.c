#include "capi/certmanager.h"

#include "capi/resource.h"
#include "unit/kube/scene.h"

#define KEY    "cert-manager.clusterctl.cluster.x-k8s.io/version"
#define LEGACY "certmanager.clusterctl.cluster.x-k8s.io/version"

/* A listing of Deployments with these annotations as JSON; NULL ends. */
static void fill(struct capi_cert_manager_state *state, const char *const *annotations,
                 const char *kind)
{
    *state = (struct capi_cert_manager_state){0};
    for (; *annotations; annotations++) {
        struct capi_listing *listing = &state->listing;
        listing->objects =
            xreallocarray(listing->objects, listing->count + 1, sizeof(*listing->objects));
        kube_object_init_take(&listing->objects[listing->count++],
                              json_pack("{ss ss s{ss so}}", "apiVersion", "apps/v1", "kind", kind,
                                        "metadata", "name", "x", "annotations",
                                        json_from(*annotations)));
    }
}

struct row {
    const char *annotation;
    size_t count; /* of the manifest */
    bool upgrade;
    const char *version;
};

static void test_cert_manager_judge__every_case__as_clusterctl(maybe_unused void **state)
{
    static const struct row rows[] = {
        {"{'" KEY "':'v1.20.0'}", 1, false, "v1.20.0"},
        {"{'" KEY "':'v1.19.1'}", 1, true, "v1.19.1"},
        {"{'" KEY "':'v1.21.0'}", 1, false, "v1.21.0"},
        {"{'" KEY "':'v1.20.0'}", 2, true, "v1.20.0"},
        {"{}", 1, true, "v0.11.0"},
        {"{'" LEGACY "':'v1.20.0'}", 1, true, "v0.11.0"},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        const char *const annotations[] = {rows[i].annotation, NULL};
        struct capi_cert_manager_state found;
        struct error *err = NULL;
        fill(&found, annotations, "Deployment");
        assert_int_equal(capi_cert_manager_judge(&found, "v1.20.0", rows[i].count,
                                                 capi_generation_find("v1beta2"), &err),
                         0);
        assert_int_equal(found.upgrade, rows[i].upgrade);
        assert_string_equal(found.version, rows[i].version);
        capi_cert_manager_clear(&found);
    }
}

static void
test_cert_manager_judge__legacy_annotation__counts_for_the_old(maybe_unused void **state)
{
    const char *const annotations[] = {"{'" LEGACY "':'v1.20.0'}", NULL};
    struct capi_cert_manager_state found;
    struct error *err = NULL;
    fill(&found, annotations, "Deployment");
    assert_int_equal(
        capi_cert_manager_judge(&found, "v1.20.0", 1, capi_generation_find("v1beta1"), &err), 0);
    assert_false(found.upgrade);
    capi_cert_manager_clear(&found);
}

static void test_cert_manager_judge__endpoints__do_not_count(maybe_unused void **state)
{
    const char *const annotations[] = {"{}", "{}", NULL};
    struct capi_cert_manager_state found;
    struct error *err = NULL;
    fill(&found, annotations, "EndpointSlice");
    assert_int_equal(
        capi_cert_manager_judge(&found, "v1.20.0", 0, capi_generation_find("v1beta2"), &err), 0);
    assert_false(found.upgrade);
    capi_cert_manager_clear(&found);
}

static void test_cert_manager_judge__nonsense__is_an_error(maybe_unused void **state)
{
    const char *const annotations[] = {"{'" KEY "':'abc'}", NULL};
    struct capi_cert_manager_state found;
    struct error *err = NULL;
    fill(&found, annotations, "Deployment");
    assert_int_equal(
        capi_cert_manager_judge(&found, "v1.20.0", 1, capi_generation_find("v1beta2"), &err), -1);
    assert_error(&err, ERROR_USAGE, "failed to parse version [abc] for cert-manager component");
    assert_int_equal(capi_cert_manager_judge(&found, "x", 1, capi_generation_find("v1beta2"), &err),
                     -1);
    assert_error(&err, ERROR_USAGE, "failed to parse config version [x]");
    capi_cert_manager_clear(&found);
}

#define WORKLOAD(IMAGE)                                                                            \
    "{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"metadata\":{\"name\":\"x\"},\"spec\":{" \
    "\"template\":{\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"" IMAGE "\"}]}}}}"

static void test_cert_manager_compare__other_images__demand_the_upgrade(maybe_unused void **state)
{
    static const struct {
        const char *generation, *wanted; /* version */
        bool upgrade;
        const char *there; /* image */
        size_t requests;
    } rows[] = {
        {"v1beta2", "v1.20.0", false, WORKLOAD("reg/c:1"), 1},
        {"v1beta2", "v1.20.0", true, WORKLOAD("old/c:1"), 1},
        {"v1beta2", "v1.19.0", false, WORKLOAD("old/c:1"), 0}, /* a newer one is there */
        {"v1beta1", "v1.20.0", false, WORKLOAD("old/c:1"), 0},
    };
    json_auto_t *manifest = json_pack("[o]", json_loads(WORKLOAD("reg/c:1"), 0, NULL));
    for (size_t i = 0; i < array_length(rows); i++) {
        const struct fake_reply script[] = {
            {.when = "GET /apis/apps/v1/namespaces/n/deployments/x", .body = rows[i].there}};
        const struct capi_generation *generation = capi_generation_find(rows[i].generation);
        const char *const annotations[] = {"{'" KEY "':'v1.20.0'}", NULL};
        struct capi_cert_manager_state found;
        struct error *err = NULL;
        struct scene scene;
        scene_begin(&scene, script, array_length(script), 0);
        fill(&found, annotations, "Deployment");
        found.listing.objects[0].namespace_ = "n";
        found.listing.objects[0].resource = capi_resource_deployment;
        assert_int_equal(capi_cert_manager_judge(&found, rows[i].wanted, 1, generation, &err), 0);
        assert_int_equal(
            capi_cert_manager_compare(&found, scene.client, manifest, generation, &err), 0);
        assert_no_error(err);
        if (found.upgrade != rows[i].upgrade)
            fail_msg("row %zu: %d", i, found.upgrade);
        assert_string_equal(found.version, "v1.20.0");
        assert_int_equal(fake_server_requests(scene.server), rows[i].requests);
        capi_cert_manager_clear(&found);
        scene_end(&scene);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cert_manager_judge__every_case__as_clusterctl),
        cmocka_unit_test(test_cert_manager_judge__legacy_annotation__counts_for_the_old),
        cmocka_unit_test(test_cert_manager_judge__endpoints__do_not_count),
        cmocka_unit_test(test_cert_manager_judge__nonsense__is_an_error),
        cmocka_unit_test(test_cert_manager_compare__other_images__demand_the_upgrade),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
