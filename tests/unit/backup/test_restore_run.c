/* Creating what is missing, and the order of it, when the server answers otherwise than usual. */
#include "support/unit.h"

#include "backup/restore_priv.h"
#include "base/str.h"
#include "json/js_get.h"
#include "unit/backup/sample.h"
#include "unit/backup/world.h"

#define INVALID "{\"kind\":\"Status\",\"code\":422,\"reason\":\"Invalid\"}"

static void test_restore_run__nothing_is_there__all_is_created_and_the_cluster_resumed(void **state)
{
    (void)state;
    struct world world;
    struct error *err = NULL;
    world_begin_usual(&world, NULL, 0);
    json_object_set_new(world.restore.namespaces, "magnum-system",
                        json_pack("{s{ss}}", "metadata", "name", "magnum-system"));
    assert_int_equal(backup_restore_run(&world.restore, &err), 0);
    assert_int_equal(world.restore.created, 3);
    assert_int_equal(world.restore.resumed, 1);
    assert_int_equal(json_array_size(world.restore.left_paused), 0);
    assert_int_equal(world_asked(&world, "POST /api/v1/namespaces?"), 1);
    assert_int_equal(world_asked(&world, "POST " SAMPLE_MACHINES), 1);
    world_end(&world);
}

static void test_restore_run__a_namespace_that_is_refused__is_the_end(void **state)
{
    (void)state;
    struct world world;
    struct error *err = NULL;
    world_begin_rows(&world, {.when = "POST /api/v1/namespaces?", .status = 403, .body = "{}"});
    json_object_set_new(world.restore.namespaces, "magnum-system",
                        json_pack("{s{ss}}", "metadata", "name", "magnum-system"));
    assert_int_equal(backup_restore_run(&world.restore, &err), -1);
    assert_non_null(strstr(err->message, "Namespace magnum-system cannot be created"));
    error_clear(&err);
    assert_int_equal(fake_server_requests(world.server), 1);
    world_end(&world);
}

static void test_074__going_on__leaves_out_what_depends_on_a_refused_object(void **state)
{
    (void)state;
    struct world world;
    struct error *err = NULL;
    world_begin_rows(&world, {.when = "POST " SAMPLE_CLUSTERS, .status = 422, .body = INVALID});
    world.restore.options.go_on = true;
    assert_int_equal(backup_restore_run(&world.restore, &err), -1);
    error_clear(&err);
    const struct backup_item *machine = world_item(&world, "m");
    assert_int_equal(machine->step, BACKUP_STEP_LEAVE);
    assert_string_equal(machine->reason, "its owner could not be restored");
    assert_int_equal(world.restore.created, 1); /* the credentials */
    world_end(&world);
}

static void leave_out_machine(struct world *world)
{
    world->restore.options.deleting = BACKUP_DELETING_SKIP;
    world_item(world, "m")->node->deleting = true;
    backup_restore_plan(&world->restore);
    assert_int_equal(world_item(world, "m")->step, BACKUP_STEP_LEAVE);
}

static void test_075__what_was_left_out_as_asked__does_not_keep_its_cluster_paused(void **state)
{
    (void)state;
    struct world world;
    struct error *err = NULL;
    world_begin_usual(&world, NULL, 0);
    leave_out_machine(&world);
    assert_int_equal(backup_restore_run(&world.restore, &err), 0);
    assert_int_equal(world_asked(&world, "POST " SAMPLE_MACHINES), 0);
    assert_int_equal(world.restore.resumed, 1);
    assert_int_equal(json_array_size(world.restore.left_paused), 0);
    world_end(&world);
}

static void test_075__what_was_refused_beside_it__does(void **state)
{
    (void)state;
    struct world world;
    struct error *err = NULL;
    world_begin_rows(&world, {.when = "POST " SAMPLE_SECRETS, .status = 422, .body = INVALID});
    world.restore.options.go_on = true;
    leave_out_machine(&world);
    assert_int_equal(backup_restore_run(&world.restore, &err), -1);
    error_clear(&err);
    assert_int_equal(world.restore.resumed, 0);
    assert_string_equal(js_str(json_array_get(world.restore.left_paused, 0), "reason", NULL),
                        "Secret magnum-system/one-cloud-config is missing");
    world_end(&world);
}

static void test_074__a_refusal__is_told_rather_than_a_resume_that_failed_besides(void **state)
{
    (void)state;
    struct world world;
    struct error *err = NULL;
    world_begin_rows(&world, {.when = "POST " SAMPLE_SECRETS, .status = 422, .body = INVALID},
                     {.when = "PATCH " SAMPLE_CLUSTERS, .status = 403, .body = "{}"});
    world.restore.options.go_on = true;
    struct capi_node *stray = world_item(&world, "one-cloud-config")->node;
    free(stray->name); /* so that no Cluster needs it */
    stray->name = xstrdup("stray");
    stray->tenant_count = 0;
    assert_int_equal(backup_restore_run(&world.restore, &err), -1);
    assert_error(&err, ERROR_STATUS, "Secret magnum-system/stray: the server refuses it");
    assert_int_equal(world.restore.warnings.count, 1);
    assert_non_null(
        strstr(world.restore.warnings.items[0], "Cluster magnum-system/one cannot be resumed"));
    world_end(&world);
}

static void test_070__a_server_that_is_gone__is_not_waited_for_anew_for_each_object(void **state)
{
    (void)state;
    struct world world;
    struct error *err = NULL;
    world_begin_rows(&world, {.when = "POST ", .fault = FAKE_CLOSE},
                     {.when = "GET ", .fault = FAKE_CLOSE});
    world_connect(&world, &(struct kube_client_options){.max_in_flight = 1});
    world.restore.options.go_on = true;
    assert_int_equal(backup_restore_run(&world.restore, &err), -1);
    assert_error(&err, ERROR_HTTP, "the connection was closed without an answer");
    assert_int_equal(world_asked(&world, "POST "), 1);
    assert_int_equal(world_asked(&world, "GET "), 1);
    assert_int_equal(fake_server_requests(world.server), 2);
    world_end(&world);
}

static void test_084__a_live_cluster__is_paused_with_the_mark_or_not_at_all(void **state)
{
    (void)state;
    struct world world;
    struct error *err = NULL;
    world_begin_rows(&world,
                     {.when = "PATCH " SAMPLE_CLUSTERS, .times = 1, .status = 403, .body = "{}"});
    for (size_t i = 0; i < world.restore.count; i++)
        if (str_equal(world.restore.items[i].node->kind, "Cluster")) {
            world.restore.items[i].step = BACKUP_STEP_LINK;
            world.restore.items[i].uid = xstrdup("live");
            world.restore.items[i].to_pause = true;
        }
    assert_int_equal(backup_restore_run(&world.restore, &err), -1);
    assert_non_null(strstr(err->message, "Cluster magnum-system/one cannot be paused"));
    error_clear(&err);
    assert_int_equal(world_asked(&world, "POST "), 0);
    assert_int_equal(backup_restore_run(&world.restore, &err), 0);
    assert_int_equal(world.restore.created, 2);
    assert_int_equal(world.restore.resumed, 1);
    world_end(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            test_restore_run__nothing_is_there__all_is_created_and_the_cluster_resumed),
        cmocka_unit_test(test_restore_run__a_namespace_that_is_refused__is_the_end),
        cmocka_unit_test(test_074__going_on__leaves_out_what_depends_on_a_refused_object),
        cmocka_unit_test(test_075__what_was_left_out_as_asked__does_not_keep_its_cluster_paused),
        cmocka_unit_test(test_075__what_was_refused_beside_it__does),
        cmocka_unit_test(test_074__a_refusal__is_told_rather_than_a_resume_that_failed_besides),
        cmocka_unit_test(test_070__a_server_that_is_gone__is_not_waited_for_anew_for_each_object),
        cmocka_unit_test(test_084__a_live_cluster__is_paused_with_the_mark_or_not_at_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
