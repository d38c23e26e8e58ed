#include "support/unit.h"

#include "fs/file.h"
#include "lxc_container/edit.h"
#include "support/temp_dir.h"

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

/* ---- a container whose configuration is kept in memory */

static struct loading {
    struct lxc_container container;
    char *text; /* owned: what was loaded last */
} loading;

static const char *standard; /* lxc.default_config */

static const char *global_item(const char *key)
{
    assert_string_equal(key, "lxc.default_config");
    return standard;
}

static void clear_config(struct lxc_container *container)
{
    (void)container;
}

static bool load_config(struct lxc_container *container, const char *path)
{
    (void)container;
    struct buf bytes = {0};
    free(loading.text);
    assert_int_equal(file_read(path, 4096, &bytes, NULL), 0);
    loading.text = buf_steal(&bytes);
    return true;
}

static struct lxc_container *container_new(const char *name, const char *lxcpath)
{
    (void)name;
    (void)lxcpath;
    loading.container =
        (struct lxc_container){.clear_config = clear_config, .load_config = load_config};
    return &loading.container;
}

static int container_put(struct lxc_container *container)
{
    (void)container;
    return 0;
}

/* A new container, with a line that needs another one, would start with TEXT. */
static void check_new(struct world *world, const char *text)
{
    struct error *err = NULL;
    world->ct = (struct ct){.context = &world->context,
                            .capture = {.fd = -1, .other = -1},
                            .config_path = xstrdup("/none/config"),
                            .args.config_file = world->ct.args.config_file};
    world->ct.lib = (struct lib){
        .global_item = global_item, .container_new = container_new, .container_put = container_put};
    assert_int_equal(wanted_add(&world->ct.args.wanted, "lxc.net.0.veth.pair", "web0", &err), 0);
    assert_int_equal(edit_prepare(&world->ct, &err), 0);
    assert_string_equal(world->ct.config.after, text);
    assert_string_equal(loading.text, text);
    ct_config_clear(&world->ct.config);
    free(world->ct.config_path);
    free(loading.text);
    loading.text = NULL;
    clear(world);
}

static void test_edit_prepare__new_container__starts_from_the_file_it_is_created_from(void **state)
{
    auto_free char *usual = temp_file(state, "default.conf", "lxc.net.0.type = veth\n");
    auto_free char *given = temp_file(state, "given.conf", "lxc.net.0.type = phys\n");
    auto_free char *missing = temp_path(state, "missing.conf");
    struct world world = {0};
    standard = usual;
    check_new(&world, "lxc.net.0.type = veth\nlxc.net.0.veth.pair = web0\n");
    world.ct.args.config_file = given;
    check_new(&world, "lxc.net.0.type = phys\nlxc.net.0.veth.pair = web0\n");
    world.ct.args.config_file = NULL;
    standard = missing;
    check_new(&world, "lxc.net.0.veth.pair = web0\n");
    standard = NULL;
    check_new(&world, "lxc.net.0.veth.pair = web0\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_124__key_that_liblxc_7_lacks__is_left_out_with_a_warning),
        cmocka_unit_test(test_edit_drop_unsupported__not_asked_for__leaves_every_key),
        cmocka_unit_test(test_edit_drop_unsupported__liblxc_that_cannot_be_asked__leaves_every_key),
        cmocka_unit_test_setup_teardown(
            test_edit_prepare__new_container__starts_from_the_file_it_is_created_from,
            temp_dir_make, temp_dir_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
