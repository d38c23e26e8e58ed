#include "support/unit.h"

#include "base/mem.h"
#include "base/str.h"
#include "fs/dir.h"
#include "lxc_container/destroy.h"
#include "support/temp_dir.h"

/* ---- a container in the folder of the test, of which liblxc has little to say */

static char shown[16]; /* of lxc.rootfs.managed */

static int item(struct lxc_container *container, const char *key, char *value, int size)
{
    (void)container;
    if (!str_equal(key, "lxc.rootfs.managed"))
        return -1;
    if (value)
        snprintf(value, (size_t)size, "%s", shown);
    return (int)strlen(shown);
}

static const char *hooked; /* the key of the hook that it was started with */

static char *running_item(struct lxc_container *container, const char *key)
{
    (void)container;
    return xstrdup(str_equal(key, hooked) ? "/bin/true" : "");
}

static struct lxc_container container = {.get_config_item = item,
                                         .get_running_config_item = running_item};

static struct ct ct_of(void **state, enum ct_class class, enum ct_goal goal)
{
    struct ct ct = {.class = class, .container = &container, .args = {.name = "a", .goal = goal}};
    ct.lxcpath = xstrdup(*state);
    ct.directory = xstrdup(*state);
    ct.config_path = temp_path(state, "config");
    strcpy(shown, "1");
    return ct;
}

static void ct_clear(struct ct *ct)
{
    free(ct->lxcpath);
    free(ct->directory);
    free(ct->config_path);
}

/* ---- checks */

static void test_destroy_check__clones__are_named_whatever_is_there(void **state)
{
    static const struct {
        enum ct_class class;
        enum ct_goal goal;
        bool clear;
        bool refused;
    } rows[] = {
        {CT_DEFINED, CT_ABSENT, false, true},    {CT_BROKEN, CT_ABSENT, false, true},
        {CT_PARTIAL, CT_ABSENT, false, true},    {CT_PARTIAL, CT_PRESENT, false, true},
        {CT_LEFTOVER, CT_ABSENT, false, true},   {CT_LEFTOVER, CT_PRESENT, true, true},
        {CT_LEFTOVER, CT_PRESENT, false, false}, {CT_DEFINED, CT_STOPPED, false, false},
        {CT_NOTHING, CT_ABSENT, false, false},
    };
    temp_put(state, "lxc_snapshots", "/lxc\none\n/srv\ntwo\n");
    for (size_t i = 0; i < array_length(rows); i++) {
        struct error *err = NULL;
        struct ct ct = ct_of(state, rows[i].class, rows[i].goal);
        ct.do_clear = rows[i].clear;
        int result = destroy_check(&ct, &err);
        if (rows[i].refused)
            assert_error(&err, ERROR_USAGE, "/lxc/one, /srv/two");
        assert_null(err);
        assert_int_equal(result, rows[i].refused ? -1 : 0);
        ct_clear(&ct);
    }
}

static void test_destroy_check__nothing_in_the_way__is_fine(void **state)
{
    static const char *const texts[] = {NULL, "", "/lxc\n", "/lxc\n\n"};
    for (size_t i = 0; i < array_length(texts); i++) {
        struct error *err = NULL;
        struct ct ct = ct_of(state, CT_DEFINED, CT_ABSENT);
        if (texts[i])
            temp_put(state, "lxc_snapshots", texts[i]);
        assert_int_equal(destroy_check(&ct, &err), 0);
        assert_null(err);
        ct_clear(&ct);
    }
}

static void test_destroy_check__mount__is_named_unless_nothing_is_removed(void **state)
{
    struct error *err = NULL;
    struct ct ct = ct_of(state, CT_DEFINED, CT_ABSENT);
    free(ct.directory);
    ct.directory = xstrdup("/proc");
    assert_int_equal(destroy_check(&ct, &err), -1);
    assert_error(&err, ERROR_USAGE, "mounted on /proc");
    strcpy(shown, "0");
    assert_int_equal(destroy_check(&ct, &err), 0);
    ct_clear(&ct);
}

/* Hooks of the end may unmount what those of the start have mounted; else a stop is for nothing. */
static void test_destroy_check__mount_of_one_that_runs__may_go_with_hooks_of_its_end(void **state)
{
    static const struct {
        enum ct_run run;
        const char *hook;
        bool refused;
    } rows[] = {
        {CT_RUN_RUNNING, "lxc.hook.post-stop", false}, {CT_RUN_FROZEN, "lxc.hook.stop", false},
        {CT_RUN_RUNNING, "lxc.hook.pre-start", true},  {CT_RUN_RUNNING, NULL, true},
        {CT_RUN_STOPPED, "lxc.hook.post-stop", true},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        struct error *err = NULL;
        struct ct ct = ct_of(state, CT_DEFINED, CT_ABSENT);
        free(ct.directory);
        ct.directory = xstrdup("/proc");
        ct.run = rows[i].run;
        hooked = rows[i].hook;
        int result = destroy_check(&ct, &err);
        if (rows[i].refused)
            assert_error(&err, ERROR_USAGE, "mounted on /proc");
        assert_int_equal(result, rows[i].refused ? -1 : 0);
        ct_clear(&ct);
    }
}

static void test_destroy_run__mount_that_is_still_there__is_named(void **state)
{
    struct error *err = NULL;
    struct ct ct = ct_of(state, CT_DEFINED, CT_ABSENT);
    free(ct.directory);
    ct.directory = xstrdup("/proc");
    assert_int_equal(destroy_run(&ct, &err), -1);
    assert_error(&err, ERROR_USAGE, "mounted on /proc");
    assert_false(ct.done.changed);
    ct_clear(&ct);
}

/* Its files would go, and the folder would stay. */
static void test_destroy_check__rest_on_a_mount_of_its_own__is_refused(void **state)
{
    struct error *err = NULL;
    struct ct ct = ct_of(state, CT_LEFTOVER, CT_ABSENT);
    free(ct.directory);
    ct.directory = temp_path(state, "link");
    assert_int_equal(symlink("/proc", ct.directory), 0);
    assert_int_equal(destroy_check(&ct, &err), -1);
    assert_error(&err, ERROR_USAGE, "is mounted itself");
    free(ct.directory);
    ct.directory = xstrdup("/proc/self"); /* with mounts below none, and none itself */
    assert_int_equal(destroy_check(&ct, &err), 0);
    ct_clear(&ct);
}

/* ---- what is left */

static void test_destroy_rest__own_files__go_and_others_stay(void **state)
{
    static const char *const names[] = {"config",        "config.2026~", "lxc_rdepends",
                                        "lxc_snapshots", "config.more",  "x"};
    struct error *err = NULL;
    struct ct ct = ct_of(state, CT_DEFINED, CT_ABSENT);
    auto_strv struct strv left;
    strv_init(&left);
    for (size_t i = 0; i < array_length(names); i++)
        temp_put(state, names[i], "");
    assert_int_equal(destroy_rest(&ct, &err), 0);
    assert_int_equal(dir_list(ct.directory, &left, &err), 0);
    auto_free char *text = strv_join(&left, " ");
    assert_string_equal(text, "config.more x");
    ct_clear(&ct);
}

static void test_destroy_rest__no_configuration__leaves_all(void **state)
{
    struct error *err = NULL;
    struct ct ct = ct_of(state, CT_LEFTOVER, CT_ABSENT);
    temp_put(state, "lxc_rdepends", "");
    auto_free char *file = temp_path(state, "lxc_rdepends");
    assert_int_equal(destroy_rest(&ct, &err), 0);
    assert_int_equal(access(file, F_OK), 0);
    ct_clear(&ct);
}

int main(void)
{
#define UNIT(FUNCTION) cmocka_unit_test_setup_teardown(FUNCTION, temp_dir_make, temp_dir_remove)
    const struct CMUnitTest tests[] = {
        UNIT(test_destroy_check__clones__are_named_whatever_is_there),
        UNIT(test_destroy_check__nothing_in_the_way__is_fine),
        UNIT(test_destroy_check__mount__is_named_unless_nothing_is_removed),
        UNIT(test_destroy_check__mount_of_one_that_runs__may_go_with_hooks_of_its_end),
        UNIT(test_destroy_run__mount_that_is_still_there__is_named),
        UNIT(test_destroy_check__rest_on_a_mount_of_its_own__is_refused),
        UNIT(test_destroy_rest__own_files__go_and_others_stay),
        UNIT(test_destroy_rest__no_configuration__leaves_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
