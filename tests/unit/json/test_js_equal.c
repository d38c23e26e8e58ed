#include "support/unit.h"

#include "json/js_equal.h"
#include "support/json_text.h"

static bool equal(const char *a, const char *b)
{
    json_auto_t *left = json_from(a);
    json_auto_t *right = json_from(b);
    bool result = js_equal(left, right);
    assert_int_equal(js_equal(right, left), result);
    return result;
}

static void test_js_equal__numbers__compare_by_value(void **state)
{
    (void)state;
    assert_true(equal("1", "1.0"));
    assert_true(equal("-3.0", "-3"));
    assert_true(equal("0.5", "0.5"));
    assert_true(equal("0", "-0.0"));
    assert_false(equal("1", "2"));
    assert_false(equal("1", "1.5"));
    assert_false(equal("0.5", "0.25"));
}

static void test_js_equal__integers_that_doubles_cannot_tell_apart__differ(void **state)
{
    (void)state;
    assert_true(equal("9007199254740992", "9007199254740992.0"));
    assert_false(equal("9007199254740993", "9007199254740992.0"));
    assert_false(equal("9223372036854775807", "9223372036854775808.0"));
    assert_true(equal("-9223372036854775808", "-9223372036854775808.0"));
    assert_false(equal("1", "1e300"));
}

static void test_js_equal__kinds__are_never_mixed(void **state)
{
    (void)state;
    const char *const values[] = {"1", "'1'", "true", "false", "null", "[]", "{}"};
    for (size_t i = 0; i < array_length(values); i++)
        for (size_t k = 0; k < array_length(values); k++)
            assert_int_equal(equal(values[i], values[k]), i == k);
}

static void test_js_equal__strings__may_hold_nul(void **state)
{
    (void)state;
    assert_true(equal("'a\\u0000b'", "'a\\u0000b'"));
    assert_false(equal("'a\\u0000b'", "'a\\u0000c'"));
    assert_false(equal("'a'", "'a\\u0000'"));
}

static void test_js_equal__objects__ignore_the_order_of_members(void **state)
{
    (void)state;
    assert_true(equal("{'a': 1, 'b': [{'c': 2}]}", "{'b': [{'c': 2.0}], 'a': 1.0}"));
    assert_false(equal("{'a': 1}", "{'a': 1, 'b': 2}"));
    assert_false(equal("{'a': 1, 'c': 2}", "{'a': 1, 'b': 2}"));
    assert_false(equal("{'a': null}", "{}"));
}

static void test_js_equal__lists__have_an_order(void **state)
{
    (void)state;
    assert_true(equal("[1, [2]]", "[1, [2]]"));
    assert_false(equal("[1, 2]", "[2, 1]"));
    assert_false(equal("[1]", "[1, 1]"));
}

static void test_js_equal__null_pointers__equal_each_other_only(void **state)
{
    (void)state;
    json_auto_t *null = json_null();
    assert_true(js_equal(NULL, NULL));
    assert_false(js_equal(NULL, null));
    assert_false(js_equal(null, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_js_equal__numbers__compare_by_value),
        cmocka_unit_test(test_js_equal__integers_that_doubles_cannot_tell_apart__differ),
        cmocka_unit_test(test_js_equal__kinds__are_never_mixed),
        cmocka_unit_test(test_js_equal__strings__may_hold_nul),
        cmocka_unit_test(test_js_equal__objects__ignore_the_order_of_members),
        cmocka_unit_test(test_js_equal__lists__have_an_order),
        cmocka_unit_test(test_js_equal__null_pointers__equal_each_other_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
