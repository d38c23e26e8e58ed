#include "support/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/str.h"
#include "fs/atomic.h"
#include "fs/dir.h"
#include "fs/file.h"
#include "support/temp_dir.h"

static char *content(const char *path)
{
    struct buf out = {0};
    assert_int_equal(file_read(path, 1000000, &out, NULL), 0);
    return buf_steal(&out);
}

static size_t entries(void **state)
{
    auto_strv struct strv names = {0};
    assert_int_equal(dir_list(*state, &names, NULL), 0);
    return names.count;
}

static mode_t mode_of(const char *path)
{
    struct stat status;
    assert_int_equal(lstat(path, &status), 0);
    return status.st_mode;
}

static void test_atomic__new_file__has_content_and_exact_mode(void **state)
{
    auto_free char *path = temp_path(state, "a");
    struct error *err = NULL;
    mode_t old = umask(077);
    assert_int_equal(file_write_atomic(path, "hello", 5, 0644, &err), 0);
    umask(old);
    auto_free char *text = content(path);
    assert_string_equal(text, "hello");
    assert_int_equal(mode_of(path), S_IFREG | 0644);
    assert_int_equal(entries(state), 1);
}

static void test_atomic__old_file__is_replaced(void **state)
{
    auto_free char *path = temp_file(state, "a", "something longer");
    struct error *err = NULL;
    assert_int_equal(file_write_atomic(path, "", 0, 0600, &err), 0);
    auto_free char *text = content(path);
    assert_string_equal(text, "");
    assert_int_equal(mode_of(path), S_IFREG | 0600);
    assert_int_equal(entries(state), 1);
}

static void test_file_flush_parent__folder__must_be_there(void **state)
{
    auto_free char *path = temp_path(state, "a");
    auto_free char *deep = temp_path(state, "none/a");
    auto_error struct error *err = NULL;
    assert_int_equal(file_flush_parent(path, &err), 0);
    assert_int_equal(file_flush_parent("a", &err), 0);
    assert_int_equal(file_flush_parent("/a", &err), 0);
    assert_int_equal(file_flush_parent(deep, &err), -1);
    assert_int_equal(err->kind, ERROR_IO);
}

static void test_atomic__link__is_replaced_not_followed(void **state)
{
    auto_free char *target = temp_file(state, "target", "untouched");
    auto_free char *path = temp_path(state, "link");
    struct error *err = NULL;
    assert_int_equal(symlink(target, path), 0);
    assert_int_equal(file_write_atomic(path, "new", 3, 0600, &err), 0);
    auto_free char *text = content(target);
    assert_string_equal(text, "untouched");
    assert_true(S_ISREG(mode_of(path)));
}

static void test_atomic__no_directory__fails_and_names_the_file(void **state)
{
    auto_free char *path = temp_path(state, "absent/a");
    struct error *err = NULL;
    assert_int_equal(file_write_atomic(path, "x", 1, 0600, &err), -1);
    assert_int_equal(err->code, ENOENT);
    assert_error(&err, ERROR_IO, path);
    assert_int_equal(entries(state), 0);
}

static void test_atomic__rename_impossible__leaves_nothing_behind(void **state)
{
    auto_free char *path = temp_path(state, "directory");
    struct error *err = NULL;
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(file_write_atomic(path, "x", 1, 0600, &err), -1);
    assert_int_equal(err->code, EISDIR);
    error_clear(&err);
    assert_int_equal(entries(state), 1);
}

static void test_atomic__aborted__leaves_the_old_file(void **state)
{
    auto_free char *path = temp_file(state, "a", "old");
    struct error *err = NULL;
    {
        auto_atomic_file struct atomic_file file = {.fd = -1};
        assert_int_equal(atomic_file_open(&file, path, 0600, &err), 0);
        assert_int_equal(atomic_file_add(&file, "new", 3, &err), 0);
        assert_int_equal(entries(state), 2);
    }
    auto_free char *text = content(path);
    assert_string_equal(text, "old");
    assert_int_equal(entries(state), 1);
}

static void test_atomic__in_pieces__becomes_one_file(void **state)
{
    auto_free char *path = temp_path(state, "a");
    struct error *err = NULL;
    auto_atomic_file struct atomic_file file = {.fd = -1};
    assert_int_equal(atomic_file_open(&file, path, 0640, &err), 0);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(atomic_file_add(&file, "0123456789", 10, &err), 0);
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(atomic_file_commit(&file, &err), 0);
    auto_free char *text = content(path);
    assert_int_equal(strlen(text), 10000);
    atomic_file_abort(&file);
    assert_int_equal(access(path, F_OK), 0);
}

/* A file system that is full, played by a limit on the size of files, in a child. */
static int write_beyond_the_limit(const char *path)
{
    auto_error struct error *err = NULL;
    struct rlimit limit = {.rlim_cur = 1000, .rlim_max = 1000};
    static const char much[5000];
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &limit);
    int result = file_write_atomic(path, much, sizeof(much), 0600, &err);
    return result == -1 && err->code == EFBIG && str_contains(err->message, path) ? 0 : 1;
}

static void test_atomic__no_room__keeps_the_old_file_and_cleans_up(void **state)
{
    auto_free char *path = temp_file(state, "a", "old");
    pid_t pid = fork();
    if (pid == 0)
        _exit(write_beyond_the_limit(path));
    int status = 0;
    waitpid(pid, &status, 0);
    assert_int_equal(status, 0);
    auto_free char *text = content(path);
    assert_string_equal(text, "old");
    assert_int_equal(entries(state), 1);
}

static void test_atomic__bare_or_very_long_name__works_in_the_current_directory(void **state)
{
    struct error *err = NULL;
    char name[251];
    memset(name, 'n', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    auto_free char *before = getcwd(NULL, 0);
    assert_int_equal(chdir(*state), 0);
    assert_int_equal(file_write_atomic("bare", "x", 1, 0600, &err), 0);
    assert_int_equal(file_write_atomic(name, "x", 1, 0600, &err), 0);
    assert_int_equal(chdir(before), 0);
    assert_int_equal(entries(state), 2);
}

/* A writer that dies with its file half written. */
static void be_killed(const char *path)
{
    struct atomic_file file = {.fd = -1};
    if (atomic_file_open(&file, path, 0600, NULL) < 0 ||
        atomic_file_add(&file, "half", 4, NULL) < 0)
        _exit(1);
    raise(SIGKILL);
}

static void test_atomic__writer_killed__the_next_one_cleans_up(void **state)
{
    auto_free char *path = temp_path(state, "a");
    auto_free char *user = temp_file(state, ".a.backup", "of the user");
    auto_free char *folder = temp_path(state, ".a.mcapi-folder");
    assert_int_equal(mkdir(folder, 0700), 0);
    pid_t pid = fork();
    if (pid == 0)
        be_killed(path);
    int status = 0;
    waitpid(pid, &status, 0);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(entries(state), 3);
    assert_int_equal(file_write_atomic(path, "x", 1, 0600, NULL), 0);
    assert_int_equal(entries(state), 3);
    assert_int_equal(access(path, F_OK), 0);
    assert_int_equal(access(user, F_OK), 0);
}

static void test_atomic__two_writers__leave_each_other_alone(void **state)
{
    auto_free char *path = temp_path(state, "a");
    struct error *err = NULL;
    auto_atomic_file struct atomic_file file = {.fd = -1};
    assert_int_equal(atomic_file_open(&file, path, 0640, &err), 0);
    assert_int_equal(atomic_file_add(&file, "slow", 4, &err), 0);
    assert_int_equal(file_write_atomic(path, "quick", 5, 0600, &err), 0);
    assert_int_equal(atomic_file_commit(&file, &err), 0);
    auto_free char *text = content(path);
    assert_string_equal(text, "slow");
    assert_int_equal(entries(state), 1);
}

#define in_temp_dir(TEST) cmocka_unit_test_setup_teardown(TEST, temp_dir_make, temp_dir_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_temp_dir(test_atomic__new_file__has_content_and_exact_mode),
        in_temp_dir(test_atomic__old_file__is_replaced),
        in_temp_dir(test_file_flush_parent__folder__must_be_there),
        in_temp_dir(test_atomic__link__is_replaced_not_followed),
        in_temp_dir(test_atomic__no_directory__fails_and_names_the_file),
        in_temp_dir(test_atomic__rename_impossible__leaves_nothing_behind),
        in_temp_dir(test_atomic__aborted__leaves_the_old_file),
        in_temp_dir(test_atomic__in_pieces__becomes_one_file),
        in_temp_dir(test_atomic__no_room__keeps_the_old_file_and_cleans_up),
        in_temp_dir(test_atomic__writer_killed__the_next_one_cleans_up),
        in_temp_dir(test_atomic__two_writers__leave_each_other_alone),
        in_temp_dir(test_atomic__bare_or_very_long_name__works_in_the_current_directory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
