#include "support/unit.h"

#include "ansible/am_number.h"

static void test_am_number_int__pythons_decimal_texts__are_integers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        long long number;
    } rows[] = {
        {"0", 0},
        {" 42 ", 42},
        {"\u00a07\u2003", 7},
        {"-7", -7},
        {"+7", 7},
        {"007", 7},
        {"1_000", 1000},
        {"_1__0_", 10},
        {"1.0", 1},
        {"1.", 1},
        {"10.500e1", 105},
        {"1e3", 1000},
        {"1E+3", 1000},
        {"100e-2", 1},
        {"0e99", 0},
        {"0.000", 0},
        {"-0", 0},
        {"9223372036854775807", INT64_MAX},
        {"-9223372036854775808", INT64_MIN},
        {"0000000000000000000000000000001", 1},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        long long number = -1;
        if (!am_number_int(rows[i].text, &number) || number != rows[i].number)
            fail_msg("'%s' became %lld", rows[i].text, number);
    }
}

static void test_am_number_int__fractions_words_and_giants__are_none(void **state)
{
    (void)state;
    static const char *const texts[] = {"",     " ",        "-",         ".",
                                        "1.5",  "1e-1",     "e1",        "1e",
                                        "1e+",  "1e1.5",    "0x10",      "1 2",
                                        "nan",  "inf",      "a",         "9223372036854775808",
                                        "1e19", "1e999999", "1e9999999", "-9223372036854775809",
                                        "--1"};
    for (size_t i = 0; i < array_length(texts); i++) {
        long long number = 77;
        if (am_number_int(texts[i], &number))
            fail_msg("'%s' became %lld", texts[i], number);
        assert_int_equal(number, 77);
    }
}

static void test_am_number_float__pythons_float_texts__are_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double number;
    } rows[] = {{"1", 1},       {" 1.5\n", 1.5},    {"-.5", -0.5},     {"5.", 5},
                {"+1e3", 1000}, {"1_0.2_5", 10.25}, {"1e-1_0", 1e-10}, {"1e-999", 0}};
    for (size_t i = 0; i < array_length(rows); i++) {
        double number = -1;
        assert_true(am_number_float(rows[i].text, &number));
        assert_true(number >= rows[i].number && number <= rows[i].number);
    }
}

static void test_am_number_float__what_json_cannot_hold__is_none(void **state)
{
    (void)state;
    static const char *const texts[] = {"",      ".",     "-",    "nan", "inf", "-Infinity",
                                        "1e400", "0x1p3", "1__0", "_1",  "1_",  "1_.5",
                                        "1._5",  "1e_5",  "1e",   "e5",  "1 2", "1f"};
    for (size_t i = 0; i < array_length(texts); i++) {
        double number = 0;
        if (am_number_float(texts[i], &number))
            fail_msg("'%s' was taken", texts[i]);
    }
}

static void test_am_number_size__bytes__have_units_of_1024(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        long long number;
    } rows[] = {
        {"10", 10},        {"0.5", 0},          {"1.5", 2},
        {"2.5", 2},        {"1K", 1024},        {"1k", 1024},
        {"1KB", 1024},     {"1 M ", 1048576},   {"1.5G", 1610612736},
        {".5K", 512},      {"3kilobyte", 3072}, {"1 MegaByte", 1048576},
        {"5B", 5},         {"5b", 5},           {"5 byte", 5},
        {"7E", 7LL << 60}, {"1\u00a0K", 1024},  {"1T", 1LL << 40},
        {"1P", 1LL << 50},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        long long number = -1;
        if (!am_number_size(rows[i].text, false, &number) || number != rows[i].number)
            fail_msg("'%s' became %lld", rows[i].text, number);
    }
}

static void test_am_number_size__bits__have_their_own_short_name(void **state)
{
    (void)state;
    long long number = 0;
    assert_true(am_number_size("1Kb", true, &number));
    assert_int_equal(number, 1024);
    assert_true(am_number_size("1kilobit", true, &number));
    assert_int_equal(number, 1024);
    assert_false(am_number_size("1KB", true, &number));
    assert_false(am_number_size("1kilobyte", true, &number));
    assert_false(am_number_size("1Kb", false, &number));
    assert_false(am_number_size("1kilobit", false, &number));
}

static void test_am_number_size__other_texts__are_none(void **state)
{
    (void)state;
    static const char *const texts[] = {"",   "K",    " 1K",   "-1K",     "+1",  "1e3",   "1.K",
                                        "1.", "1..5", "1X",    "1MiB",    "1kb", "1 K B", "1KBB",
                                        "8E", "1Y",   "bytes", "1 bytes", "1BB", "1_0"};
    for (size_t i = 0; i < array_length(texts); i++) {
        long long number = 0;
        if (am_number_size(texts[i], false, &number))
            fail_msg("'%s' became %lld", texts[i], number);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_am_number_int__pythons_decimal_texts__are_integers),
        cmocka_unit_test(test_am_number_int__fractions_words_and_giants__are_none),
        cmocka_unit_test(test_am_number_float__pythons_float_texts__are_numbers),
        cmocka_unit_test(test_am_number_float__what_json_cannot_hold__is_none),
        cmocka_unit_test(test_am_number_size__bytes__have_units_of_1024),
        cmocka_unit_test(test_am_number_size__bits__have_their_own_short_name),
        cmocka_unit_test(test_am_number_size__other_texts__are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
