/* What is asked of the cluster before a restore, beside the objects: a scripted server answers. */
#include "support/unit.h"

#include "backup/extra.h"
#include "backup/preflight_priv.h"
#include "base/str.h"
#include "json/js_get.h"
#include "unit/backup/world.h"

/* ---- extra */

#define LIST(ITEMS)                                                                                \
    "{\"kind\":\"PartialObjectMetadataList\",\"apiVersion\":\"meta.k8s.io/v1\",\"metadata\":{},"   \
    "\"items\":[" ITEMS "]}"
#define META(NAME, REST)                                                                           \
    "{\"metadata\":{\"namespace\":\"magnum-system\",\"name\":\"" NAME "\"" REST "}}"

static void test_093__what_belongs_to_a_cluster_and_is_not_in_the_archive__is_extra(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {
        {.when = "GET /apis/cluster.x-k8s.io/v1beta2/namespaces/magnum-system/clusters",
         .body = LIST(META("one", "") "," META("two", ""))},
        {.when = "GET /apis/cluster.x-k8s.io/v1beta2/namespaces/magnum-system/machines",
         .body = LIST(META("m", "") "," META(
             "n", ",\"labels\":{\"cluster.x-k8s.io/cluster-name\":\"one\"}"))},
        {.when = "GET /api/v1/namespaces/magnum-system/secrets",
         .body = LIST(META("stray", "") "," META(
             "child",
             ",\"ownerReferences\":[{\"uid\":\"live-"
             "1\"}]") "," META("other",
                               ",\"labels\":{\"cluster.x-k8s.io/cluster-name\":\"two\"}"))},
    };
    struct world world;
    struct error *err = NULL;
    auto_buf struct buf names = {0};
    world_begin(&world, script, array_length(script));
    world.restore.items[0].uid = xstrdup("live-1");
    json_auto_t *list = json_array();
    int result = backup_extra(&world.restore, list, &err);
    assert_no_error(err);
    assert_int_equal(result, 0);
    size_t index = 0;
    json_t *each = NULL;
    json_array_foreach (list, index, each)
        buf_printf(&names, "%s %s %s;", js_str(each, "kind", NULL), js_str(each, "name", NULL),
                   js_str(each, "verdict", NULL));
    assert_non_null(strstr(buf_str(&names), "Machine n extra;"));
    assert_non_null(strstr(buf_str(&names), "Secret child extra;"));
    assert_int_equal(json_array_size(list), 2);
    assert_int_equal(fake_server_requests(world.server), 3);
    world_end(&world);
}

static void test_extra__lists_that_may_not_be_read__are_an_error(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {{.status = 403, .body = "{}"}};
    struct world world;
    struct error *err = NULL;
    world_begin(&world, script, array_length(script));
    json_auto_t *list = json_array();
    assert_int_equal(backup_extra(&world.restore, list, &err), -1);
    assert_int_equal(err->code, 403);
    error_clear(&err);
    world_end(&world);
}

/* ---- webhooks */

#define NONE  "{\"metadata\":{},\"items\":[]}"
#define HOOKS "GET /apis/admissionregistration.k8s.io/v1/"
#define CRDS  "GET /apis/apiextensions.k8s.io/v1/customresourcedefinitions?"
#define DEFINITION(KIND, CONFIG)                                                                   \
    "{\"metadata\":{\"name\":\"x\"},\"spec\":{\"group\":\"cluster.x-k8s.io\",\"names\":{\"kind\":" \
    "\"" KIND "\",\"plural\":\"x\"},\"conversion\":{\"strategy\":\"Webhook\",\"webhook\":{"        \
    "\"clientConfig\":{" CONFIG                                                                    \
    "\"service\":{\"name\":\"hook\",\"namespace\":\"capi-system\"}}}}}}"

static void converted(const char *definition, const char *slices, const char *problem)
{
    auto_free char *crds = xasprintf("{\"metadata\":{},\"items\":[%s]}", definition);
    const struct fake_reply script[] = {
        {.when = HOOKS, .body = NONE},
        {.when = CRDS, .body = crds},
        {.when = "GET /apis/discovery.k8s.io/v1/namespaces/capi-system/endpointslices?",
         .body = slices},
    };
    struct world world;
    struct error *err = NULL;
    world_begin(&world, script, array_length(script));
    int result = preflight_webhooks(&world.restore, &err);
    assert_no_error(err);
    assert_int_equal(result, 0);
    assert_int_equal(world.restore.problems.count, problem != NULL);
    if (problem)
        assert_string_equal(world.restore.problems.items[0], problem);
    world_end(&world);
}

static void test_072__kinds_that_nobody_can_convert__speak_against_a_restore(void **state)
{
    (void)state;
    static const char ready[] =
        "{\"metadata\":{},\"items\":[{\"endpoints\":[{\"conditions\":{\"ready\":true}}]}]}";
    converted(DEFINITION("Cluster", ""), NONE,
              "the webhooks of Service capi-system/hook have no certificate yet");
    converted(DEFINITION("Cluster", "\"caBundle\":\"Q0E=\","), NONE,
              "nobody answers for the webhooks of Service capi-system/hook");
    converted(DEFINITION("Cluster", "\"caBundle\":\"Q0E=\","), ready, NULL);
    converted(DEFINITION("MachinePool", ""), NONE, NULL); /* none is in the archive */
}

static void test_072__kinds_that_were_read_already__are_not_read_again(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {{.when = HOOKS, .body = NONE}};
    auto_capi_kinds struct capi_kinds kinds = {0};
    json_auto_t *definition = json_loads(DEFINITION("Cluster", ""), 0, NULL);
    struct world world;
    struct error *err = NULL;
    world_begin(&world, script, array_length(script));
    assert_int_equal(capi_kinds_add(&kinds, definition, &err), 0);
    world.restore.options.kinds = &kinds;
    assert_int_equal(preflight_webhooks(&world.restore, &err), 0);
    assert_int_equal(world.restore.problems.count, 1);
    assert_int_equal(fake_server_requests(world.server), 2);
    world_end(&world);
}

static void test_088__definitions_that_may_not_be_seen__are_a_warning(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {
        {.when = HOOKS, .body = NONE},
        {.when = CRDS, .status = 403, .body = "{}"},
    };
    struct world world;
    struct error *err = NULL;
    world_begin(&world, script, array_length(script));
    assert_int_equal(preflight_webhooks(&world.restore, &err), 0);
    assert_int_equal(world.restore.problems.count, 0);
    assert_int_equal(world.restore.warnings.count, 1);
    assert_non_null(strstr(world.restore.warnings.items[0], "were not looked at"));
    world_end(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_093__what_belongs_to_a_cluster_and_is_not_in_the_archive__is_extra),
        cmocka_unit_test(test_extra__lists_that_may_not_be_read__are_an_error),
        cmocka_unit_test(test_072__kinds_that_nobody_can_convert__speak_against_a_restore),
        cmocka_unit_test(test_072__kinds_that_were_read_already__are_not_read_again),
        cmocka_unit_test(test_088__definitions_that_may_not_be_seen__are_a_warning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
