#include "support/unit.h"

#include "lxc_container/edit.h"

/* ---- a liblxc of which only two functions are asked */

static bool is_supported(const char *key)
{
    return strcmp(key, "lxc.cgroup") != 0;
}

static const char *version(void)
{
    return "7.0.0";
}

struct world {
    struct am_context context;
    struct ct ct;
};

static void make(struct world *world, bool skip)
{
    struct error *err = NULL;
    static const char *const lines[][2] = {{"lxc.cgroup.devices.allow", "a"},
                                           {"lxc.cgroup2.devices.allow", "a"},
                                           {"lxc.cgroup.relative", "1"},
                                           {"security.privileged", "true"}};
    *world = (struct world){0};
    world->ct.context = &world->context;
    world->ct.lib = (struct lib){.version = version, .item_supported = is_supported};
    world->ct.args.skip_unsupported = skip;
    for (size_t i = 0; i < array_length(lines); i++)
        assert_int_equal(wanted_add(&world->ct.args.wanted, lines[i][0], lines[i][1], &err), 0);
}

static void clear(struct world *world)
{
    wanted_clear(&world->ct.args.wanted);
    strv_clear(&world->context.warnings);
}

static void test_124__key_that_liblxc_7_lacks__is_left_out_with_a_warning(void **state)
{
    (void)state;
    struct world world;
    make(&world, true);
    edit_drop_unsupported(&world.ct);
    assert_null(wanted_find(&world.ct.args.wanted, "lxc.cgroup.devices.allow"));
    assert_non_null(wanted_find(&world.ct.args.wanted, "lxc.cgroup2.devices.allow"));
    assert_non_null(wanted_find(&world.ct.args.wanted, "lxc.cgroup.relative"));
    assert_non_null(wanted_find(&world.ct.args.wanted, "security.privileged"));
    assert_int_equal(world.context.warnings.count, 1);
    assert_string_equal(world.context.warnings.items[0],
                        "liblxc 7.0.0 does not support lxc.cgroup.devices.allow: it is left out");
    clear(&world);
}

static void test_edit_drop_unsupported__not_asked_for__leaves_every_key(void **state)
{
    (void)state;
    struct world world;
    make(&world, false);
    edit_drop_unsupported(&world.ct);
    assert_int_equal(world.ct.args.wanted.count, 4);
    assert_int_equal(world.context.warnings.count, 0);
    clear(&world);
}

static void test_edit_drop_unsupported__liblxc_that_cannot_be_asked__leaves_every_key(void **state)
{
    (void)state;
    struct world world;
    make(&world, true);
    world.ct.lib.item_supported = NULL;
    edit_drop_unsupported(&world.ct);
    assert_int_equal(world.ct.args.wanted.count, 4);
    clear(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_124__key_that_liblxc_7_lacks__is_left_out_with_a_warning),
        cmocka_unit_test(test_edit_drop_unsupported__not_asked_for__leaves_every_key),
        cmocka_unit_test(test_edit_drop_unsupported__liblxc_that_cannot_be_asked__leaves_every_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
