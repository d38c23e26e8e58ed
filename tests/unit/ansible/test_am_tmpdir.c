#include "support/unit.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ansible/am_tmpdir.h"
#include "base/str.h"
#include "fs/dir.h"

/* A directory of the test's own, which is TMPDIR as well. */
static char *sandbox;

static int make_sandbox(void **state)
{
    (void)state;
    char path[] = "/tmp/test_am_tmpdir_XXXXXX";
    sandbox = xstrdup(mkdtemp(path));
    return setenv("TMPDIR", sandbox, 1);
}

static int remove_sandbox(void **state)
{
    (void)state;
    auto_error struct error *err = NULL;
    int status = dir_remove(sandbox, &err);
    free(sandbox);
    return status;
}

static mode_t mode_of(const char *path)
{
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    assert_true(S_ISDIR(status.st_mode));
    return status.st_mode & 07777;
}

static void test_am_tmpdir__the_one_given__is_used_and_left(void **state)
{
    (void)state;
    auto_error struct error *err = NULL;
    auto_free char *given = xasprintf("%s/", sandbox);
    struct am_context context = {.tmpdir = given};
    struct am_tmpdir tmpdir = {0};
    assert_int_equal(am_tmpdir_init(&tmpdir, &context, &err), 0);
    assert_string_equal(tmpdir.path, sandbox);
    am_tmpdir_clear(&tmpdir);
    assert_null(tmpdir.path);
    assert_int_equal(access(sandbox, F_OK), 0);
}

/* Makes one, looks, puts a file and a directory in, and clears. Returns where it was, owned. */
static char *make_and_clear(struct am_context *context)
{
    auto_error struct error *err = NULL;
    struct am_tmpdir tmpdir = {0};
    assert_int_equal(am_tmpdir_init(&tmpdir, context, &err), 0);
    assert_int_equal(mode_of(tmpdir.path), 0700);
    auto_free char *inner = xasprintf("%s/sub", tmpdir.path);
    assert_int_equal(mkdir(inner, 0700), 0);
    char *path = xstrdup(tmpdir.path);
    am_tmpdir_clear(&tmpdir);
    return path;
}

static void test_am_tmpdir__none_given__is_made_below_remote_tmp(void **state)
{
    (void)state;
    struct am_context context = {.remote_tmp = "$TMPDIR"};
    strv_init(&context.warnings);
    auto_free char *path = make_and_clear(&context);
    auto_free char *prefix = xasprintf("%s/ansible-moduletmp-", sandbox);
    assert_true(str_starts_with(path, prefix));
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(context.warnings.count, 0);
}

static void test_am_tmpdir__keep_remote_files__keeps_it(void **state)
{
    (void)state;
    struct am_context context = {.keep_remote_files = true};
    auto_free char *path = make_and_clear(&context);
    assert_int_equal(access(path, F_OK), 0);
}

static void test_am_tmpdir__a_missing_remote_tmp__is_made_with_a_warning(void **state)
{
    (void)state;
    auto_free char *base = xasprintf("%s/a/b", sandbox);
    struct am_context context = {.remote_tmp = base};
    strv_init(&context.warnings);
    auto_free char *path = make_and_clear(&context);
    assert_true(str_starts_with(path, base));
    assert_int_equal(mode_of(base), 0700);
    auto_free char *wanted = xasprintf("Module remote_tmp %s did not exist and was created with a "
                                       "mode of 0700, this may cause issues when running as "
                                       "another user. To avoid this, create the remote_tmp dir "
                                       "with the correct permissions manually",
                                       base);
    assert_int_equal(context.warnings.count, 1);
    assert_string_equal(context.warnings.items[0], wanted);
    strv_clear(&context.warnings);
}

static void test_am_tmpdir__an_impossible_remote_tmp__falls_back_with_a_warning(void **state)
{
    (void)state;
    auto_free char *file = xasprintf("%s/file", sandbox);
    auto_free char *base = xasprintf("%s/below", file);
    struct am_context context = {.remote_tmp = base};
    strv_init(&context.warnings);
    close(open(file, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    auto_free char *path = make_and_clear(&context);
    auto_free char *prefix = xasprintf("%s/ansible-moduletmp-", sandbox);
    auto_free char *warning = xasprintf(
        "Unable to use '%s' as temporary directory, falling back to system default: ", base);
    assert_true(str_starts_with(path, prefix));
    assert_int_equal(context.warnings.count, 1);
    assert_true(str_starts_with(context.warnings.items[0], warning));
    strv_clear(&context.warnings);
}

static void test_am_tmpdir__no_variable__uses_a_system_directory(void **state)
{
    (void)state;
    struct am_context context = {0};
    unsetenv("TMPDIR");
    setenv("TEMP", "/nonexistent/place", 1);
    unsetenv("TMP");
    auto_free char *path = make_and_clear(&context);
    assert_true(str_starts_with(path, "/tmp/ansible-moduletmp-"));
}

static void test_am_tmpdir__no_place_to_make_it__is_an_error(void **state)
{
    (void)state;
    auto_error struct error *err = NULL;
    struct am_context context = {.remote_tmp = "/proc"};
    struct am_tmpdir tmpdir = {0};
    assert_int_equal(am_tmpdir_init(&tmpdir, &context, &err), -1);
    assert_error(&err, ERROR_IO, "cannot make a temporary directory in /proc: ");
    assert_null(tmpdir.path);
}

int main(void)
{
#define UNIT(FUNCTION) cmocka_unit_test_setup_teardown(FUNCTION, make_sandbox, remove_sandbox)
    const struct CMUnitTest tests[] = {
        UNIT(test_am_tmpdir__the_one_given__is_used_and_left),
        UNIT(test_am_tmpdir__none_given__is_made_below_remote_tmp),
        UNIT(test_am_tmpdir__keep_remote_files__keeps_it),
        UNIT(test_am_tmpdir__a_missing_remote_tmp__is_made_with_a_warning),
        UNIT(test_am_tmpdir__an_impossible_remote_tmp__falls_back_with_a_warning),
        UNIT(test_am_tmpdir__no_variable__uses_a_system_directory),
        UNIT(test_am_tmpdir__no_place_to_make_it__is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
