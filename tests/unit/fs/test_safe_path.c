#include "support/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "fs/dir.h"
#include "fs/file.h"
#include "fs/safe_path.h"
#include "support/temp_dir.h"

static void test_safe_path__names__are_plain_or_not(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        bool plain;
    } rows[] = {
        {"a", true},    {"a/b", true},    {"a.b/..c", true}, {"...", true},   {"a/b/c.d", true},
        {"", false},    {"/", false},     {"/a", false},     {"a/", false},   {"a//b", false},
        {".", false},   {"..", false},    {"../a", false},   {"a/..", false}, {"a/../b", false},
        {"./a", false}, {"a/./b", false},
    };
    for (size_t i = 0; i < array_length(rows); i++)
        if (safe_path_is_plain(rows[i].name) != rows[i].plain)
            fail_msg("\"%s\"", rows[i].name);
}

static void test_safe_path__join__refuses_what_is_not_plain(void **state)
{
    (void)state;
    struct error *err = NULL;
    auto_free char *joined = safe_path_join("/root", "a/b", &err);
    auto_free char *slash = safe_path_join("/root/", "a", &err);
    assert_string_equal(joined, "/root/a/b");
    assert_string_equal(slash, "/root/a");
    assert_null(safe_path_join("/root", "../etc/passwd", &err));
    assert_error(&err, ERROR_USAGE, "\"../etc/passwd\" is not a plain path below /root");
}

/* A root with a file, a directory and links that lead out of it, and one that does not. */
static void make_tree(void **state, struct safe_root *root, bool by_hand)
{
    auto_free char *base = temp_path(state, "root");
    auto_free char *deep = temp_path(state, "root/dir/deep");
    auto_free char *secret = temp_file(state, "secret", "outside");
    struct error *err = NULL;
    assert_int_equal(dir_make(deep, 0700, &err), 0);
    temp_put(state, "root/dir/deep/file", "inside");
    auto_free char *out_link = temp_path(state, "root/out");
    auto_free char *up_link = temp_path(state, "root/dir/up");
    auto_free char *inner_link = temp_path(state, "root/inner");
    assert_int_equal(symlink(secret, out_link), 0);
    assert_int_equal(symlink("../..", up_link), 0);
    assert_int_equal(symlink("dir/deep/file", inner_link), 0);
    assert_int_equal(safe_root_open(root, base, &err), 0);
    root->by_hand = by_hand;
}

static void check_tree(void **state, bool by_hand)
{
    auto_safe_root struct safe_root root = {.fd = -1};
    auto_buf struct buf out = {0};
    struct error *err = NULL;
    make_tree(state, &root, by_hand);
    auto_close int fd = safe_root_file(&root, "dir/deep/file", O_RDONLY, 0, &err);
    assert_no_error(err);
    assert_int_equal(file_read_fd(fd, "file", 100, &out, &err), 0);
    assert_string_equal(buf_str(&out), "inside");
    assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);

    static const char *const links[] = {"out", "inner", "dir/up", "dir/up/secret", "out/x"};
    for (size_t i = 0; i < array_length(links); i++) {
        assert_int_equal(safe_root_file(&root, links[i], O_RDONLY, 0, &err), -1);
        assert_int_equal(err->code, ELOOP);
        assert_error(&err, ERROR_IO, "is a symbolic link, or lies behind one");
    }
    assert_int_equal(safe_root_file(&root, "../secret", O_RDONLY, 0, &err), -1);
    assert_error(&err, ERROR_USAGE, "not a plain path");
    assert_int_equal(safe_root_file(&root, "absent/file", O_RDONLY, 0, &err), -1);
    assert_int_equal(err->code, ENOENT);
    assert_error(&err, ERROR_IO, "root/absent/file");
    assert_int_equal(safe_root_file(&root, "dir/deep/file/x", O_RDONLY, 0, &err), -1);
    assert_int_equal(err->code, ENOTDIR);
    error_clear(&err);
}

static void test_safe_path__kernel__lets_nothing_out(void **state)
{
    check_tree(state, false);
}

static void test_safe_path__by_hand__lets_nothing_out(void **state)
{
    check_tree(state, true);
}

static void check_create(void **state, bool by_hand)
{
    auto_safe_root struct safe_root root = {.fd = -1};
    auto_free char *secret = temp_path(state, "secret");
    auto_buf struct buf out = {0};
    struct error *err = NULL;
    make_tree(state, &root, by_hand);
    int flags = O_WRONLY | O_CREAT | O_TRUNC;
    auto_close int fd = safe_root_file(&root, "dir/new", flags, 0640, &err);
    assert_no_error(err);
    assert_int_equal(write(fd, "x", 1), 1);
    assert_int_equal(safe_root_file(&root, "out", flags, 0640, &err), -1);
    assert_int_equal(err->code, ELOOP);
    error_clear(&err);
    assert_int_equal(file_read(secret, 100, &out, &err), 0);
    assert_string_equal(buf_str(&out), "outside");
    auto_close int dir = safe_root_file(&root, "dir", O_RDONLY | O_DIRECTORY, 0, &err);
    assert_no_error(err);
    assert_true(dir >= 0);
}

static void test_safe_path__created_by_kernel__stays_inside(void **state)
{
    check_create(state, false);
}

static void test_safe_path__created_by_hand__stays_inside(void **state)
{
    check_create(state, true);
}

static void test_safe_path__no_such_root__is_named(void **state)
{
    auto_free char *absent = temp_path(state, "absent");
    auto_safe_root struct safe_root root = {.fd = -1};
    struct error *err = NULL;
    assert_int_equal(safe_root_open(&root, absent, &err), -1);
    assert_error(&err, ERROR_IO, absent);
}

#define in_temp_dir(TEST) cmocka_unit_test_setup_teardown(TEST, temp_dir_make, temp_dir_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_safe_path__names__are_plain_or_not),
        cmocka_unit_test(test_safe_path__join__refuses_what_is_not_plain),
        in_temp_dir(test_safe_path__kernel__lets_nothing_out),
        in_temp_dir(test_safe_path__by_hand__lets_nothing_out),
        in_temp_dir(test_safe_path__created_by_kernel__stays_inside),
        in_temp_dir(test_safe_path__created_by_hand__stays_inside),
        in_temp_dir(test_safe_path__no_such_root__is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
