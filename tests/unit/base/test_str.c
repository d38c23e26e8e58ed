#include "support/unit.h"

#include "base/str.h"

static void test_str__equality__knows_null(void **state)
{
    (void)state;
    assert_true(str_equal("a", "a"));
    assert_false(str_equal("a", "A"));
    assert_true(str_equal(NULL, NULL));
    assert_false(str_equal(NULL, ""));
    assert_false(str_equal("", NULL));
    assert_true(str_equal_nocase("aBc", "AbC"));
    assert_false(str_equal_nocase("a", "ab"));
    assert_true(str_equal_nocase(NULL, NULL));
    assert_false(str_equal_nocase(NULL, "a"));
}

static void test_str__empty__is_null_or_no_character(void **state)
{
    (void)state;
    assert_true(str_empty(NULL));
    assert_true(str_empty(""));
    assert_false(str_empty(" "));
}

static void test_str__ends__are_found(void **state)
{
    (void)state;
    assert_true(str_starts_with("abc", "ab"));
    assert_true(str_starts_with("abc", ""));
    assert_false(str_starts_with("ab", "abc"));
    assert_true(str_ends_with("abc", "bc"));
    assert_true(str_ends_with("abc", ""));
    assert_false(str_ends_with("bc", "abc"));
    assert_true(str_contains("abc", "b"));
    assert_false(str_contains("abc", "d"));
    assert_string_equal(str_after("abc", "a"), "bc");
    assert_null(str_after("abc", "b"));
}

static void test_str__numbers__are_read_whole_and_in_range(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool good;
        long long value;
    } rows[] = {
        {"0", true, 0},
        {"42", true, 42},
        {"+7", true, 7},
        {"-7", true, -7},
        {"007", true, 7},
        {"100", true, 100},
        {"-100", true, -100},
        {"101", false, 0},
        {"-101", false, 0},
        {"99999999999999999999", false, 0},
        {"-99999999999999999999", false, 0},
        {"", false, 0},
        {NULL, false, 0},
        {"-", false, 0},
        {"--1", false, 0},
        {" 1", false, 0},
        {"1 ", false, 0},
        {"0x1", false, 0},
        {"1.0", false, 0},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        long long value = -12345;
        assert_int_equal(str_to_int(rows[i].text, -100, 100, &value), rows[i].good);
        assert_int_equal(value, rows[i].good ? rows[i].value : -12345);
    }
}

static void test_str__trim__cuts_both_ends_only(void **state)
{
    (void)state;
    char both[] = " \t a b\r\n\v\f";
    char blank[] = " \n";
    char none[] = "";
    assert_string_equal(str_trim(both), "a b");
    assert_string_equal(str_trim(blank), "");
    assert_string_equal(str_trim(none), "");
}

static void test_str__utf8__is_told_from_other_bytes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool good;
        const char *repaired;
    } rows[] = {
        {"plain", true, "plain"},
        {"\xC3\xA4", true, "\xC3\xA4"},
        {"\xF0\x9F\x98\x80", true, "\xF0\x9F\x98\x80"},
        {"\xF4\x8F\xBF\xBF", true, "\xF4\x8F\xBF\xBF"},
        {"a\x80"
         "b",
         false,
         "a\xEF\xBF\xBD"
         "b"},
        {"\xC3", false, "\xEF\xBF\xBD"},
        {"\xC0\x80", false, "\xEF\xBF\xBD\xEF\xBF\xBD"},
        {"\xE0\x80\x80", false, "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
        {"\xED\xA0\x80", false, "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
        {"\xF0\x80\x80\x80", false, "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
        {"\xF4\x90\x80\x80", false, "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
        {"\xFF", false, "\xEF\xBF\xBD"},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_free char *repaired = str_to_utf8(rows[i].text, strlen(rows[i].text));
        assert_int_equal(str_is_utf8(rows[i].text, strlen(rows[i].text)), rows[i].good);
        assert_string_equal(repaired, rows[i].repaired);
        assert_true(str_is_utf8(repaired, strlen(repaired)));
    }
}

static void test_str__nul_inside__is_utf8_and_kept(void **state)
{
    (void)state;
    auto_free char *copy = str_to_utf8("a\0b", 3);
    assert_true(str_is_utf8("a\0b", 3));
    assert_memory_equal(copy, "a\0b", 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_str__equality__knows_null),
        cmocka_unit_test(test_str__empty__is_null_or_no_character),
        cmocka_unit_test(test_str__ends__are_found),
        cmocka_unit_test(test_str__numbers__are_read_whole_and_in_range),
        cmocka_unit_test(test_str__trim__cuts_both_ends_only),
        cmocka_unit_test(test_str__utf8__is_told_from_other_bytes),
        cmocka_unit_test(test_str__nul_inside__is_utf8_and_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
