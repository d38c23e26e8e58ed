#include "support/unit.h"

#include <math.h>

#include "support/json_text.h"
#include "yaml/ym_scalar.h"

/* The type and the value, or the name of a member, in one. */
static json_t *scalar(const char *text, size_t length, const char *tag, bool plain,
                      struct error **err)
{
    struct ym_typed type;
    if (ym_scalar_type(text, length, tag, plain, &type, err) < 0)
        return NULL;
    return ym_typed_value(&type, text, length, err);
}

static json_t *scalar_key(const char *text, size_t length, const char *tag, bool plain,
                          struct error **err)
{
    struct ym_typed type;
    if (ym_scalar_type(text, length, tag, plain, &type, err) < 0)
        return NULL;
    return ym_typed_key(&type, text, length, err);
}

struct row {
    const char *text;
    const char *json; /* NULL: the text itself, as a string */
};

static void check_plain(const char *text, const char *json)
{
    auto_error struct error *error = NULL;
    json_auto_t *value = scalar(text, strlen(text), NULL, true, &error);
    assert_no_error(error);
    if (json)
        assert_json(value, json);
    else
        assert_string_equal(json_string_value(value), text);
}

static void check_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        check_plain(rows[i].text, rows[i].json);
}

static void check_all(const char *const *texts, size_t count, const char *json)
{
    for (size_t i = 0; i < count; i++)
        check_plain(texts[i], json);
}

static void test_108_ym_scalar__words__are_typed_by_exact_spelling(void **state)
{
    (void)state;
    static const char *const yes[] = {"true", "True", "TRUE", "yes", "Yes", "YES",
                                      "on",   "On",   "ON",   "y",   "Y"};
    static const char *const no[] = {"false", "False", "FALSE", "no", "No", "NO",
                                     "off",   "Off",   "OFF",   "n",  "N"};
    static const char *const nothing[] = {"null", "Null", "NULL", "~", ""};
    static const char *const strings[] = {"yEs",  "tRue",  "nULL", "oN",        "oFF",   "yy",
                                          "nulL", "~~",    "truE", "false ",    "t",     "f",
                                          "o",    "trues", "not",  "yesterday", "object"};
    check_all(yes, array_length(yes), "true");
    check_all(no, array_length(no), "false");
    check_all(nothing, array_length(nothing), "null");
    check_all(strings, array_length(strings), NULL);
}

static void test_108_ym_scalar__integers__are_read_in_go_s_notations(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"0", "0"},       {"12", "12"},      {"+12", "12"},  {"-12", "-12"}, {"-0", "0"},
        {"00", "0"},      {"01", "1"},       {"07", "7"},    {"010", "8"},   {"0755", "493"},
        {"-017", "-15"},  {"08", "8"},       {"09", "9"},    {"018", "18"},  {"08080", "8080"},
        {"0o17", "15"},   {"0O17", "15"},    {"0x1F", "31"}, {"0X1F", "31"}, {"+0x1F", "31"},
        {"-0x10", "-16"}, {"0x_F", "15"},    {"0b101", "5"}, {"0B101", "5"}, {"-0b11", "-3"},
        {"0b-11", "-3"},  {"1_000", "1000"}, {"1_", "1"},    {"0_7", "7"},   {"1__0", "10"},
        {"0x", NULL},     {"0xZZ", NULL},    {"0b2", NULL},  {"0o8", NULL},  {"_1", NULL},
        {"+", NULL},      {"-", NULL},       {"+-1", NULL},  {"1-2", NULL},  {"-_", NULL},
        {"0b", NULL},     {"0b-", NULL},     {"0x-1", NULL},
    };
    check_rows(rows, array_length(rows));
}

static void test_108_ym_scalar__integers_around_64_bits__stay_exact_or_become_reals(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"9223372036854775807", "9223372036854775807"},
        {"-9223372036854775808", "-9223372036854775808"},
        {"9223372036854775808", "9223372036854775808.0"},
        {"-9223372036854775809", "-9223372036854775809.0"},
        {"+9223372036854775808", "9223372036854775808.0"},
        {"18446744073709551616", "18446744073709551616.0"},
        {"0xFFFFFFFFFFFFFFFF", "18446744073709551615.0"},
        {"0x1FFFFFFFFFFFFFFFF", NULL},
        {"-0x8000000000000001", NULL},
        {"0777777777777777777777777", "777777777777777777777777.0"},
    };
    check_rows(rows, array_length(rows));
}

static void test_108_ym_scalar__reals__need_nothing_around_them(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"1.0", "1"},     {"3.0", "3"},      {"1.", "1"},       {"0.", "0"},
        {".5", "0.5"},    {"1.10", "1.1"},   {"1.20", "1.2"},   {"0.1", "0.1"},
        {"+.5", "0.5"},   {"-.5", "-0.5"},   {"1e3", "1000"},   {"1E3", "1000"},
        {"1e+3", "1000"}, {"1.5e3", "1500"}, {"1.e3", "1000"},  {"12e03", "12000"},
        {"1e1", "10"},    {"0e1", "0"},      {"1e-3", "0.001"}, {"1e-7", "1e-7"},
        {"1e20", "1e20"}, {"1e21", "1e21"},  {"1e-400", "0"},   {"1_000.5", "1000.5"},
        {".5_0", "0.5"},  {"-1.5", "-1.5"},  {"1e", NULL},      {".e3", NULL},
        {"1e5d", NULL},   {"123abc", NULL},  {"1.2.3", NULL},   {"0.10.0", NULL},
        {"v1", NULL},     {".", NULL},       {"..", NULL},      {".5_", NULL},
        {"._5", NULL},    {".5__0", NULL},   {"1e+", NULL},     {"1e400", NULL},
        {"-1e400", NULL}, {"0x1p3", NULL},   {".5.5", NULL},    {"1 000", NULL},
        {"-.", NULL},
    };
    check_rows(rows, array_length(rows));
}

static void test_108_ym_scalar__infinities_and_nan__cannot_be_json(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *message;
    } rows[] = {
        {".inf", "unsupported value: +Inf"},  {".Inf", "unsupported value: +Inf"},
        {".INF", "unsupported value: +Inf"},  {"+.inf", "unsupported value: +Inf"},
        {"+.Inf", "unsupported value: +Inf"}, {"+.INF", "unsupported value: +Inf"},
        {"-.inf", "unsupported value: -Inf"}, {"-.Inf", "unsupported value: -Inf"},
        {"-.INF", "unsupported value: -Inf"}, {".nan", "unsupported value: NaN"},
        {".NaN", "unsupported value: NaN"},   {".NAN", "unsupported value: NaN"},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_error struct error *error = NULL;
        assert_null(scalar(rows[i].text, strlen(rows[i].text), NULL, true, &error));
        assert_error(&error, ERROR_PARSE, rows[i].message);
    }
    static const char *const strings[] = {".iNF", ".Nan", "inf", "nan", "NaN", "Infinity", "+.nan"};
    check_all(strings, array_length(strings), NULL);
}

static void test_108_ym_scalar__dates_and_sexagesimals__are_strings(void **state)
{
    (void)state;
    static const char *const strings[] = {
        "12:30:45",
        "1:30",
        "190:20:30",
        "22:22",
        "2001-01-01",
        "2001-12-14t21:59:43.10-05:00",
        "2001-12-15 2:59:43.10",
        "=",
        "<<",
        "a#b",
        "x:y",
        "http://a/b:80",
    };
    check_all(strings, array_length(strings), NULL);
}

static void test_108_ym_scalar__quoted__is_always_a_string(void **state)
{
    (void)state;
    static const char *const texts[] = {"12", "true", "null", "", ".inf", "~"};
    for (size_t i = 0; i < array_length(texts); i++) {
        auto_error struct error *error = NULL;
        json_auto_t *value = scalar(texts[i], strlen(texts[i]), NULL, false, &error);
        assert_string_equal(json_string_value(value), texts[i]);
    }
}

static void test_ym_scalar__nul_in_the_text__is_no_end(void **state)
{
    (void)state;
    static const char *const texts[] = {"1\0", "y\0", "\0x", "true\0"};
    static const size_t lengths[] = {2, 2, 2, 5};
    for (size_t i = 0; i < array_length(texts); i++) {
        auto_error struct error *error = NULL;
        json_auto_t *value = scalar(texts[i], lengths[i], NULL, true, &error);
        assert_true(json_is_string(value));
        assert_int_equal(json_string_length(value), lengths[i]);
    }
}

static void test_ym_scalar__very_long_digits__are_read_too(void **state)
{
    (void)state;
    char digits[300];
    memset(digits, '1', sizeof(digits) - 1);
    digits[sizeof(digits) - 1] = '\0';
    digits[100] = '_';
    auto_error struct error *error = NULL;
    json_auto_t *value = scalar(digits, strlen(digits), NULL, true, &error);
    assert_true(json_is_real(value));
    assert_true(json_real_value(value) > 1e297 && json_real_value(value) < 1.2e297);
}

#define YAML "tag:yaml.org,2002:"

struct tagged {
    const char *tag;
    const char *text;
    const char *json; /* NULL: see error */
    const char *error;
};

static const struct tagged tagged[] = {
    {YAML "str", "yes", "'yes'", NULL},
    {YAML "str", "", "''", NULL},
    {YAML "int", "12", "12", NULL},
    {YAML "int", "0o17", "15", NULL},
    {YAML "int", "9223372036854775808", "9223372036854775808.0", NULL},
    {YAML "float", "1", "1", NULL},
    {YAML "float", "0x10", "16", NULL},
    {YAML "float", "1.5", "1.5", NULL},
    {YAML "bool", "yes", "true", NULL},
    {YAML "null", "~", "null", NULL},
    {YAML "null", "", "null", NULL},
    {YAML "binary", "aGk=", "'hi'", NULL},
    {YAML "timestamp", "2001-01-01", "'2001-01-01'", NULL},
    {YAML "merge", "<<", "'<<'", NULL},
    {YAML "foo", "12", "'12'", NULL},
    {"!", "12", "'12'", NULL},
    {"!foo", "yes", "'yes'", NULL},
    {YAML "null", "x", NULL, "cannot decode a !!str as a !!null"},
    {YAML "int", "x", NULL, "cannot decode a !!str as a !!int"},
    {YAML "bool", "x", NULL, "cannot decode a !!str as a !!bool"},
    {YAML "bool", "1", NULL, "cannot decode a !!int as a !!bool"},
    {YAML "int", "1.5", NULL, "cannot decode a !!float as a !!int"},
    {YAML "int", "", NULL, "cannot decode a !!null as a !!int"},
    {YAML "float", "yes", NULL, "cannot decode a !!bool as a !!float"},
    {YAML "float", "18446744073709551615", NULL, "cannot decode a !!int as a !!float"},
    {YAML "float", ".inf", NULL, "unsupported value: +Inf"},
    {YAML "timestamp", "12", NULL, "cannot decode a !!int as a !!timestamp"},
    {YAML "binary", "aGk", NULL, "!!binary value contains invalid base64 data"},
};

static void test_108_ym_scalar__tags__decide_or_refuse(void **state)
{
    (void)state;
    for (size_t i = 0; i < array_length(tagged); i++)
        for (int plain = 0; plain <= 1; plain++) {
            const struct tagged *row = &tagged[i];
            auto_error struct error *error = NULL;
            json_auto_t *value = scalar(row->text, strlen(row->text), row->tag, plain, &error);
            if (row->json) {
                assert_no_error(error);
                assert_json(value, row->json);
            } else {
                assert_null(value);
                assert_string_equal(error->message, row->error);
            }
        }
}

static void test_108_ym_scalar_key__scalars__become_names(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"80", "'80'"},       {"0x10", "'16'"},      {"1.5", "'1.5'"},
        {"true", "'true'"},   {"yes", "'true'"},     {"no", "'false'"},
        {"010", "'8'"},       {"-0", "'0'"},         {".inf", "'.inf'"},
        {"-.inf", "'-.inf'"}, {".nan", "'.nan'"},    {"1e3", "'1000'"},
        {"1.0", "'1'"},       {"1e6", "'1e+06'"},    {"1e400", "'1e400'"},
        {"1e300", "'.inf'"},  {"-1e300", "'-.inf'"}, {"0.1", "'0.1'"},
        {"name", "'name'"},   {"12:30", "'12:30'"},  {"2001-01-01", "'2001-01-01'"},
        {"<<", "'<<'"},       {"-0.0", "'-0'"},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_error struct error *error = NULL;
        json_auto_t *key = scalar_key(rows[i].text, strlen(rows[i].text), NULL, true, &error);
        assert_no_error(error);
        assert_json(key, rows[i].json);
    }
}

static void test_108_ym_scalar_key__null_and_large_integers__are_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "~", "null", "9223372036854775808"};
    for (size_t i = 0; i < array_length(texts); i++) {
        auto_error struct error *error = NULL;
        assert_null(scalar_key(texts[i], strlen(texts[i]), NULL, true, &error));
        assert_error(&error, ERROR_PARSE,
                     i < 3 ? "unsupported map key of type: null"
                           : "unsupported map key of type: integer above 64 bits");
    }
}

static void test_ym_scalar_key__tags__count(void **state)
{
    (void)state;
    auto_error struct error *error = NULL;
    json_auto_t *binary = scalar_key("aGk=", 4, YAML "binary", true, &error);
    assert_json(binary, "'hi'");
    json_auto_t *text = scalar_key("12", 2, YAML "str", true, &error);
    assert_json(text, "'12'");
    assert_null(scalar_key("x", 1, YAML "int", true, &error));
    assert_error(&error, ERROR_PARSE, "cannot decode a !!str as a !!int");
}

static void test_ym_scalar_type__kinds__are_told_apart(void **state)
{
    (void)state;
    struct ym_typed type;
    auto_error struct error *error = NULL;
    assert_int_equal(ym_scalar_type("18446744073709551615", 20, NULL, true, &type, &error), 0);
    assert_int_equal(type.kind, YM_BIG);
    assert_int_equal(ym_scalar_type("1e3", 3, NULL, true, &type, &error), 0);
    assert_int_equal(type.kind, YM_REAL);
    assert_true(type.real == 1000);
    assert_int_equal(ym_scalar_type(".nan", 4, NULL, true, &type, &error), 0);
    assert_int_equal(type.kind, YM_SPECIAL);
    assert_true(isnan(type.real));
    assert_int_equal(ym_scalar_type("", 0, NULL, false, &type, &error), 0);
    assert_int_equal(type.kind, YM_STRING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_108_ym_scalar__words__are_typed_by_exact_spelling),
        cmocka_unit_test(test_108_ym_scalar__integers__are_read_in_go_s_notations),
        cmocka_unit_test(test_108_ym_scalar__integers_around_64_bits__stay_exact_or_become_reals),
        cmocka_unit_test(test_108_ym_scalar__reals__need_nothing_around_them),
        cmocka_unit_test(test_108_ym_scalar__infinities_and_nan__cannot_be_json),
        cmocka_unit_test(test_108_ym_scalar__dates_and_sexagesimals__are_strings),
        cmocka_unit_test(test_108_ym_scalar__quoted__is_always_a_string),
        cmocka_unit_test(test_ym_scalar__nul_in_the_text__is_no_end),
        cmocka_unit_test(test_ym_scalar__very_long_digits__are_read_too),
        cmocka_unit_test(test_108_ym_scalar__tags__decide_or_refuse),
        cmocka_unit_test(test_108_ym_scalar_key__scalars__become_names),
        cmocka_unit_test(test_108_ym_scalar_key__null_and_large_integers__are_refused),
        cmocka_unit_test(test_ym_scalar_key__tags__count),
        cmocka_unit_test(test_ym_scalar_type__kinds__are_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
