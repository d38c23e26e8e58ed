#include "support/unit.h"

#include "archive/tar_read.h"
#include "archive/tar_write.h"

enum { WHEN = 1700000000, BLOCK = 512, NAME = 250 };

static void sample(struct buf *out)
{
    struct error *err = NULL;
    const struct sink sink = sink_of_buf(out);
    auto_tar_writer struct tar_writer *writer = tar_writer_new(&sink, WHEN);
    assert_int_equal(tar_writer_directory(writer, "d", 0700, &err), 0);
    assert_int_equal(tar_writer_file(writer, "d/a", 0600, "content", 7, &err), 0);
    assert_int_equal(tar_writer_finish(writer, &err), 0);
}

static void test_tar_write__same_members__same_bytes(void **state)
{
    (void)state;
    auto_buf struct buf one = {0}, two = {0};
    sample(&one);
    sample(&two);
    assert_int_equal(one.size, 10240);
    assert_int_equal(two.size, one.size);
    assert_memory_equal(one.data, two.data, one.size);
}

static void test_tar_write__header__is_ustar_of_nobody(void **state)
{
    (void)state;
    auto_buf struct buf tar = {0};
    sample(&tar);
    const char *file = tar.data + BLOCK;
    assert_string_equal(tar.data, "d/");
    assert_string_equal(file, "d/a");
    assert_memory_equal(file + 100,
                        "000600 \0" /* mode, uid, gid */
                        "000000 \0"
                        "000000 ",
                        24);
    assert_memory_equal(file + 136, "14524770400", 11); /* WHEN */
    assert_int_equal(file[156], '0');
    assert_memory_equal(file + 257, "ustar\00000", 8);
    assert_int_equal(file[265], '\0'); /* no name of a user */
    assert_string_equal(file + BLOCK, "content");
}

static int keep_path(void *context, const struct tar_member *member, struct error **err)
{
    (void)err;
    buf_printf(context, "%s %zu\n", member->path, member->length);
    return 0;
}

static void test_tar_write__name_of_250_characters__is_read_back(void **state)
{
    (void)state;
    char name[NAME + 1] = {0};
    memset(name, 'n', NAME);
    auto_free char *path = xasprintf("directory/%s", name);
    auto_free char *want = xasprintf("directory/%s 1\n", name);
    auto_buf struct buf tar = {0}, seen = {0};
    struct error *err = NULL;
    const struct sink sink = sink_of_buf(&tar);
    auto_tar_writer struct tar_writer *writer = tar_writer_new(&sink, WHEN);
    assert_int_equal(tar_writer_file(writer, path, 0600, "x", 1, &err), 0);
    assert_int_equal(tar_writer_finish(writer, &err), 0);
    struct tar_limits limits = {.members = 1, .member_bytes = 1, .total_bytes = 1};
    assert_int_equal(tar_read(tar.data, tar.size, &limits, keep_path, &seen, &err), 0);
    assert_string_equal(buf_str(&seen), want);
}

static int full(void *context, const void *bytes, size_t length, struct error **err)
{
    (void)bytes, (void)length;
    error_make(err, ERROR_IO, "no room, %d times", ++*(int *)context);
    return -1;
}

static void test_tar_write__a_sink_that_fails__is_asked_once(void **state)
{
    (void)state;
    int asked = 0;
    struct error *err = NULL;
    static const char zeros[20480];
    const struct sink sink = {.add = full, .context = &asked};
    auto_tar_writer struct tar_writer *writer = tar_writer_new(&sink, WHEN);
    assert_int_equal(tar_writer_file(writer, "a", 0600, zeros, sizeof(zeros), &err), -1);
    assert_error(&err, ERROR_IO, "no room, 1 times");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tar_write__same_members__same_bytes),
        cmocka_unit_test(test_tar_write__header__is_ustar_of_nobody),
        cmocka_unit_test(test_tar_write__name_of_250_characters__is_read_back),
        cmocka_unit_test(test_tar_write__a_sink_that_fails__is_asked_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
