#include "support/unit.h"

#include "archive/tar_read.h"
#include "archive/tar_write.h"
#include "base/str.h"

enum { BLOCK = 512, TYPE = 156, CHECKSUM = 148, MAGIC = 257 };

static const struct tar_limits wide = {.members = 100, .member_bytes = 10000, .total_bytes = 20000};

static int note(void *context, const struct tar_member *member, struct error **err)
{
    (void)err;
    buf_printf(context, "%s%s %o %s\n", member->path, member->directory ? "/" : "", member->mode,
               member->bytes);
    return 0;
}

static void sum_up(char *header)
{
    memset(header + CHECKSUM, ' ', 8);
    unsigned sum = 0;
    for (size_t i = 0; i < BLOCK; i++)
        sum += (unsigned char)header[i];
    char text[8];
    snprintf(text, sizeof(text), "%06o", sum);
    memcpy(header + CHECKSUM, text, 7);
}

/* A header and its content, as an old tar wrote it; TYPE 0 is a file. */
static void put(struct buf *tar, const char *name, char type, const char *content)
{
    char blocks[2 * BLOCK] = {0};
    size_t length = strlen(content);
    snprintf(blocks, 100, "%s", name);
    memcpy(blocks + 100, "0000644", 7);
    memcpy(blocks + 108, "0000000", 7);
    memcpy(blocks + 116, "0000000", 7);
    snprintf(blocks + 124, 12, "%011o", (unsigned)length);
    memcpy(blocks + 136, "00000000000", 11);
    blocks[TYPE] = type;
    if (type == '1' || type == '2')
        memcpy(blocks + 157, "target", 6);
    sum_up(blocks);
    memcpy(blocks + BLOCK, content, length);
    buf_add(tar, blocks, length > 0 ? sizeof(blocks) : BLOCK);
}

static void end(struct buf *tar)
{
    static const char zeros[2 * BLOCK];
    buf_add(tar, zeros, sizeof(zeros));
}

static void refused(const struct buf *tar, const struct tar_limits *limits, const char *text)
{
    struct error *err = NULL;
    auto_buf struct buf seen = {0};
    assert_int_equal(tar_read(tar->data, tar->size, limits, note, &seen, &err), -1);
    assert_error(&err, ERROR_PARSE, text);
}

static void test_tar_read__old_headers__are_read(void **state)
{
    (void)state;
    auto_buf struct buf tar = {0}, seen = {0};
    struct error *err = NULL;
    put(&tar, "./", '5', "");
    put(&tar, "./d/", '5', "");
    put(&tar, "./d/a", '0', "one");
    put(&tar, "b", '\0', "");
    end(&tar);
    assert_int_equal(tar_read(tar.data, tar.size, &wide, note, &seen, &err), 0);
    assert_string_equal(buf_str(&seen), "./ 644 \nd/ 644 \nd/a 644 one\nb 644 \n");
}

static void test_tar_read__gnu_long_name__is_read(void **state)
{
    (void)state;
    auto_buf struct buf tar = {0}, seen = {0};
    struct error *err = NULL;
    char name[151] = {0};
    memset(name, 'x', 150);
    put(&tar, "././@LongLink", 'L', name);
    memcpy(tar.data + MAGIC, "ustar  ", 8);
    sum_up(tar.data);
    put(&tar, "xxx", '0', "one");
    end(&tar);
    assert_int_equal(tar_read(tar.data, tar.size, &wide, note, &seen, &err), 0);
    assert_true(str_starts_with(buf_str(&seen), name));
}

static void test_tar_read__what_is_no_backup__is_refused(void **state)
{
    (void)state;
    static const struct {
        char type;
        const char *text;
    } rows[] = {
        {'1', "a link: bad"},
        {'2', "a link: bad"},
        {'3', "neither a file nor a directory: bad"},
        {'4', "neither a file nor a directory: bad"},
        {'6', "neither a file nor a directory: bad"},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_buf struct buf tar = {0};
        put(&tar, "good", '0', "x");
        put(&tar, "bad", rows[i].type, "");
        end(&tar);
        refused(&tar, &wide, rows[i].text);
    }
}

static void test_tar_read__name_twice__is_refused(void **state)
{
    (void)state;
    auto_buf struct buf tar = {0};
    put(&tar, "a", '0', "x");
    put(&tar, "./a", '0', "y");
    end(&tar);
    refused(&tar, &wide, "a name twice: a");
}

static void test_tar_read__over_a_limit__is_refused(void **state)
{
    (void)state;
    auto_buf struct buf tar = {0};
    put(&tar, "a", '0', "four");
    put(&tar, "b", '0', "four");
    end(&tar);
    struct tar_limits limits = wide;
    limits.members = 1;
    refused(&tar, &limits, "too many members: b");
    limits = wide;
    limits.member_bytes = 3;
    refused(&tar, &limits, "too large: a");
    limits = wide;
    limits.total_bytes = 7;
    refused(&tar, &limits, "too many bytes: b");
}

static void test_tar_read__claimed_size_of_a_bomb__is_refused_unread(void **state)
{
    (void)state;
    auto_buf struct buf tar = {0};
    put(&tar, "bomb", '0', "x");
    memcpy(tar.data + 124, "77777777777", 11);
    sum_up(tar.data);
    refused(&tar, &wide, "too large: bomb");
}

static void test_tar_read__cut_inside_of_a_member__is_damaged(void **state)
{
    (void)state;
    auto_buf struct buf tar = {0};
    put(&tar, "a", '0', "one");
    put(&tar, "b", '0', "two");
    size_t whole = tar.size;
    end(&tar);
    for (size_t length = 1; length < whole; length++) {
        if (length == whole / 2)
            continue; /* the border of two members: a clean end as tar has it */
        struct error *err = NULL;
        auto_buf struct buf seen = {0};
        assert_int_equal(tar_read(tar.data, length, &wide, note, &seen, &err), -1);
        assert_int_equal(err->kind, ERROR_PARSE);
        error_clear(&err);
    }
}

static void test_tar_read__header_bit_flipped__is_damaged(void **state)
{
    (void)state;
    auto_buf struct buf tar = {0};
    put(&tar, "a", '0', "one");
    put(&tar, "b", '0', "two");
    end(&tar);
    for (size_t i = 0; i < BLOCK; i++) {
        struct error *err = NULL;
        auto_buf struct buf seen = {0};
        if (i >= CHECKSUM && i < CHECKSUM + 8)
            continue; /* blanks there may be written in several ways */
        tar.data[2 * BLOCK + i] ^= 1;
        int status = tar_read(tar.data, tar.size, &wide, note, &seen, &err);
        tar.data[2 * BLOCK + i] ^= 1;
        if (status == 0)
            fail_msg("byte %zu", i);
        error_clear(&err);
    }
}

static void test_tar_read__no_tar__is_refused(void **state)
{
    (void)state;
    auto_buf struct buf text = {0}, zeros = {0}, none = {0};
    buf_add_str(&text, "this is a text and not an archive");
    end(&zeros);
    refused(&text, &wide, "the archive is damaged");
    refused(&zeros, &wide, "");
    refused(&none, &wide, "");
}

static int stop(void *context, const struct tar_member *member, struct error **err)
{
    (void)context;
    error_make(err, ERROR_USAGE, "no %s, please", member->path);
    return -1;
}

static void test_tar_read__visitor_fails__ends_with_its_error(void **state)
{
    (void)state;
    auto_buf struct buf tar = {0};
    struct error *err = NULL;
    put(&tar, "a", '0', "one");
    end(&tar);
    assert_int_equal(tar_read(tar.data, tar.size, &wide, stop, NULL, &err), -1);
    assert_error(&err, ERROR_USAGE, "no a, please");
}

/* The bytes one by one, and then a failure of the source's own. */
struct dribble {
    const char *bytes;
    size_t left;
    bool broken;
};

static int dribble(void *context, const void **bytes, size_t *length, struct error **err)
{
    struct dribble *state = context;
    if (!state->left && state->broken) {
        error_make(err, ERROR_PARSE, "the sum is another one");
        return -1;
    }
    if (!state->left)
        return 0;
    *bytes = state->bytes++;
    *length = 1;
    state->left--;
    return 1;
}

static void test_tar_read__in_pieces__is_the_same_and_read_to_the_end(void **state)
{
    (void)state;
    for (int broken = 0; broken < 2; broken++) {
        auto_buf struct buf tar = {0}, seen = {0};
        struct error *err = NULL;
        put(&tar, "a", '0', "one");
        end(&tar);
        buf_add_str(&tar, "whatever stands behind the end");
        struct dribble bytes = {.bytes = tar.data, .left = tar.size, .broken = broken};
        const struct source source = {.next = dribble, .context = &bytes};
        int result = tar_read_source(&source, &wide, note, &seen, &err);
        assert_string_equal(buf_str(&seen), "a 644 one\n");
        assert_int_equal(bytes.left, 0);
        assert_int_equal(result, broken ? -1 : 0);
        if (broken)
            assert_error(&err, ERROR_PARSE, "the sum is another one");
    }
}

static void test_tar_read__a_source_that_fails_halfway__says_why(void **state)
{
    (void)state;
    auto_buf struct buf tar = {0}, seen = {0};
    struct error *err = NULL;
    put(&tar, "a", '0', "one");
    struct dribble bytes = {.bytes = tar.data, .left = tar.size - 10, .broken = true};
    const struct source source = {.next = dribble, .context = &bytes};
    assert_int_equal(tar_read_source(&source, &wide, note, &seen, &err), -1);
    assert_error(&err, ERROR_PARSE, "the sum is another one");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tar_read__in_pieces__is_the_same_and_read_to_the_end),
        cmocka_unit_test(test_tar_read__a_source_that_fails_halfway__says_why),
        cmocka_unit_test(test_tar_read__old_headers__are_read),
        cmocka_unit_test(test_tar_read__gnu_long_name__is_read),
        cmocka_unit_test(test_tar_read__what_is_no_backup__is_refused),
        cmocka_unit_test(test_tar_read__name_twice__is_refused),
        cmocka_unit_test(test_tar_read__over_a_limit__is_refused),
        cmocka_unit_test(test_tar_read__claimed_size_of_a_bomb__is_refused_unread),
        cmocka_unit_test(test_tar_read__cut_inside_of_a_member__is_damaged),
        cmocka_unit_test(test_tar_read__header_bit_flipped__is_damaged),
        cmocka_unit_test(test_tar_read__no_tar__is_refused),
        cmocka_unit_test(test_tar_read__visitor_fails__ends_with_its_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
