#include "support/unit.h"

#include "ansible/am_repr.h"

static void assert_repr(const char *json, const char *wanted)
{
    json_auto_t *value = json_loads(json, JSON_DECODE_ANY, NULL);
    assert_non_null(value);
    auto_free char *text = am_repr(value);
    assert_string_equal(text, wanted);
}

static void test_am_repr__constants_and_integers__are_pythons(void **state)
{
    (void)state;
    assert_repr("true", "True");
    assert_repr("false", "False");
    assert_repr("null", "None");
    assert_repr("-9223372036854775808", "-9223372036854775808");
    auto_free char *nothing = am_repr(NULL);
    assert_string_equal(nothing, "None");
}

static void test_am_repr__reals__are_shortest(void **state)
{
    (void)state;
    static const struct {
        double number;
        const char *text;
    } rows[] = {
        {0.0, "0.0"},
        {-0.0, "-0.0"},
        {1.0, "1.0"},
        {1.5, "1.5"},
        {0.1, "0.1"},
        {100.0, "100.0"},
        {1e15, "1000000000000000.0"},
        {1e16, "1e+16"},
        {1e22, "1e+22"},
        {1e100, "1e+100"},
        {0.0001, "0.0001"},
        {0.00001, "1e-05"},
        {1.25e-7, "1.25e-07"},
        {123456.789, "123456.789"},
        {1.0 / 3, "0.3333333333333333"},
        {5e-324, "5e-324"},
        {1.7976931348623157e308, "1.7976931348623157e+308"},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_free char *text = am_repr_real(rows[i].number);
        assert_string_equal(text, rows[i].text);
    }
}

static void test_am_repr__strings__choose_their_quotes(void **state)
{
    (void)state;
    assert_repr("\"a\"", "'a'");
    assert_repr("\"it's\"", "\"it's\"");
    assert_repr("\"say \\\"hi\\\"\"", "'say \"hi\"'");
    assert_repr("\"it's \\\"both\\\"\"", "'it\\'s \"both\"'");
}

static void test_am_repr__strings__escape_what_does_not_print(void **state)
{
    (void)state;
    assert_repr("\"\\t\\n\\r\\\\\"", "'\\t\\n\\r\\\\'");
    assert_repr("\"\\u0001\\u007f\\u00a0\"", "'\\x01\\x7f\\xa0'");
    assert_repr("\"\\u2028\\ue000\"", "'\\u2028\\ue000'");
    assert_repr("\"\\udb80\\udc00\"", "'\\U000f0000'");
    assert_repr("\"caf\\u00e9 \\ud83d\\ude00\"", "'café 😀'");
}

static void test_am_repr__containers__nest(void **state)
{
    (void)state;
    assert_repr("[]", "[]");
    assert_repr("{}", "{}");
    assert_repr("[1, \"x\", [null]]", "[1, 'x', [None]]");
    assert_repr("{\"a\": null, \"b'\": [true]}", "{'a': None, \"b'\": [True]}");
}

static void test_am_str__a_string__is_itself(void **state)
{
    (void)state;
    json_auto_t *string = json_string("it's");
    json_auto_t *list = json_pack("[s]", "x");
    auto_free char *itself = am_str(string);
    auto_free char *printed = am_str(list);
    assert_string_equal(itself, "it's");
    assert_string_equal(printed, "['x']");
}

static void test_am_type_name__every_value__has_pythons_name(void **state)
{
    (void)state;
    json_auto_t *values = json_loads("[{}, [], \"\", 1, 1.0, true, false, null]", 0, NULL);
    static const char *const names[] = {"dict",  "list", "str",  "int",
                                        "float", "bool", "bool", "NoneType"};
    for (size_t i = 0; i < array_length(names); i++)
        assert_string_equal(am_type_name(json_array_get(values, i)), names[i]);
    assert_string_equal(am_type_name(NULL), "NoneType");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_am_repr__constants_and_integers__are_pythons),
        cmocka_unit_test(test_am_repr__reals__are_shortest),
        cmocka_unit_test(test_am_repr__strings__choose_their_quotes),
        cmocka_unit_test(test_am_repr__strings__escape_what_does_not_print),
        cmocka_unit_test(test_am_repr__containers__nest),
        cmocka_unit_test(test_am_str__a_string__is_itself),
        cmocka_unit_test(test_am_type_name__every_value__has_pythons_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
