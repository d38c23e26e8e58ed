#include "support/unit.h"

#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"

static const struct {
    const char *text;
    uint32_t point;
} characters[] = {
    {"A", 'A'},
    {"\x7F", 0x7F},
    {"\xC2\x80", 0x80},
    {"\xDF\xBF", 0x7FF},
    {"\xE0\xA0\x80", 0x800},
    {"\xEF\xBF\xBF", 0xFFFF},
    {"\xF0\x90\x80\x80", 0x10000},
    {"\xF4\x8F\xBF\xBF", 0x10FFFF},
};

static void test_utf8__first_and_last_of_each_length__are_read_and_written(void **state)
{
    (void)state;
    for (size_t i = 0; i < array_length(characters); i++) {
        const char *text = characters[i].text;
        size_t size = strlen(text);
        size_t length = 0;
        auto_buf struct buf out = {0};
        assert_int_equal(utf8_decode(text, size, &length), characters[i].point);
        assert_int_equal(length, size);
        assert_int_equal(utf8_sequence(text, size), size);
        utf8_add(&out, characters[i].point);
        assert_string_equal(buf_str(&out), text);
    }
}

static void test_utf8__nul__is_a_character_of_one_byte(void **state)
{
    (void)state;
    size_t length = 0;
    assert_int_equal(utf8_decode("", 1, &length), 0);
    assert_int_equal(length, 1);
    auto_buf struct buf out = {0};
    utf8_add(&out, 0);
    assert_int_equal(out.size, 1);
}

static void test_utf8__cut_off__is_no_sequence_and_never_read_beyond(void **state)
{
    (void)state;
    static const char *const cut[] = {"\xC3", "\xE2\x82", "\xF0\x9F\x98"};
    for (size_t i = 0; i < array_length(cut); i++) {
        size_t size = strlen(cut[i]);
        size_t length = 0;
        assert_int_equal(utf8_sequence(cut[i], size), 0);
        (void)utf8_decode(cut[i], size, &length);
        assert_int_equal(length, size);
    }
}

static void test_utf8__bytes__are_told_to_begin_a_character_or_not(void **state)
{
    (void)state;
    const char *text = "a\xC3\xA9\xF0\x9F\x98\x80";
    static const bool inside[] = {false, false, true, false, true, true, true};
    assert_int_equal(strlen(text), array_length(inside));
    for (size_t i = 0; i < array_length(inside); i++)
        assert_int_equal(utf8_is_continuation(text[i]), inside[i]);
    assert_int_equal(utf8_count(text), 3);
    assert_int_equal(utf8_count(""), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_utf8__first_and_last_of_each_length__are_read_and_written),
        cmocka_unit_test(test_utf8__nul__is_a_character_of_one_byte),
        cmocka_unit_test(test_utf8__cut_off__is_no_sequence_and_never_read_beyond),
        cmocka_unit_test(test_utf8__bytes__are_told_to_begin_a_character_or_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
