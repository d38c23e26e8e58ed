/* Writing one archive where the directory or the disk is not as it should be. */
#include "support/unit.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fs/file.h"
#include "support/temp_dir.h"
#include "unit/backup/store_scene.h"

#define PART "." NAME ".run.part"

/* Puts its own into the file behind the back of the sink: CONTEXT is the directory. */
static int tamper(void *context, const struct sink *out, struct error **err)
{
    if (sink_add(out, "archive", 7, err) < 0)
        return -1;
    auto_free char *path = xasprintf("%s/" PART, (const char *)context);
    assert_int_equal(truncate(path, 5), 0);
    return 0;
}

static void assert_fails(void **state, struct backup_write *write, int code, const char *said)
{
    auto_backup_store struct backup_store store = {.fd = -1, .lock = -1};
    struct error *err = NULL;
    struct backup_written written;
    open_locked(state, &store);
    assert_int_equal(backup_store_write(&store, write, &written, &err), -1);
    assert_null(written.name);
    assert_int_equal(err->code, code);
    assert_error(&err, ERROR_IO, said);
}

/* ---- */

static void test_048__no_room_for_three_of_it__writes_nothing(void **state)
{
    struct backup_write write = sample();
    write.expected = (size_t)1 << 55;
    assert_fails(state, &write, ENOSPC, "needs three times its size");
    assert_names(state, "");
}

static void test_store_write__what_the_disk_gives_back__is_compared(void **state)
{
    struct backup_write write = sample();
    write.produce = tamper;
    write.context = *state;
    assert_fails(state, &write, 0, "the disk gives back something else than was written");
    assert_names(state, "");
}

static void test_store_write__a_part_of_that_name__is_not_written_into(void **state)
{
    auto_backup_store struct backup_store store = {.fd = -1, .lock = -1};
    struct backup_write write = sample();
    struct error *err = NULL;
    struct backup_written written;
    open_locked(state, &store); /* clears the parts of others away */
    temp_put(state, "elsewhere", "mine");
    auto_free char *from = temp_path(state, "elsewhere");
    auto_free char *to = temp_path(state, PART);
    assert_int_equal(symlink(from, to), 0);
    assert_int_equal(backup_store_write(&store, &write, &written, &err), -1);
    assert_int_equal(err->code, EEXIST);
    assert_error(&err, ERROR_IO, "cannot be made");
    auto_buf struct buf bytes = {0};
    assert_int_equal(file_read(from, 100, &bytes, &err), 0);
    assert_string_equal(buf_str(&bytes), "mine");
    assert_names(state, PART " elsewhere");
}

static void test_store_write__where_only_the_fixed_name_fails__the_archive_stays(void **state)
{
    struct backup_write write = sample();
    write.compat = true;
    auto_free char *fixed = temp_path(state, "a.tar.gz");
    assert_int_equal(mkdir(fixed, 0700), 0);
    assert_fails(state, &write, EISDIR, "a.tar.gz: cannot get its name");
    assert_names(state, NAME " " NAME ".sha256 a.tar.gz");
}

static void test_045__a_signature__is_beside_it_with_the_same_rights(void **state)
{
    auto_backup_store struct backup_store store = {.fd = -1, .lock = -1};
    auto_backup_written struct backup_written written = {0};
    auto_buf struct buf signature = {0}, bytes = {0};
    struct backup_write write = sample();
    struct error *err = NULL;
    struct stat status;
    buf_add_str(&signature, "signed");
    write.signature = &signature;
    open_locked(state, &store);
    assert_int_equal(backup_store_write(&store, &write, &written, &err), 0);
    auto_free char *path = temp_path(state, NAME ".sig");
    assert_int_equal(file_read(path, 100, &bytes, &err), 0);
    assert_string_equal(buf_str(&bytes), "signed");
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0640);
    assert_names(state, NAME " " NAME ".sha256 " NAME ".sig");
}

#define TEST(NAME) cmocka_unit_test_setup_teardown(NAME, temp_dir_make, temp_dir_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_048__no_room_for_three_of_it__writes_nothing),
        TEST(test_store_write__what_the_disk_gives_back__is_compared),
        TEST(test_store_write__a_part_of_that_name__is_not_written_into),
        TEST(test_store_write__where_only_the_fixed_name_fails__the_archive_stays),
        TEST(test_045__a_signature__is_beside_it_with_the_same_rights),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
