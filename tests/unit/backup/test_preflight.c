/* What speaks against a restore, beside the objects. */
#include "support/unit.h"

#include <stdlib.h>

#include "backup/preflight_priv.h"
#include "json/js_get.h"
#include "unit/backup/world.h"

#define REVIEWS "POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
#define NONE    "{\"metadata\":{},\"items\":[]}"
#define ALLOWED "{\"status\":{\"allowed\":true}}"

#define PROVIDER(VERSION)                                                                          \
    "{\"items\":[{\"type\":\"CoreProvider\",\"providerName\":\"cluster-api\",\"version\":"         \
    "\"" VERSION "\"}]}"

static void with_providers(enum backup_providers check, const char *live, const char *problem,
                           const char *warning)
{
    const struct fake_reply script[] = {
        {.when = REVIEWS, .body = ALLOWED},
        {.when = "GET /apis/clusterctl.cluster.x-k8s.io/v1alpha3/providers", .body = live},
        {.when = "GET /api/v1/namespaces/magnum-system/secrets/", .body = "{\"kind\":\"Secret\"}"},
        {.when = "GET /api/v1/namespaces/kube-system", .body = "{\"metadata\":{\"uid\":\"live\"}}"},
        {.body = NONE},
    };
    struct world world;
    struct error *err = NULL;
    world_begin(&world, script, array_length(script));
    world.restore.options.providers = check;
    json_object_set_new(world.contents.manifest, "server",
                        json_pack("{ss}", "kube_system_uid", "saved"));
    json_object_set_new(world.contents.manifest, "providers",
                        json_pack("[{ss ss ss}]", "type", "CoreProvider", "provider_name",
                                  "cluster-api", "version", "v1.13.6"));
    assert_int_equal(backup_restore_preflight(&world.restore, &err), 0);
    assert_no_error(err);
    assert_int_equal(world.restore.problems.count, problem != NULL);
    assert_int_equal(world.restore.warnings.count, warning != NULL);
    if (problem)
        assert_string_equal(world.restore.problems.items[0], problem);
    if (warning)
        assert_string_equal(world.restore.warnings.items[0], warning);
    assert_string_equal(world.restore.notes.items[0], "the archive was made of another cluster");
    world_end(&world);
}

static void test_072__providers__have_to_be_there_in_no_older_version(void **state)
{
    (void)state;
    static const char missing[] =
        "the CoreProvider cluster-api v1.13.6 is not installed in the cluster";
    static const char old[] =
        "the CoreProvider cluster-api is older in the cluster, v1.13.5 instead of v1.13.6";
    with_providers(BACKUP_PROVIDERS_ERROR, PROVIDER("v1.13.6"), NULL, NULL);
    with_providers(BACKUP_PROVIDERS_ERROR, PROVIDER("v1.14.0"), NULL, NULL);
    with_providers(BACKUP_PROVIDERS_ERROR, PROVIDER("v1.13.5"), old, NULL);
    with_providers(BACKUP_PROVIDERS_ERROR, NONE, missing, NULL);
    with_providers(BACKUP_PROVIDERS_WARN, PROVIDER("v1.13.5"), NULL, old);
    with_providers(BACKUP_PROVIDERS_WARN, NONE, NULL, missing);
    with_providers(BACKUP_PROVIDERS_IGNORE, NONE, NULL, NULL);
}

static void test_072__kinds__have_to_be_served_and_of_the_same_scope(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {
        {.when = REVIEWS, .body = ALLOWED},
        {.when = "GET /api/v1/namespaces/magnum-system/secrets/", .body = "{\"kind\":\"Secret\"}"},
        {.when = "GET /api/v1/namespaces/kube-system", .status = 404, .body = "{}"},
        {.body = NONE},
    };
    struct world world;
    struct error *err = NULL;
    world_begin(&world, script, array_length(script));
    world.restore.items[0].unserved = true;
    world.restore.items[1].resource.namespaced = false;
    assert_int_equal(backup_restore_preflight(&world.restore, &err), 0);
    assert_int_equal(world.restore.problems.count, 2);
    assert_non_null(strstr(world.restore.problems.items[0], "the cluster does not serve "));
    assert_non_null(strstr(world.restore.problems.items[1],
                           " is cluster-scoped in the cluster, but not in the archive"));
    world_end(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_072__providers__have_to_be_there_in_no_older_version),
        cmocka_unit_test(test_072__kinds__have_to_be_served_and_of_the_same_scope),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
