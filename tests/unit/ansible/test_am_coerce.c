#include "support/unit.h"

#include "ansible/am_coerce.h"
#include "support/json_text.h"

/* JSON as TYPE is WANTED, kind of number included. */
static void assert_coerced(enum am_type type, const char *json, const char *wanted)
{
    auto_error struct error *err = NULL;
    json_auto_t *value = json_from(json);
    json_auto_t *converted = am_coerce(type, value, &err);
    assert_no_error(err);
    assert_json(converted, wanted);
}

static void assert_refused(enum am_type type, const char *json, const char *message)
{
    auto_error struct error *err = NULL;
    json_auto_t *value = json_from(json);
    json_auto_t *converted = am_coerce(type, value, &err);
    assert_null(converted);
    assert_non_null(err);
    assert_string_equal(err->message, message);
    assert_int_equal(err->kind, ERROR_USAGE);
}

static void test_am_coerce__to_str__prints_as_python(void **state)
{
    (void)state;
    assert_coerced(AM_STR, "'a'", "'a'");
    assert_coerced(AM_STR, "true", "'True'");
    assert_coerced(AM_STR, "5", "'5'");
    assert_coerced(AM_STR, "1.5", "'1.5'");
    assert_coerced(AM_STR, "1e100", "'1e+100'");
    assert_coerced(AM_STR, "null", "''");
    json_auto_t *list = json_pack("[is]", 1, "x");
    json_auto_t *text = am_coerce(AM_STR, list, NULL);
    assert_string_equal(json_string_value(text), "[1, 'x']");
}

static void test_am_coerce__to_path__expands(void **state)
{
    (void)state;
    setenv("HOME", "/home/of/test", 1);
    assert_coerced(AM_PATH, "'~/x'", "'/home/of/test/x'");
    assert_coerced(AM_PATH, "5", "'5'");
    assert_coerced(AM_PATH, "null", "''");
}

static void test_am_coerce__to_path__repairs_a_foreign_environment(void **state)
{
    (void)state;
    setenv("AM_BYTES", "\xff", 1);
    assert_coerced(AM_PATH, "'$AM_BYTES/x'", "'\\ufffd/x'");
}

static void test_am_coerce__to_bool__takes_words_and_numbers(void **state)
{
    (void)state;
    static const char *const yes[] = {"true",   "1",   "1.0",    "'y'", "'YES'",
                                      "' on '", "'1'", "'True'", "'t'"};
    static const char *const no[] = {"false",    "0",   "0.0",     "'n'", "'No'",
                                     "'off\\n'", "'0'", "'FALSE'", "'f'"};
    for (size_t i = 0; i < array_length(yes); i++)
        assert_coerced(AM_BOOL, yes[i], "true");
    for (size_t i = 0; i < array_length(no); i++)
        assert_coerced(AM_BOOL, no[i], "false");
}

static void test_am_coerce__to_bool__refuses_the_rest(void **state)
{
    (void)state;
#define VALID                                                                                      \
    " is not a valid boolean. Valid booleans include: 0, 1, 'y', 'yes', 'on', '1', 'true', 't', "  \
    "'n', 'no', 'off', '0', 'false', 'f'"
    assert_refused(AM_BOOL, "'maybe'", "The value 'maybe'" VALID);
    assert_refused(AM_BOOL, "2", "The value '2'" VALID);
    assert_refused(AM_BOOL, "0.5", "The value '0.5'" VALID);
    assert_refused(AM_BOOL, "[]", "<class 'list'> cannot be converted to a bool");
    assert_refused(AM_BOOL, "{}", "<class 'dict'> cannot be converted to a bool");
    assert_refused(AM_BOOL, "null", "<class 'NoneType'> cannot be converted to a bool");
}

static void test_am_coerce__to_int__is_always_an_integer(void **state)
{
    (void)state;
    assert_coerced(AM_INT, "7", "7");
    assert_coerced(AM_INT, "true", "1");
    assert_coerced(AM_INT, "false", "0");
    assert_coerced(AM_INT, "3.0", "3");
    assert_coerced(AM_INT, "-0.0", "0");
    assert_coerced(AM_INT, "' 1e3 '", "1000");
    assert_coerced(AM_INT, "-9223372036854775808.0", "-9223372036854775808");
}

static void test_am_coerce__to_int__refuses_the_rest(void **state)
{
    (void)state;
    assert_refused(AM_INT, "'z'", "\"'z'\" cannot be converted to an int");
    assert_refused(AM_INT, "1.5", "\"1.5\" cannot be converted to an int");
    assert_refused(AM_INT, "1e19", "\"1e+19\" cannot be converted to an int");
    assert_refused(AM_INT, "9223372036854775808.0",
                   "\"9.223372036854776e+18\" cannot be converted to an int");
    assert_refused(AM_INT, "null", "\"None\" cannot be converted to an int");
    assert_refused(AM_INT, "[1]", "\"[1]\" cannot be converted to an int");
}

static void test_am_coerce__to_float__is_always_real(void **state)
{
    (void)state;
    assert_coerced(AM_FLOAT, "1", "1.0");
    assert_coerced(AM_FLOAT, "1.5", "1.5");
    assert_coerced(AM_FLOAT, "true", "1.0");
    assert_coerced(AM_FLOAT, "false", "0.0");
    assert_coerced(AM_FLOAT, "' 2_0.5 '", "20.5");
    assert_refused(AM_FLOAT, "'inf'", "<class 'str'> cannot be converted to a float");
    assert_refused(AM_FLOAT, "null", "<class 'NoneType'> cannot be converted to a float");
    assert_refused(AM_FLOAT, "[]", "<class 'list'> cannot be converted to a float");
}

static void test_am_coerce__to_list__splits_at_commas(void **state)
{
    (void)state;
    assert_coerced(AM_LIST, "[1, 'a']", "[1, 'a']");
    assert_coerced(AM_LIST, "'a, b'", "['a', ' b']");
    assert_coerced(AM_LIST, "''", "['']");
    assert_coerced(AM_LIST, "true", "['True']");
    assert_coerced(AM_LIST, "5", "['5']");
    assert_coerced(AM_LIST, "1.5", "['1.5']");
    assert_refused(AM_LIST, "{}", "<class 'dict'> cannot be converted to a list");
    assert_refused(AM_LIST, "null", "<class 'NoneType'> cannot be converted to a list");
}

static void test_am_coerce__to_dict__reads_texts(void **state)
{
    (void)state;
    assert_coerced(AM_DICT, "{'a': 1}", "{'a': 1}");
    assert_coerced(AM_DICT, "'a=1 b=2'", "{'a': '1', 'b': '2'}");
    assert_refused(AM_DICT, "'x'", "dictionary requested, could not parse JSON or key=value");
    assert_refused(AM_DICT, "5", "<class 'int'> cannot be converted to a dict");
    assert_refused(AM_DICT, "[]", "<class 'list'> cannot be converted to a dict");
    assert_refused(AM_DICT, "null", "<class 'NoneType'> cannot be converted to a dict");
}

static void test_am_coerce__to_raw__changes_nothing(void **state)
{
    (void)state;
    assert_coerced(AM_RAW, "{'a': [null, 1.5]}", "{'a': [null, 1.5]}");
    assert_coerced(AM_RAW, "null", "null");
}

static void test_am_coerce__to_jsonarg__writes_json_and_trusts_text(void **state)
{
    (void)state;
    json_auto_t *object = json_pack("{s:[i,n,b],s:s}", "b", 1, 1, "a", "caf\xc3\xa9");
    json_auto_t *text = am_coerce(AM_JSONARG, object, NULL);
    assert_string_equal(json_string_value(text), "{\"b\": [1, null, true], \"a\": \"caf\\u00e9\"}");
    assert_coerced(AM_JSONARG, "' {no json} '", "'{no json}'");
    assert_refused(AM_JSONARG, "5", "<class 'int'> cannot be converted to a json string");
    assert_refused(AM_JSONARG, "null", "<class 'NoneType'> cannot be converted to a json string");
}

static void test_am_coerce__to_jsonarg__refuses_too_many_levels(void **state)
{
    (void)state;
    auto_error struct error *err = NULL;
    json_auto_t *value = json_array();
    for (int i = 0; i < 1200; i++) {
        json_t *outer = json_array();
        json_array_append_new(outer, value);
        value = outer;
    }
    json_auto_t *text = am_coerce(AM_JSONARG, value, &err);
    assert_null(text);
    assert_non_null(err);
}

static void test_am_coerce__to_bytes_and_bits__reads_sizes(void **state)
{
    (void)state;
    assert_coerced(AM_BYTES, "'1 KB'", "1024");
    assert_coerced(AM_BYTES, "5", "5");
    assert_coerced(AM_BYTES, "2.5", "2");
    assert_coerced(AM_BITS, "'1Kb'", "1024");
    assert_refused(AM_BYTES, "'1Kb'", "<class 'str'> cannot be converted to a Byte value");
    assert_refused(AM_BITS, "'1KB'", "<class 'str'> cannot be converted to a Bit value");
    assert_refused(AM_BYTES, "true", "<class 'bool'> cannot be converted to a Byte value");
    assert_refused(AM_BYTES, "null", "<class 'NoneType'> cannot be converted to a Byte value");
}

static void test_am_coerce_truth__no_truth__leaves_the_answer(void **state)
{
    (void)state;
    bool truth = true;
    json_auto_t *text = json_string("maybe");
    assert_false(am_coerce_truth(text, &truth));
    assert_false(am_coerce_truth(NULL, &truth));
    assert_true(truth);
}

static void test_am_type_word__every_type__has_its_documented_name(void **state)
{
    (void)state;
    static const char *const words[] = {"str",  "path", "bool",    "int",   "float", "list",
                                        "dict", "raw",  "jsonarg", "bytes", "bits"};
    for (int type = AM_STR; type <= AM_BITS; type++)
        assert_string_equal(am_type_word((enum am_type)type), words[type]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_am_coerce__to_str__prints_as_python),
        cmocka_unit_test(test_am_coerce__to_path__expands),
        cmocka_unit_test(test_am_coerce__to_path__repairs_a_foreign_environment),
        cmocka_unit_test(test_am_coerce__to_bool__takes_words_and_numbers),
        cmocka_unit_test(test_am_coerce__to_bool__refuses_the_rest),
        cmocka_unit_test(test_am_coerce__to_int__is_always_an_integer),
        cmocka_unit_test(test_am_coerce__to_int__refuses_the_rest),
        cmocka_unit_test(test_am_coerce__to_float__is_always_real),
        cmocka_unit_test(test_am_coerce__to_list__splits_at_commas),
        cmocka_unit_test(test_am_coerce__to_dict__reads_texts),
        cmocka_unit_test(test_am_coerce__to_raw__changes_nothing),
        cmocka_unit_test(test_am_coerce__to_jsonarg__writes_json_and_trusts_text),
        cmocka_unit_test(test_am_coerce__to_jsonarg__refuses_too_many_levels),
        cmocka_unit_test(test_am_coerce__to_bytes_and_bits__reads_sizes),
        cmocka_unit_test(test_am_coerce_truth__no_truth__leaves_the_answer),
        cmocka_unit_test(test_am_type_word__every_type__has_its_documented_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
