/* Whether Clusters that are restored are whole, and whether the archive is too old for them. */
#include "support/unit.h"

#include "backup/preflight_priv.h"
#include "base/str.h"
#include "json/js_get.h"
#include "unit/backup/world.h"

#define MACHINES "GET /apis/cluster.x-k8s.io/v1beta2/namespaces/magnum-system/machines"
#define NONE     "{\"metadata\":{},\"items\":[]}"

static void assert_problem(const struct world *world, const char *text)
{
    assert_int_equal(world->restore.problems.count, 1);
    assert_non_null(strstr(world->restore.problems.items[0], text));
}

/* ---- whole clusters */

static void test_072__a_cluster_that_lacks_its_secrets__is_named(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {
        {.when = "GET /api/v1/namespaces/magnum-system/secrets/one-ca",
         .body = "{\"kind\":\"Secret\"}"},
        {.status = 404, .body = "{}"},
    };
    struct world world;
    struct error *err = NULL;
    world_begin(&world, script, array_length(script));
    assert_int_equal(preflight_clusters(&world.restore, &err), 0);
    assert_problem(&world,
                   "Cluster magnum-system/one is not whole: Secret magnum-system/one-kubeconfig is "
                   "neither in the archive nor in the cluster");
    world_end(&world);
}

static void lacks_secrets(const char *state, bool value, bool refused)
{
    static const struct fake_reply script[] = {{.status = 404, .body = "{}"}};
    struct world world;
    struct error *err = NULL;
    world_begin(&world, script, array_length(script));
    json_object_set_new(world.contents.manifest, "clusters",
                        json_pack("[{ss sb}]", "uid", "u-1", state, value));
    for (size_t i = 0; i < world.restore.count; i++)
        if (world.restore.items[i].node->cluster)
            world.restore.items[i].node->deleting = str_equal(state, "deleting") && value;
    assert_int_equal(preflight_clusters(&world.restore, &err), 0);
    assert_int_equal(world.restore.problems.count, refused ? 2 : 0);
    assert_int_equal(world.restore.warnings.count, refused ? 0 : 2);
    world_end(&world);
}

static void test_072__a_cluster_that_never_came_up_or_was_going__may_lack_its_secrets(void **state)
{
    (void)state;
    lacks_secrets("ready", true, true);
    lacks_secrets("ready", false, false);
    lacks_secrets("deleting", false, true);
    lacks_secrets("deleting", true, false);
}

static void test_072__a_cluster_that_was_up_and_scales__may_not_lack_its_secrets(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {{.status = 404, .body = "{}"}};
    struct world world;
    struct error *err = NULL;
    world_begin(&world, script, array_length(script));
    json_object_set_new(world.contents.manifest, "clusters",
                        json_pack("[{ss sb}]", "uid", "u-1", "ready", 0));
    for (size_t i = 0; i < world.restore.count; i++)
        if (world.restore.items[i].node->cluster) {
            world.restore.items[i].node->cluster->infrastructure_ready = true;
            world.restore.items[i].node->cluster->initialized_condition = true;
        }
    assert_int_equal(preflight_clusters(&world.restore, &err), 0);
    assert_int_equal(world.restore.problems.count, 2);
    world_end(&world);
}

/* ---- age */

static void test_083__an_archive_that_is_too_old__needs_force(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {{.when = MACHINES, .body = NONE}};
    struct world world;
    struct error *err = NULL;
    world_begin(&world, script, array_length(script));
    world.restore.options.max_age_s = 60;
    assert_int_equal(preflight_age(&world.restore, &err), 0);
    assert_problem(&world, "the archive is of 2026-08-31T01:02:03Z, older than max_age");
    world.restore.options.force = true;
    assert_int_equal(preflight_age(&world.restore, &err), 0);
    assert_int_equal(world.restore.problems.count, 1);
    world_end(&world);
}

static void test_083__an_archive_of_no_time__may_be_too_old(void **state)
{
    (void)state;
    struct world world;
    struct error *err = NULL;
    world_begin(&world, NULL, 0);
    world.restore.options.max_age_s = 60;
    json_object_del(world.contents.manifest, "created");
    assert_int_equal(preflight_age(&world.restore, &err), 0);
    assert_problem(&world, "how old the archive is cannot be told");
    world_end(&world);
}

#define MACHINE(NAME, CLUSTER)                                                                     \
    "{\"metadata\":{\"name\":\"" NAME "\",\"namespace\":\"magnum-system\",\"labels\":{"            \
    "\"cluster.x-k8s.io/cluster-name\":\"" CLUSTER "\"}}}"

static void test_083__a_machine_of_the_control_plane_that_came_later__needs_force(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {
        {.when = MACHINES,
         .body = "{\"metadata\":{},\"items\":[" MACHINE("m", "one") "," MACHINE(
             "later", "one") "," MACHINE("other", "two") "]}"},
    };
    struct world world;
    struct error *err = NULL;
    world_begin(&world, script, array_length(script));
    json_object_set_new(world.restore.namespaces, "magnum-system", json_null());
    assert_int_equal(preflight_age(&world.restore, &err), 0);
    assert_problem(&world, "the control plane of Cluster magnum-system/one has a Machine later");
    world_end(&world);
}

static void test_083__machines_of_a_cluster_that_is_not_restored__do_not_matter(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {
        {.when = MACHINES, .body = "{\"metadata\":{},\"items\":[" MACHINE("later", "one") "]}"},
    };
    for (int left = 0; left < 2; left++) {
        struct world world;
        struct error *err = NULL;
        world_begin(&world, script, array_length(script));
        json_object_set_new(world.restore.namespaces, "magnum-system", json_null());
        for (size_t i = 0; i < world.restore.count; i++)
            if (world.restore.items[i].node->cluster) {
                world.restore.items[i].foreign = !left;
                world.restore.items[i].step = left ? BACKUP_STEP_LEAVE : BACKUP_STEP_LINK;
            }
        assert_int_equal(preflight_age(&world.restore, &err), 0);
        assert_int_equal(world_asked(&world, MACHINES), 1);
        assert_int_equal(world.restore.problems.count, 0);
        world_end(&world);
    }
}

/* ---- what cannot be asked */

static void test_072__an_infrastructure_that_lives__counts_if_its_kind_is_known(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {
        {.when = "GET /api/v1/namespaces/magnum-system/secrets/one-",
         .body = "{\"kind\":\"Secret\"}"},
        {.when = MACHINES "/infra", .body = "{\"kind\":\"Machine\"}"},
    };
    for (int known = 0; known < 2; known++) {
        struct world world;
        struct error *err = NULL;
        world_begin(&world, script, array_length(script));
        struct capi_target *target = &world_item(&world, "one")->node->cluster->infrastructure;
        *target = (struct capi_target){.group = xstrdup("cluster.x-k8s.io"),
                                       .kind = xstrdup(known ? "Machine" : "Unknown"),
                                       .namespace_ = xstrdup("magnum-system"),
                                       .name = xstrdup("infra")};
        assert_int_equal(preflight_clusters(&world.restore, &err), 0);
        if (known)
            assert_int_equal(world.restore.problems.count, 0);
        else
            assert_problem(&world, "Unknown magnum-system/infra is neither in the archive nor");
        world_end(&world);
    }
}

static void test_preflight_clusters__a_server_that_refuses_to_tell__is_an_error(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {{.status = 403, .body = "{}"}};
    struct world world;
    struct error *err = NULL;
    world_begin(&world, script, array_length(script));
    json_object_set_new(world.restore.namespaces, "magnum-system", json_null());
    assert_int_equal(preflight_clusters(&world.restore, &err), -1);
    assert_int_equal(err->code, 403);
    error_clear(&err);
    assert_int_equal(preflight_age(&world.restore, &err), -1);
    assert_int_equal(err->code, 403);
    error_clear(&err);
    world_end(&world);
}

static void test_083__a_namespace_that_is_to_be_made__holds_no_machines(void **state)
{
    (void)state;
    struct world world;
    struct error *err = NULL;
    world_begin(&world, NULL, 0);
    json_object_set_new(world.restore.namespaces, "magnum-system", json_object());
    assert_int_equal(preflight_age(&world.restore, &err), 0);
    assert_int_equal(fake_server_requests(world.server), 0);
    world_end(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_072__a_cluster_that_lacks_its_secrets__is_named),
        cmocka_unit_test(test_072__a_cluster_that_never_came_up_or_was_going__may_lack_its_secrets),
        cmocka_unit_test(test_072__a_cluster_that_was_up_and_scales__may_not_lack_its_secrets),
        cmocka_unit_test(test_083__an_archive_that_is_too_old__needs_force),
        cmocka_unit_test(test_083__an_archive_of_no_time__may_be_too_old),
        cmocka_unit_test(test_083__a_machine_of_the_control_plane_that_came_later__needs_force),
        cmocka_unit_test(test_083__machines_of_a_cluster_that_is_not_restored__do_not_matter),
        cmocka_unit_test(test_072__an_infrastructure_that_lives__counts_if_its_kind_is_known),
        cmocka_unit_test(test_preflight_clusters__a_server_that_refuses_to_tell__is_an_error),
        cmocka_unit_test(test_083__a_namespace_that_is_to_be_made__holds_no_machines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
