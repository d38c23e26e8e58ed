#include "support/unit.h"

#include <float.h>
#include <math.h>

#include "json/js_number.h"

struct row {
    double value;
    const char *text;
};

static void check_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char text[JS_NUMBER_ROOM];
        size_t length = js_number_text(rows[i].value, text);
        assert_string_equal(text, rows[i].text);
        assert_int_equal(length, strlen(text));
        assert_true(strtod(text, NULL) == rows[i].value);
    }
}

static void test_js_number_text__whole_numbers__have_no_fraction(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {0, "0"},
        {-0.0, "0"},
        {1, "1"},
        {-1, "-1"},
        {100000, "100000"},
        {9223372036854775808.0, "9223372036854776000"},
        {1e20, "100000000000000000000"},
        {123456789012345680000.0, "123456789012345680000"},
    };
    check_rows(rows, array_length(rows));
}

static void test_js_number_text__reals__have_the_fewest_digits(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {0.1, "0.1"},
        {1.1, "1.1"},
        {1.5, "1.5"},
        {-0.5, "-0.5"},
        {0.30000000000000004, "0.30000000000000004"},
        {2.0 / 3, "0.6666666666666666"},
        {123.456, "123.456"},
        {0.000001, "0.000001"},
        {0.0000015, "0.0000015"},
        {9007199254740993.0, "9007199254740992"},
        {4.35, "4.35"},
        /* A power of two: the nearest 16 digits do not read back, the next ones up do. */
        {0x1p-44, "5.684341886080802e-14"},
        {0x1p-24, "5.960464477539063e-8"},
        {9.5367431640625e-07, "9.5367431640625e-7"},
    };
    check_rows(rows, array_length(rows));
}

static void test_js_number_text__very_small_and_large__have_an_exponent(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {1e21, "1e+21"},
        {1.2345678901234568e+22, "1.2345678901234568e+22"},
        {1e100, "1e+100"},
        {-1e21, "-1e+21"},
        {1e-7, "1e-7"},
        {1.5e-10, "1.5e-10"},
        {5e-324, "5e-324"},
        {1e-323, "1e-323"},
        {DBL_MIN, "2.2250738585072014e-308"},
        {DBL_MAX, "1.7976931348623157e+308"},
        {999999999999999900000.0, "999999999999999900000"},
    };
    check_rows(rows, array_length(rows));
}

/* Every double must survive; a linear congruence stands in for randomness. */
static void test_js_number_text__any_double__reads_back_and_fits(void **state)
{
    (void)state;
    uint64_t bits = 88172645463325252u;
    for (int i = 0; i < 20000; i++) {
        bits = bits * 6364136223846793005u + 1442695040888963407u;
        double value = 0;
        memcpy(&value, &bits, sizeof(value));
        if (!isfinite(value))
            continue;
        char text[JS_NUMBER_ROOM];
        size_t length = js_number_text(value, text);
        assert_true(length < JS_NUMBER_ROOM);
        assert_true(strtod(text, NULL) == value);
    }
}

static void test_js_number_text_g__doubles__look_like_go_s_v(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {0, "0"},
        {1000, "1000"},
        {100000, "100000"},
        {1e6, "1e+06"},
        {0.0001, "0.0001"},
        {1e-5, "1e-05"},
        {1000000.5, "1.0000005e+06"},
        {1e21, "1e+21"},
        {-1.5, "-1.5"},
        {1e100, "1e+100"},
        {0.1, "0.1"},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        char text[JS_NUMBER_ROOM];
        assert_int_equal(js_number_text_g(rows[i].value, false, text), strlen(rows[i].text));
        assert_string_equal(text, rows[i].text);
    }
}

static void test_js_number_text_g__single__rounds_to_32_bits_first(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {123456789.5, "1.2345679e+08"},
        {0.1, "0.1"},
        {1.23456789, "1.2345679"},
        {1e300, "+Inf"},
        {-1e300, "-Inf"},
        {-0.0, "-0"},
        {1e-60, "0"},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        char text[JS_NUMBER_ROOM];
        js_number_text_g(rows[i].value, true, text);
        assert_string_equal(text, rows[i].text);
    }
}

static void test_js_number_new__whole_within_64_bits__is_an_integer(void **state)
{
    (void)state;
    static const struct {
        double value;
        json_type type;
        long long integer;
    } rows[] = {
        {1.0, JSON_INTEGER, 1},
        {-0.0, JSON_INTEGER, 0},
        {1e18, JSON_INTEGER, 1000000000000000000},
        /* The server reads the text, so it is the shortest digits that count. */
        {1152921504606846976.0, JSON_INTEGER, 1152921504606847000},
        {9223372036854775808.0, JSON_REAL, 0},
        {1e20, JSON_REAL, 0},
        {0.5, JSON_REAL, 0},
        {1e-7, JSON_REAL, 0},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        json_auto_t *number = js_number_new(rows[i].value);
        assert_int_equal(json_typeof(number), rows[i].type);
        if (rows[i].type == JSON_INTEGER)
            assert_int_equal(json_integer_value(number), rows[i].integer);
        else
            assert_true(json_real_value(number) == rows[i].value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_js_number_text__whole_numbers__have_no_fraction),
        cmocka_unit_test(test_js_number_text__reals__have_the_fewest_digits),
        cmocka_unit_test(test_js_number_text__very_small_and_large__have_an_exponent),
        cmocka_unit_test(test_js_number_text__any_double__reads_back_and_fits),
        cmocka_unit_test(test_js_number_text_g__doubles__look_like_go_s_v),
        cmocka_unit_test(test_js_number_text_g__single__rounds_to_32_bits_first),
        cmocka_unit_test(test_js_number_new__whole_within_64_bits__is_an_integer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
