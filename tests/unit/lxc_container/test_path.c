#include "support/unit.h"

#include <unistd.h>

#include "lxc_container/path.h"
#include "support/temp_dir.h"

static void check(const char *given, const char *standard, const char *want)
{
    auto_free char *path = path_lxcpath(given, standard);
    assert_string_equal(path, want);
}

static void test_path_lxcpath__slashes__are_as_few_as_can_be(void **state)
{
    (void)state;
    check("/nonexistent/a/", "/nonexistent/b", "/nonexistent/a");
    check("//nonexistent///a//", "/nonexistent/b", "/nonexistent/a");
    check("/", "/nonexistent/b", "/");
    check(NULL, "/nonexistent//b/", "/nonexistent/b");
    check("", "/nonexistent/b", "/nonexistent/b");
}

static void test_path_lxcpath__link_to_the_default__is_the_default(void **state)
{
    auto_free char *standard = xasprintf("%s/lxc", (char *)*state);
    auto_free char *other = xasprintf("%s/other", (char *)*state);
    auto_free char *link = xasprintf("%s/link", (char *)*state);
    assert_int_equal(mkdir(standard, 0700), 0);
    assert_int_equal(mkdir(other, 0700), 0);
    assert_int_equal(symlink(standard, link), 0);
    check(link, standard, standard);
    check(other, standard, other);
    check(standard, link, link);
}

static void test_path_of_socket__lines_of_proc__name_the_lxcpath(void **state)
{
    (void)state;
    static const char line[] =
        "0000000000000000: 00000002 00000000 00010000 0001 01 1755 @/var/lib/lxc/web1/command";
    auto_free char *path = path_of_socket(line, "web1");
    assert_string_equal(path, "/var/lib/lxc");
    assert_null(path_of_socket(line, "eb1"));
    assert_null(path_of_socket(line, "web2"));
    assert_null(path_of_socket("Num RefCount Protocol", "web1"));
    assert_null(path_of_socket("00: 0 /run/x.sock", "web1"));
    assert_null(path_of_socket("00: 0 @lxc/0123456789abcdef/command", "0123456789abcdef"));
}

static void test_path_check_spelling__nothing_runs__is_fine(void **state)
{
    struct error *err = NULL;
    assert_int_equal(path_check_spelling(*state, "nobody-has-this-name", &err), 0);
    assert_no_error(err);
}

static void test_path_is_in__links_and_what_is_not_made_yet__are_seen_through(void **state)
{
    auto_free char *folder = xasprintf("%s/lxc", (char *)*state);
    auto_free char *other = xasprintf("%s/lxc2", (char *)*state);
    auto_free char *link = xasprintf("%s/link", (char *)*state);
    auto_free char *deep = xasprintf("%s/link/new/er", (char *)*state);
    auto_free char *out = xasprintf("%s/lxc/../lxc2", (char *)*state);
    assert_int_equal(mkdir(folder, 0700), 0);
    assert_int_equal(mkdir(other, 0700), 0);
    assert_int_equal(symlink(folder, link), 0);
    assert_true(path_is_in(folder, folder));
    assert_true(path_is_in(folder, link));
    assert_true(path_is_in(deep, folder));
    assert_true(path_is_in(folder, "/"));
    assert_false(path_is_in(other, folder));
    assert_false(path_is_in(out, folder));
    assert_false(path_is_in("/", folder));
    assert_false(path_is_in("nowhere", folder));
    assert_false(path_is_in(folder, "/nonexistent"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_path_lxcpath__slashes__are_as_few_as_can_be),
        cmocka_unit_test_setup_teardown(test_path_lxcpath__link_to_the_default__is_the_default,
                                        temp_dir_make, temp_dir_remove),
        cmocka_unit_test_setup_teardown(
            test_path_is_in__links_and_what_is_not_made_yet__are_seen_through, temp_dir_make,
            temp_dir_remove),
        cmocka_unit_test(test_path_of_socket__lines_of_proc__name_the_lxcpath),
        cmocka_unit_test_setup_teardown(test_path_check_spelling__nothing_runs__is_fine,
                                        temp_dir_make, temp_dir_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
