#include "support/unit.h"

#include "ansible/am_unicode.h"

static void test_am_unicode__space__is_what_python_strips(void **state)
{
    (void)state;
    static const uint32_t spaces[] = {9, 10, 13, 28, 31, 32, 0x85, 0xA0, 0x2003, 0x2029, 0x3000};
    static const uint32_t others[] = {0, 8, 14, 27, 33, 'a', 0x200B, 0xFEFF};
    for (size_t i = 0; i < array_length(spaces); i++)
        assert_true(am_unicode_is_space(spaces[i]));
    for (size_t i = 0; i < array_length(others); i++)
        assert_false(am_unicode_is_space(others[i]));
}

static void test_am_unicode__control_and_format_characters__are_not_printable(void **state)
{
    (void)state;
    static const uint32_t hidden[] = {0,      0x1F,   0x7F,   0x9F,   0xA0,    0xAD,
                                      0x200B, 0x2028, 0xE000, 0xFEFF, 0x10FFFF};
    static const uint32_t shown[] = {' ', '~', 0xA1, 0xE9, 0x20AC, 0x4E2D, 0x1F600};
    for (size_t i = 0; i < array_length(hidden); i++)
        assert_false(am_unicode_is_printable(hidden[i]));
    for (size_t i = 0; i < array_length(shown); i++)
        assert_true(am_unicode_is_printable(shown[i]));
}

static void test_am_unicode__strip__cuts_both_ends_only(void **state)
{
    (void)state;
    auto_free char *inner = am_unicode_strip("\u00a0\t a b\u2003\n");
    auto_free char *nothing = am_unicode_strip(" \u3000 ");
    assert_string_equal(inner, "a b");
    assert_string_equal(nothing, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_am_unicode__space__is_what_python_strips),
        cmocka_unit_test(test_am_unicode__control_and_format_characters__are_not_printable),
        cmocka_unit_test(test_am_unicode__strip__cuts_both_ends_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
