/* What is looked at in the cluster before a restore. */
#include "support/unit.h"

#include "backup/restore_priv.h"
#include "base/str.h"
#include "json/js_get.h"
#include "unit/backup/world.h"

#define CORE "cluster.x-k8s.io/v1beta2"
#define OBJECT(NS)                                                                                 \
    "{'apiVersion':'" CORE "','kind':'Cluster','metadata':{'namespace':'" NS                       \
    "','name':'one','uid':'one'},'spec':{}}\n"
#define KINDS                                                                                      \
    {                                                                                              \
        .when = "GET /apis/" CORE " ",                                                             \
        .body = "{\"groupVersion\":\"" CORE "\",\"resources\":[{\"name\":\"clusters\","            \
                "\"kind\":\"Cluster\",\"namespaced\":true,\"verbs\":[\"get\"]}]}"                  \
    }

static void look(struct world *world, const struct fake_reply *script, size_t count,
                 const char *objects)
{
    struct error *err = NULL;
    world_begin_legacy(world, script, count, objects);
    world->restore.discovery = kube_discovery_new(world->client);
    assert_int_equal(backup_restore_look(&world->restore, &err), 0);
    assert_no_error(err);
}

static void end(struct world *world)
{
    kube_discovery_free(world->restore.discovery);
    world_end(world);
}

static void test_look__what_is_there__is_known_by_its_uid_and_version(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {
        KINDS,
        {.when = "GET /api/v1/namespaces/n ", .body = "{\"metadata\":{\"name\":\"n\"}}"},
        {.when = "GET /apis/" CORE "/namespaces/n/clusters/one ",
         .body = "{\"metadata\":{\"uid\":\"live\",\"resourceVersion\":\"9\",\"annotations\":{"
                 "\"capi-backup/restoring\":\"x\"}},\"spec\":{\"paused\":true}}"},
    };
    struct world world;
    look(&world, script, array_length(script), OBJECT("n"));
    const struct backup_item *item = world_item(&world, "one");
    assert_string_equal(item->uid, "live");
    assert_string_equal(item->version, "9");
    assert_true(item->live_paused);
    assert_string_equal(item->mark, "x");
    assert_false(backup_is_restoring(&world.restore, item)); /* another archive */
    assert_true(json_is_null(json_object_get(world.restore.namespaces, "n")));
    end(&world);
}

static void test_look__a_cluster_that_a_backup_resumes_soon__is_not_paused(void **state)
{
    (void)state;
    static const struct {
        const char *annotations;
        bool paused;
    } rows[] = {
        {"", true}, /* its operator */
        {"\"capi-backup/paused-by\":\"x\"", false},
        {"\"capi-backup/paused-by\":\"x\",\"capi-backup/restoring\":\"y\"", true},
        {"\"capi-backup/paused-by\":\"x\",\"cluster.x-k8s.io/paused\":\"\"", true},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_free char *live =
            xasprintf("{\"metadata\":{\"uid\":\"live\",\"annotations\":{%s}},\"spec\":{"
                      "\"paused\":true}}",
                      rows[i].annotations);
        const struct fake_reply script[] = {
            KINDS,
            {.when = "GET /api/v1/namespaces/n ", .body = "{\"metadata\":{\"name\":\"n\"}}"},
            {.when = "GET /apis/" CORE "/namespaces/n/clusters/one ", .body = live},
        };
        struct world world;
        look(&world, script, array_length(script), OBJECT("n"));
        assert_int_equal(world_item(&world, "one")->live_paused, rows[i].paused);
        end(&world);
    }
}

static void test_look__what_is_missing__is_created_with_its_namespace(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {KINDS, {.status = 404, .body = "{}"}};
    struct world world;
    look(&world, script, array_length(script), OBJECT("n"));
    assert_null(world_item(&world, "one")->uid);
    const json_t *made = json_object_get(world.restore.namespaces, "n");
    assert_string_equal(js_str(made, "metadata", "name", NULL), "n");
    end(&world);
}

/* An archive is somebody's file: what it says is no part of a path. */
static void test_look__a_namespace_with_a_slash__is_one_name(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {KINDS, {.status = 404, .body = "{}"}};
    struct world world;
    look(&world, script, array_length(script), OBJECT("a/../b?c"));
    assert_int_equal(world_asked(&world, "GET /api/v1/namespaces/a%2F..%2Fb%3Fc "), 1);
    end(&world);
}

/* Which restore has left a mark: of the same archive, or of another. */
static void test_068__archives_without_a_manifest__are_known_by_their_objects(void **state)
{
    (void)state;
    static const char *const objects[] = {OBJECT("n"), OBJECT("n"), OBJECT("m")};
    char *found[array_length(objects)] = {NULL};
    for (size_t i = 0; i < array_length(objects); i++) {
        struct world world;
        world_begin_legacy(&world, NULL, 0, objects[i]);
        found[i] = xstrdup(world.restore.archive);
        world_end(&world);
    }
    assert_string_equal(found[0], found[1]);
    assert_string_not_equal(found[0], found[2]);
    for (size_t i = 0; i < array_length(objects); i++)
        free(found[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_look__what_is_there__is_known_by_its_uid_and_version),
        cmocka_unit_test(test_look__a_cluster_that_a_backup_resumes_soon__is_not_paused),
        cmocka_unit_test(test_look__what_is_missing__is_created_with_its_namespace),
        cmocka_unit_test(test_look__a_namespace_with_a_slash__is_one_name),
        cmocka_unit_test(test_068__archives_without_a_manifest__are_known_by_their_objects),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
