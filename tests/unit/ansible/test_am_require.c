/* What options say of each other. */
#include "unit/ansible/outcome.h"

static const struct am_option abc_options[] = {{.name = "a"},
                                               {.name = "b"},
                                               {.name = "c", .type = AM_INT},
                                               {.name = "d", .default_json = "\"D\""},
                                               {0}};

static void test_am_require__mutually_exclusive__names_all_violated_groups(void **state)
{
    (void)state;
    const struct am_spec spec = {
        .options = abc_options,
        .mutually_exclusive =
            (const am_names[]){AM_NAMES("a", "b"), AM_NAMES("b", "c"), AM_NAMES("a", "d"), NULL}};
    assert_invalid(&spec, "{'a': '1', 'b': null, 'c': 1}",
                   "parameters are mutually exclusive: a|b, b|c");
    /* Defaults come later: they exclude nothing. */
    assert_valid(&spec, "{'a': '1'}", "{'a': '1', 'b': null, 'c': null, 'd': 'D'}");
}

static void test_am_require__required_together__wants_all_or_none(void **state)
{
    (void)state;
    const struct am_spec spec = {.options = abc_options,
                                 .required_together =
                                     (const am_names[]){AM_NAMES("a", "b", "c"), NULL}};
    assert_invalid(&spec, "{'a': '1'}", "parameters are required together: a, b, c");
    assert_valid(&spec, "{}", "{'a': null, 'b': null, 'c': null, 'd': 'D'}");
    assert_valid(&spec, "{'a': null, 'b': '2', 'c': 3}", "{'a': null, 'b': '2', 'c': 3, 'd': 'D'}");
}

static void test_am_require__required_one_of__counts_null_and_defaults(void **state)
{
    (void)state;
    const struct am_spec spec = {
        .options = abc_options,
        .required_one_of = (const am_names[]){AM_NAMES("a", "b"), AM_NAMES("c", "d"), NULL}};
    assert_invalid(&spec, "{'c': 1}", "one of the following is required: a, b");
    assert_valid(&spec, "{'a': null}", "{'a': null, 'b': null, 'c': null, 'd': 'D'}");
}

static void test_am_require__required_if__lists_what_is_missing(void **state)
{
    (void)state;
    const struct am_spec spec = {
        .options = abc_options,
        .required_if = (const struct am_required_if[]){
            {"a", "\"x\"", AM_NAMES("b", "c"), false}, {"c", "5", AM_NAMES("a", "b"), true}, {0}}};
    assert_invalid(&spec, "{'a': 'x'}", "a is x but all of the following are missing: b, c");
    assert_invalid(&spec, "{'a': 'x', 'b': '1'}", "a is x but all of the following are missing: c");
    assert_invalid(&spec, "{'c': '5'}", "c is 5 but any of the following are missing: a, b");
    assert_valid(&spec, "{'c': 5, 'b': null}", "{'a': null, 'b': null, 'c': 5, 'd': 'D'}");
    assert_valid(&spec, "{'a': 'y'}", "{'a': 'y', 'b': null, 'c': null, 'd': 'D'}");
}

static void test_am_require__required_if_with_a_truth__is_printed_as_python(void **state)
{
    (void)state;
    const struct am_option options[] = {
        {.name = "t", .type = AM_BOOL}, {.name = "n", .type = AM_INT}, {.name = "a"}, {0}};
    const struct am_spec spec = {
        .options = options,
        .required_if = (const struct am_required_if[]){
            {"t", "true", AM_NAMES("a"), false}, {"n", "true", AM_NAMES("a"), false}, {0}}};
    assert_invalid(&spec, "{'t': 'yes'}", "t is True but all of the following are missing: a");
    assert_invalid(&spec, "{'n': 1}", "n is True but all of the following are missing: a");
    assert_valid(&spec, "{'t': false, 'n': 0}", "{'t': false, 'n': 0, 'a': null}");
}

static void test_am_require__required_by__takes_null_for_absent(void **state)
{
    (void)state;
    const struct am_spec spec = {.options = abc_options,
                                 .required_by = (const struct am_required_by[]){
                                     {"a", AM_NAMES("b", "c")}, {"b", AM_NAMES("d")}, {0}}};
    assert_invalid(&spec, "{'a': 'x', 'b': null}", "missing parameter(s) required by 'a': b, c");
    assert_valid(&spec, "{'a': null}", "{'a': null, 'b': null, 'c': null, 'd': 'D'}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_am_require__mutually_exclusive__names_all_violated_groups),
        cmocka_unit_test(test_am_require__required_together__wants_all_or_none),
        cmocka_unit_test(test_am_require__required_one_of__counts_null_and_defaults),
        cmocka_unit_test(test_am_require__required_if__lists_what_is_missing),
        cmocka_unit_test(test_am_require__required_if_with_a_truth__is_printed_as_python),
        cmocka_unit_test(test_am_require__required_by__takes_null_for_absent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
