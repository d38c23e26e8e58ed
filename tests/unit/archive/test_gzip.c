#include "support/unit.h"

#include <errno.h>

#include "archive/gzip.h"
#include "support/gzip_whole.h"

enum { MANY = 300000, NO_LIMIT = 1 << 30 };

/* Bytes that do not compress to nothing. */
static void fill(struct buf *bytes, size_t length)
{
    unsigned seed = 1;
    for (size_t i = 0; i < length; i++) {
        seed = seed * 1103515245u + 12345u;
        buf_add_char(bytes, (char)(seed >> 24));
    }
}

static void packed_sample(struct buf *plain, struct buf *packed)
{
    buf_init(plain);
    buf_init(packed);
    fill(plain, MANY);
    gzip_whole(plain->data, plain->size, packed);
}

static void test_gzip__packed_bytes__unpack_to_the_same(void **state)
{
    (void)state;
    auto_buf struct buf plain, packed, again = {0};
    struct error *err = NULL;
    packed_sample(&plain, &packed);
    assert_true(gzip_is(packed.data, packed.size));
    assert_false(gzip_is(plain.data, plain.size));
    assert_int_equal(gunzip_whole(packed.data, packed.size, NO_LIMIT, &again, &err), 0);
    assert_int_equal(again.size, plain.size);
    assert_memory_equal(again.data, plain.data, plain.size);
    assert_int_equal(again.data[again.size], '\0');
}

static void test_gzip__nothing__packs_and_unpacks(void **state)
{
    (void)state;
    auto_buf struct buf packed = {0}, again = {0};
    struct error *err = NULL;
    gzip_whole("", 0, &packed);
    assert_int_equal(gunzip_whole(packed.data, packed.size, 0, &again, &err), 0);
    assert_int_equal(again.size, 0);
}

static void test_gzip__header__holds_neither_time_nor_name(void **state)
{
    (void)state;
    auto_buf struct buf packed = {0};
    gzip_whole("abc", 3, &packed);
    assert_memory_equal(packed.data, "\x1f\x8b\x08\0\0\0\0\0", 8);
}

static void test_gzip__two_members__unpack_to_both(void **state)
{
    (void)state;
    auto_buf struct buf packed = {0}, again = {0};
    struct error *err = NULL;
    gzip_whole("abc", 3, &packed);
    gzip_whole("def", 3, &packed);
    assert_int_equal(gunzip_whole(packed.data, packed.size, 6, &again, &err), 0);
    assert_string_equal(buf_str(&again), "abcdef");
}

static void test_gzip__cut_anywhere__ends_too_early(void **state)
{
    (void)state;
    auto_buf struct buf packed = {0};
    struct error *err = NULL;
    gzip_whole("abcabcabc", 9, &packed);
    for (size_t length = 0; length < packed.size; length++) {
        auto_buf struct buf again = {0};
        assert_int_equal(gunzip_whole(packed.data, length, NO_LIMIT, &again, &err), -1);
        assert_error(&err, ERROR_PARSE, "ends too early");
    }
}

/* The header's time and the last bits before the trailer say nothing about the content. */
static void test_gzip__any_bit_flipped__never_changes_the_content(void **state)
{
    (void)state;
    static const char text[] = "abcabcabc, and then some";
    auto_buf struct buf packed = {0};
    gzip_whole(text, sizeof(text), &packed);
    for (size_t i = 0; i < packed.size * 8; i++) {
        auto_buf struct buf again = {0};
        auto_error struct error *err = NULL;
        packed.data[i / 8] ^= (char)(1u << (i % 8));
        int status = gunzip_whole(packed.data, packed.size, NO_LIMIT, &again, &err);
        packed.data[i / 8] ^= (char)(1u << (i % 8));
        bool same = again.size == sizeof(text) && memcmp(again.data, text, sizeof(text)) == 0;
        bool in_trailer = i / 8 >= packed.size - 8;
        if (status == 0 ? !same || in_trailer : err->kind != ERROR_PARSE)
            fail_msg("bit %zu: %s", i, err ? err->message : "no error");
    }
}

static void test_gzip__something_behind__is_an_error(void **state)
{
    (void)state;
    auto_buf struct buf packed = {0}, again = {0};
    struct error *err = NULL;
    gzip_whole("abc", 3, &packed);
    buf_add_str(&packed, "garbage");
    assert_int_equal(gunzip_whole(packed.data, packed.size, NO_LIMIT, &again, &err), -1);
    assert_error(&err, ERROR_PARSE, "damaged");
}

static void test_gzip__more_than_the_limit__is_refused(void **state)
{
    (void)state;
    auto_buf struct buf plain, packed, again = {0};
    struct error *err = NULL;
    packed_sample(&plain, &packed);
    assert_int_equal(gunzip_whole(packed.data, packed.size, MANY - 1, &again, &err), -1);
    assert_int_equal(err->code, EFBIG);
    assert_error(&err, ERROR_IO, "more than 299999 bytes");
    assert_true(again.size < MANY + (128 << 10)); /* it stopped there */
}

/* ---- in pieces */

static void test_gzip__packed_in_pieces__gives_the_same_bytes(void **state)
{
    (void)state;
    auto_buf struct buf plain, packed, pieces = {0};
    struct error *err = NULL;
    enum { PIECE = 777 };
    packed_sample(&plain, &packed);
    const struct sink out = sink_of_buf(&pieces);
    auto_gzip_packer struct gzip_packer *packer = gzip_packer_new(&out);
    const struct sink in = gzip_packer_sink(packer);
    for (size_t at = 0; at < plain.size; at += PIECE)
        assert_int_equal(
            sink_add(&in, plain.data + at, plain.size - at < PIECE ? plain.size - at : PIECE, &err),
            0);
    assert_int_equal(gzip_packer_finish(packer, &err), 0);
    assert_int_equal(pieces.size, packed.size);
    assert_memory_equal(pieces.data, packed.data, packed.size);
}

static int full(void *context, const void *bytes, size_t length, struct error **err)
{
    (void)context, (void)bytes, (void)length;
    error_make(err, ERROR_IO, "no room");
    return -1;
}

static void test_gzip__a_sink_that_fails__fails_the_packer(void **state)
{
    (void)state;
    auto_buf struct buf plain, packed;
    struct error *err = NULL;
    packed_sample(&plain, &packed);
    const struct sink out = {.add = full};
    auto_gzip_packer struct gzip_packer *packer = gzip_packer_new(&out);
    const struct sink in = gzip_packer_sink(packer);
    assert_int_equal(sink_add(&in, plain.data, plain.size, &err), -1);
    assert_error(&err, ERROR_IO, "no room");
    assert_int_equal(gzip_packer_finish(packer, &err), -1);
    assert_error(&err, ERROR_IO, "no room");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gzip__packed_bytes__unpack_to_the_same),
        cmocka_unit_test(test_gzip__nothing__packs_and_unpacks),
        cmocka_unit_test(test_gzip__header__holds_neither_time_nor_name),
        cmocka_unit_test(test_gzip__two_members__unpack_to_both),
        cmocka_unit_test(test_gzip__cut_anywhere__ends_too_early),
        cmocka_unit_test(test_gzip__any_bit_flipped__never_changes_the_content),
        cmocka_unit_test(test_gzip__something_behind__is_an_error),
        cmocka_unit_test(test_gzip__more_than_the_limit__is_refused),
        cmocka_unit_test(test_gzip__packed_in_pieces__gives_the_same_bytes),
        cmocka_unit_test(test_gzip__a_sink_that_fails__fails_the_packer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
