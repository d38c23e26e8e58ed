#include "support/unit.h"

#include "base/stream.h"

static void test_stream__into_a_buffer__is_added(void **state)
{
    (void)state;
    auto_buf struct buf out = {0};
    struct error *err = NULL;
    const struct sink sink = sink_of_buf(&out);
    assert_int_equal(sink_add(&sink, "ab", 2, &err), 0);
    assert_int_equal(sink_add(&sink, "", 0, &err), 0);
    assert_int_equal(sink_add(&sink, "c", 1, &err), 0);
    assert_string_equal(buf_str(&out), "abc");
}

static void test_stream__bytes__come_as_one_piece(void **state)
{
    (void)state;
    struct source_bytes left = {.bytes = "abc", .length = 3};
    const struct source source = source_of_bytes(&left);
    const void *piece = NULL;
    size_t length = 0;
    struct error *err = NULL;
    assert_int_equal(source_next(&source, &piece, &length, &err), 1);
    assert_int_equal(length, 3);
    assert_memory_equal(piece, "abc", 3);
    assert_int_equal(source_next(&source, &piece, &length, &err), 0);
    assert_int_equal(source_next(&source, &piece, &length, &err), 0);
}

static int three_pieces(void *context, const void **bytes, size_t *length, struct error **err)
{
    int *given = context;
    *bytes = "x";
    *length = 1;
    if (++*given <= 3)
        return 1;
    error_make(err, ERROR_PARSE, "the end is missing");
    return -1;
}

static void test_stream__drained__tells_what_is_found_at_the_end(void **state)
{
    (void)state;
    int given = 0;
    struct error *err = NULL;
    const struct source source = {.next = three_pieces, .context = &given};
    struct source_bytes left = {.bytes = "abc", .length = 3};
    const struct source whole = source_of_bytes(&left);
    assert_int_equal(source_drain(&whole, &err), 0);
    assert_int_equal(left.length, 0);
    assert_int_equal(source_drain(&source, &err), -1);
    assert_int_equal(given, 4);
    assert_error(&err, ERROR_PARSE, "the end is missing");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stream__into_a_buffer__is_added),
        cmocka_unit_test(test_stream__bytes__come_as_one_piece),
        cmocka_unit_test(test_stream__drained__tells_what_is_found_at_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
