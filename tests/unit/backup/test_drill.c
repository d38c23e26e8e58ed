/* Asking the server what it would refuse. */
#include "support/unit.h"

#include "backup/drill.h"
#include "unit/backup/world.h"

static const struct fake_reply script[] = {
    {.when = "POST /apis/cluster.x-k8s.io/v1beta2/namespaces/magnum-system/machines",
     .status = 422,
     .body = "{\"kind\":\"Status\",\"code\":422,\"reason\":\"Invalid\",\"message\":\"x\"}"},
    {.when = "POST ", .status = 201, .body = "{}"},
};

static void test_093__a_drill__names_what_would_be_refused_and_writes_nothing(void **state)
{
    (void)state;
    struct world world;
    struct error *err = NULL;
    world_begin(&world, script, array_length(script));
    assert_int_equal(backup_drill(&world.restore, &err), 0);
    assert_int_equal(world.restore.problems.count, 1);
    assert_string_equal(world.restore.problems.items[0],
                        "drill: Machine magnum-system/m would be refused (Invalid, HTTP 422)");
    assert_int_equal(fake_server_requests(world.server), 3);
    for (size_t i = 0; i < 3; i++) {
        auto_free char *text = fake_server_request(world.server, i);
        assert_non_null(strstr(text, "dryRun=All"));
        assert_null(strstr(text, "ownerReferences"));
    }
    world_end(&world);
}

static void test_093__a_drill__tries_nothing_in_a_namespace_that_is_missing(void **state)
{
    (void)state;
    struct world world;
    struct error *err = NULL;
    world_begin(&world, script, array_length(script));
    json_object_set_new(world.restore.namespaces, "magnum-system", json_object());
    assert_int_equal(backup_drill(&world.restore, &err), 0);
    assert_int_equal(fake_server_requests(world.server), 0);
    assert_string_equal(
        world.restore.warnings.items[0],
        "drill: Namespace magnum-system does not exist, so that nothing in it was tried");
    world_end(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_093__a_drill__names_what_would_be_refused_and_writes_nothing),
        cmocka_unit_test(test_093__a_drill__tries_nothing_in_a_namespace_that_is_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
