#include "support/unit.h"

#include "base/buf.h"

static void test_buf__nothing_added__is_the_empty_text(void **state)
{
    (void)state;
    auto_buf struct buf buf = {0};
    assert_string_equal(buf_str(&buf), "");
    auto_free char *text = buf_steal(&buf);
    assert_string_equal(text, "");
}

static void test_buf__many_additions__grow_and_stay_terminated(void **state)
{
    (void)state;
    auto_buf struct buf buf;
    buf_init(&buf);
    for (int i = 0; i < 1000; i++) {
        buf_add_str(&buf, "abc");
        assert_int_equal(buf.data[buf.size], '\0');
    }
    assert_int_equal(buf.size, 3000);
    assert_memory_equal(buf.data + 2997, "abc", 4);
}

static void test_buf__nul_bytes__are_bytes_like_others(void **state)
{
    (void)state;
    auto_buf struct buf buf = {0};
    buf_add(&buf, "a\0b", 3);
    buf_add_char(&buf, 'c');
    assert_int_equal(buf.size, 4);
    assert_memory_equal(buf.data, "a\0bc", 5);
}

static void test_buf__no_bytes__still_make_it_a_text(void **state)
{
    (void)state;
    auto_buf struct buf buf = {0};
    buf_add(&buf, NULL, 0);
    assert_non_null(buf.data);
    assert_string_equal(buf.data, "");
}

static void test_buf__printf__adds_to_what_is_there(void **state)
{
    (void)state;
    auto_buf struct buf buf = {0};
    buf_add_str(&buf, "x");
    buf_printf(&buf, "%d-%s", 42, "y");
    assert_string_equal(buf_str(&buf), "x42-y");
}

static void test_buf__reserve__keeps_content_and_saves_further_moves(void **state)
{
    (void)state;
    auto_buf struct buf buf = {0};
    buf_add_str(&buf, "keep");
    buf_reserve(&buf, 5000);
    const char *before = buf.data;
    for (int i = 0; i < 5000; i++)
        buf_add_char(&buf, 'x');
    assert_ptr_equal(buf.data, before);
    assert_memory_equal(buf.data, "keepx", 5);
}

static void test_buf__steal__leaves_an_empty_buffer(void **state)
{
    (void)state;
    auto_buf struct buf buf = {0};
    buf_add_str(&buf, "text");
    auto_free char *text = buf_steal(&buf);
    assert_string_equal(text, "text");
    assert_null(buf.data);
    assert_int_equal(buf.size, 0);
    buf_add_str(&buf, "again");
    assert_string_equal(buf_str(&buf), "again");
}

static void test_buf__cleared_twice_or_wiped__is_harmless(void **state)
{
    (void)state;
    struct buf buf = {0};
    buf_add_str(&buf, "secret");
    buf_wipe(&buf);
    assert_null(buf.data);
    assert_int_equal(buf.room, 0);
    buf_wipe(&buf);
    buf_clear(&buf);
    buf_clear(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_buf__nothing_added__is_the_empty_text),
        cmocka_unit_test(test_buf__many_additions__grow_and_stay_terminated),
        cmocka_unit_test(test_buf__nul_bytes__are_bytes_like_others),
        cmocka_unit_test(test_buf__no_bytes__still_make_it_a_text),
        cmocka_unit_test(test_buf__printf__adds_to_what_is_there),
        cmocka_unit_test(test_buf__reserve__keeps_content_and_saves_further_moves),
        cmocka_unit_test(test_buf__steal__leaves_an_empty_buffer),
        cmocka_unit_test(test_buf__cleared_twice_or_wiped__is_harmless),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
