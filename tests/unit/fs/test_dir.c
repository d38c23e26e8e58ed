#include "support/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "fs/dir.h"
#include "support/temp_dir.h"

static bool exists(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0;
}

static void test_dir__made__with_all_its_parents(void **state)
{
    auto_free char *path = temp_path(state, "a/b//c/");
    struct error *err = NULL;
    assert_int_equal(dir_make(path, 0750, &err), 0);
    assert_no_error(err);
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    assert_true(S_ISDIR(status.st_mode));
    assert_int_equal(dir_make(path, 0700, &err), 0);
}

static void test_dir__something_else_in_the_way__is_named(void **state)
{
    auto_free char *file = temp_file(state, "file", "x");
    auto_free char *below = temp_path(state, "file/below");
    struct error *err = NULL;
    assert_int_equal(dir_make(file, 0700, &err), -1);
    assert_int_equal(err->code, ENOTDIR);
    assert_error(&err, ERROR_IO, file);
    assert_int_equal(dir_make(below, 0700, &err), -1);
    assert_error(&err, ERROR_IO, "cannot make directory");
    assert_int_equal(dir_make("", 0700, &err), -1);
    assert_error(&err, ERROR_IO, "cannot make directory");
}

static void test_dir__link_to_a_directory__counts_as_one(void **state)
{
    auto_free char *link = temp_path(state, "link");
    auto_free char *below = temp_path(state, "link/below");
    struct error *err = NULL;
    assert_int_equal(symlink(*state, link), 0);
    assert_int_equal(dir_make(below, 0700, &err), 0);
    assert_true(exists(below));
}

static void test_dir__listed__in_order_without_dots(void **state)
{
    temp_put(state, "b", "");
    temp_put(state, "a", "");
    temp_put(state, ".hidden", "");
    auto_strv struct strv names = {0};
    struct error *err = NULL;
    strv_add(&names, "zzz");
    assert_int_equal(dir_list(*state, &names, &err), 0);
    auto_free char *joined = strv_join(&names, " ");
    assert_string_equal(joined, "zzz .hidden a b");
}

static void test_dir__not_a_directory__cannot_be_listed(void **state)
{
    auto_free char *file = temp_file(state, "file", "x");
    auto_strv struct strv names = {0};
    struct error *err = NULL;
    assert_int_equal(dir_list(file, &names, &err), -1);
    assert_int_equal(err->code, ENOTDIR);
    assert_error(&err, ERROR_IO, file);
    assert_int_equal(names.count, 0);
}

static void test_dir__tree__is_removed_but_links_are_not_followed(void **state)
{
    auto_free char *outside = temp_path(state, "outside");
    auto_free char *kept = temp_path(state, "outside/kept");
    auto_free char *tree = temp_path(state, "tree");
    auto_free char *deep = temp_path(state, "tree/a/b/c");
    auto_free char *link = temp_path(state, "tree/a/link");
    auto_free char *file = temp_path(state, "tree/a/b/file");
    struct error *err = NULL;
    assert_int_equal(dir_make(kept, 0700, &err), 0);
    assert_int_equal(dir_make(deep, 0700, &err), 0);
    assert_int_equal(symlink(outside, link), 0);
    close(open(file, O_CREAT | O_WRONLY | O_CLOEXEC, 0400));
    assert_int_equal(dir_remove(tree, &err), 0);
    assert_no_error(err);
    assert_false(exists(tree));
    assert_true(exists(kept));
}

static void test_dir__link_itself__is_removed_alone(void **state)
{
    auto_free char *outside = temp_path(state, "outside");
    auto_free char *link = temp_path(state, "link");
    struct error *err = NULL;
    assert_int_equal(dir_make(outside, 0700, &err), 0);
    assert_int_equal(symlink(outside, link), 0);
    assert_int_equal(dir_remove(link, &err), 0);
    assert_false(exists(link));
    assert_true(exists(outside));
}

static void test_dir__nothing_or_a_file__is_removed_without_complaint(void **state)
{
    auto_free char *absent = temp_path(state, "absent");
    auto_free char *file = temp_file(state, "file", "x");
    struct error *err = NULL;
    assert_int_equal(dir_remove(absent, &err), 0);
    assert_int_equal(dir_remove(file, &err), 0);
    assert_false(exists(file));
}

static void test_dir__not_removable__is_named(void **state)
{
    (void)state;
    struct error *err = NULL;
    assert_int_equal(dir_remove("/proc/self/status", &err), -1);
    assert_error(&err, ERROR_IO, "cannot remove /proc/self/status");
}

/* Deeper than file descriptors reach. */
static void test_dir__very_deep_tree__fails_cleanly(void **state)
{
    struct error *err = NULL;
    auto_free char *before = getcwd(NULL, 0);
    assert_int_equal(chdir(*state), 0);
    for (int i = 0; i < 500; i++) {
        assert_int_equal(mkdir("d", 0700), 0);
        assert_int_equal(chdir("d"), 0);
    }
    assert_int_equal(chdir(*state), 0);
    assert_int_equal(dir_remove("d", &err), -1);
    assert_int_equal(err->code, ENAMETOOLONG);
    error_clear(&err);
    /* From the middle it is no longer too deep. */
    for (int i = 0; i < 300; i++)
        assert_int_equal(chdir("d"), 0);
    assert_int_equal(dir_remove("d", &err), 0);
    assert_int_equal(chdir(before), 0);
    auto_free char *top = temp_path(state, "d");
    assert_int_equal(dir_remove(top, &err), 0);
}

#define in_temp_dir(TEST) cmocka_unit_test_setup_teardown(TEST, temp_dir_make, temp_dir_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_temp_dir(test_dir__made__with_all_its_parents),
        in_temp_dir(test_dir__something_else_in_the_way__is_named),
        in_temp_dir(test_dir__link_to_a_directory__counts_as_one),
        in_temp_dir(test_dir__listed__in_order_without_dots),
        in_temp_dir(test_dir__not_a_directory__cannot_be_listed),
        in_temp_dir(test_dir__tree__is_removed_but_links_are_not_followed),
        in_temp_dir(test_dir__link_itself__is_removed_alone),
        in_temp_dir(test_dir__nothing_or_a_file__is_removed_without_complaint),
        cmocka_unit_test(test_dir__not_removable__is_named),
        in_temp_dir(test_dir__very_deep_tree__fails_cleanly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
