#include "support/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backup/catalog.h"
#include "base/str.h"
#include "support/temp_dir.h"
#include "unit/backup/store_scene.h"

static int wrong(void *context, const void *bytes, size_t size, struct error **err)
{
    (void)context;
    assert_int_equal(size, 7);
    assert_memory_equal(bytes, "archive", 7);
    error_make(err, ERROR_PARSE, "it is not good");
    return -1;
}

/* ---- */

static void test_049__an_archive__has_its_mode_and_a_digest_beside_it(void **state)
{
    auto_backup_store struct backup_store store = {.fd = -1, .lock = -1};
    struct backup_write write = sample();
    struct error *err = NULL;
    struct stat status;
    open_locked(state, &store);
    mode_t before = umask(0077);
    auto_backup_written struct backup_written written = {0};
    assert_int_equal(backup_store_write(&store, &write, &written, &err), 0);
    umask(before);
    assert_no_error(err);
    assert_string_equal(written.name, NAME);
    assert_names(state, NAME " " NAME ".sha256");
    auto_free char *path = temp_path(state, NAME);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0640);
}

static void test_050__a_name_that_is_taken__is_an_error_and_stays(void **state)
{
    auto_backup_store struct backup_store store = {.fd = -1, .lock = -1};
    struct backup_write write = sample();
    struct error *err = NULL;
    temp_put(state, NAME, "old");
    open_locked(state, &store);
    struct backup_written written;
    assert_int_equal(backup_store_write(&store, &write, &written, &err), -1);
    assert_null(written.name);
    assert_int_equal(err->code, EEXIST);
    assert_error(&err, ERROR_IO, "exists already");
    assert_names(state, NAME);
}

static void test_050__a_path_that_is_a_link_or_missing__is_an_error(void **state)
{
    auto_backup_store struct backup_store store = {.fd = -1, .lock = -1};
    struct error *err = NULL;
    auto_free char *link = temp_path(state, "link");
    auto_free char *missing = temp_path(state, "missing/deep/er");
    auto_free char *parent = temp_path(state, "missing/deep");
    auto_free char *file = temp_file(state, "file", "");
    assert_int_equal(symlink(*state, link), 0);
    assert_int_equal(backup_store_open(&store, link, true, NULL, &err), -1);
    assert_error(&err, ERROR_IO, "symbolic link");
    assert_int_equal(backup_store_open(&store, missing, false, NULL, &err), -1);
    assert_error(&err, ERROR_IO, "No such file");
    assert_int_equal(backup_store_open(&store, file, true, NULL, &err), -1);
    assert_error(&err, ERROR_IO, "Not a directory");
    mode_t before = umask(0077);
    assert_int_equal(backup_store_open(&store, missing, true, NULL, &err), 0);
    umask(before);
    struct stat status;
    assert_int_equal(stat(missing, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0750);
    assert_int_equal(stat(parent, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0755);
}

static void test_047__what_does_not_pass_the_check__leaves_nothing(void **state)
{
    auto_backup_store struct backup_store store = {.fd = -1, .lock = -1};
    struct backup_write write = sample();
    struct error *err = NULL;
    write.check = wrong;
    write.compat = true;
    temp_put(state, "a.tar.gz", "the one before");
    open_locked(state, &store);
    struct backup_written written;
    assert_int_equal(backup_store_write(&store, &write, &written, &err), -1);
    assert_null(written.name);
    assert_error(&err, ERROR_PARSE, "not good");
    assert_names(state, "a.tar.gz");
}

static void test_047__left_by_a_killed_run__is_cleared_away(void **state)
{
    auto_backup_store struct backup_store store = {.fd = -1, .lock = -1};
    temp_put(state, ".a-20260831T010203Z.tar.gz.old.part", "half");
    temp_put(state, ".other.part", "somebody else's");
    temp_put(state, "a-20260101T000000Z.tar.gz.sha256", "of nothing");
    temp_put(state, NAME, "archive");
    temp_put(state, NAME ".sha256", "of it");
    open_locked(state, &store);
    assert_names(state, ".other.part " NAME " " NAME ".sha256");
}

static void test_store__the_fixed_name__is_the_newest_and_keeps_what_was_there(void **state)
{
    auto_backup_store struct backup_store store = {.fd = -1, .lock = -1};
    struct backup_write write = sample();
    struct error *err = NULL;
    auto_free char *fixed = temp_file(state, "a.tar.gz", "of the script");
    const struct timespec times[2] = {{.tv_sec = TIME - 3600}, {.tv_sec = TIME - 3600}};
    assert_int_equal(utimensat(AT_FDCWD, fixed, times, 0), 0);
    write.compat = true;
    open_locked(state, &store);
    auto_backup_written struct backup_written written = {0};
    assert_int_equal(backup_store_write(&store, &write, &written, &err), 0);
    assert_no_error(err);
    assert_string_equal(written.name, NAME);
    assert_names(state,
                 "a-20260831T000203Z.tar.gz " NAME " " NAME ".sha256 a.tar.gz a.tar.gz.sha256");
    struct stat first, second;
    auto_free char *path = temp_path(state, NAME);
    assert_int_equal(stat(path, &first), 0);
    assert_int_equal(stat(fixed, &second), 0);
    assert_int_equal(first.st_ino, second.st_ino);
}

static void write_at(struct backup_store *store, time_t time, bool compat, bool encrypted)
{
    struct backup_write write = sample();
    auto_backup_written struct backup_written written = {0};
    struct error *err = NULL;
    write.time = time;
    write.compat = compat;
    write.encrypted = encrypted;
    assert_int_equal(backup_store_write(store, &write, &written, &err), 0);
    assert_no_error(err);
}

static void test_store__the_fixed_name__goes_when_it_is_not_kept_up_to_date(void **state)
{
    auto_backup_store struct backup_store store = {.fd = -1, .lock = -1};
    open_locked(state, &store);
    write_at(&store, TIME - 1, true, false);
    write_at(&store, TIME, false, true);
    assert_names(state, "a-20260831T010202Z.tar.gz a-20260831T010202Z.tar.gz.sha256 " NAME
                        ".cms " NAME ".cms.sha256");
}

/* Its first name was pruned, or it is of OpenStack-Ansible's script. */
static void test_store__the_only_name_of_an_archive__becomes_one_that_ages(void **state)
{
    auto_backup_store struct backup_store store = {.fd = -1, .lock = -1};
    struct error *err = NULL;
    auto_free char *fixed = temp_path(state, "a.tar.gz");
    auto_free char *outside = temp_path(state, "snapshot");
    const struct timespec times[2] = {{.tv_sec = TIME - 1}, {.tv_sec = TIME - 1}};
    open_locked(state, &store);
    write_at(&store, TIME - 1, true, false);
    assert_int_equal(utimensat(AT_FDCWD, fixed, times, 0), 0);
    assert_int_equal(link(fixed, outside), 0);
    assert_int_equal(backup_store_remove(&store, "a-20260831T010202Z.tar.gz", &err), 0);
    temp_put(state, "a-20260831T010202Z.tar.gz", "of another run");
    write_at(&store, TIME + 1, false, false);
    assert_names(state, "a-20260831T010202Z.tar.gz " NAME
                        " a-20260831T010204Z.tar.gz a-20260831T010204Z.tar.gz.sha256 snapshot");
}

static void test_store__what_is_no_archive__keeps_the_fixed_name(void **state)
{
    auto_backup_store struct backup_store store = {.fd = -1, .lock = -1};
    auto_free char *fixed = temp_path(state, "a.tar.gz");
    temp_put(state, "theirs", "of somebody");
    temp_put(state, "a.tar.gz.sha256", "of theirs");
    assert_int_equal(symlink("theirs", fixed), 0);
    open_locked(state, &store);
    write_at(&store, TIME, false, false);
    assert_names(state, NAME " " NAME ".sha256 a.tar.gz a.tar.gz.sha256 theirs");
}

static void test_030__a_directory_in_use__is_waited_for_and_then_given_up(void **state)
{
    auto_backup_store struct backup_store first = {.fd = -1, .lock = -1};
    auto_backup_store struct backup_store second = {.fd = -1, .lock = -1};
    struct error *err = NULL;
    open_locked(state, &first);
    assert_int_equal(backup_store_open(&second, *state, false, NULL, &err), 0);
    assert_int_equal(backup_store_lock(&second, 150, "a", &err), -1);
    assert_error(&err, ERROR_TIMEOUT, "another run");
    backup_store_close(&first);
    assert_int_equal(backup_store_lock(&second, 0, "a", &err), 0);
}

static void test_store__an_archive__is_removed_with_what_is_beside_it(void **state)
{
    auto_backup_store struct backup_store store = {.fd = -1, .lock = -1};
    struct error *err = NULL;
    temp_put(state, NAME, "");
    temp_put(state, NAME ".sha256", "");
    temp_put(state, NAME ".sig", "");
    temp_put(state, "b", "");
    open_locked(state, &store);
    assert_int_equal(backup_store_remove(&store, NAME, &err), 0);
    assert_names(state, "b");
}

static void test_store__unknown_owners__are_named(void **state)
{
    (void)state;
    struct backup_owner owner = {0};
    struct error *err = NULL;
    assert_int_equal(backup_owner_find("no-such-user-x", NULL, &owner, &err), -1);
    assert_error(&err, ERROR_USAGE, "owner: this host knows no user no-such-user-x");
    assert_int_equal(backup_owner_find(NULL, "no-such-group-x", &owner, &err), -1);
    assert_error(&err, ERROR_USAGE, "no-such-group-x");
    assert_int_equal(backup_owner_find("0", "12", &owner, &err), 0);
    assert_int_equal(owner.gid, 12);
}

#define TEST(NAME) cmocka_unit_test_setup_teardown(NAME, temp_dir_make, temp_dir_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_049__an_archive__has_its_mode_and_a_digest_beside_it),
        TEST(test_050__a_name_that_is_taken__is_an_error_and_stays),
        TEST(test_050__a_path_that_is_a_link_or_missing__is_an_error),
        TEST(test_047__what_does_not_pass_the_check__leaves_nothing),
        TEST(test_047__left_by_a_killed_run__is_cleared_away),
        TEST(test_store__the_fixed_name__is_the_newest_and_keeps_what_was_there),
        TEST(test_store__the_fixed_name__goes_when_it_is_not_kept_up_to_date),
        TEST(test_store__the_only_name_of_an_archive__becomes_one_that_ages),
        TEST(test_store__what_is_no_archive__keeps_the_fixed_name),
        TEST(test_030__a_directory_in_use__is_waited_for_and_then_given_up),
        TEST(test_store__an_archive__is_removed_with_what_is_beside_it),
        TEST(test_store__unknown_owners__are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
