#include "unit/ansible/outcome.h"

/* ---- fallbacks, aliases, defaults */

static const struct am_option basic_options[] = {
    {.name = "name", .required = true, .aliases = AM_NAMES("n", "nm")},
    {.name = "count", .type = AM_INT, .default_json = "\"3\""},
    {.name = "state", .aliases = AM_NAMES("s"), .env = AM_NAMES("AM_FIRST", "AM_SECOND")},
    {0},
};
static const struct am_spec basic = {.options = basic_options};

static int clear_environment(void **state)
{
    (void)state;
    unsetenv("AM_FIRST");
    unsetenv("AM_SECOND");
    return 0;
}

static void test_am_spec__options_not_given__get_default_or_null(void **state)
{
    (void)state;
    assert_valid(&basic, "{'name': 'x'}", "{'name': 'x', 'count': 3, 'state': null}");
}

static void test_am_spec__environment__stands_in_for_an_absent_option(void **state)
{
    (void)state;
    setenv("AM_SECOND", "second", 1);
    assert_valid(&basic, "{'name': 'x'}", "{'name': 'x', 'count': 3, 'state': 'second'}");
    setenv("AM_FIRST", "", 1);
    assert_valid(&basic, "{'name': 'x'}", "{'name': 'x', 'count': 3, 'state': ''}");
    assert_valid(&basic, "{'name': 'x', 'state': null}",
                 "{'name': 'x', 'count': 3, 'state': null}");
    setenv("AM_FIRST", "\xff", 1);
    assert_valid(&basic, "{'name': 'x'}", "{'name': 'x', 'count': 3, 'state': '\\ufffd'}");
}

static void test_am_spec__an_alias__stays_beside_the_option(void **state)
{
    (void)state;
    assert_valid(&basic, "{'nm': 'x'}", "{'nm': 'x', 'name': 'x', 'count': 3, 'state': null}");
}

static void test_am_spec__option_and_alias__warn_and_the_alias_wins(void **state)
{
    (void)state;
    struct outcome outcome = validate(&basic, "{'name': 'x', 'n': 'y'}");
    assert_no_error(outcome.err);
    assert_json(outcome.params, "{'name': 'y', 'n': 'y', 'count': 3, 'state': null}");
    assert_int_equal(outcome.context.warnings.count, 1);
    assert_string_equal(outcome.context.warnings.items[0],
                        "Both option name and its alias n are set.");
    outcome_clear(&outcome);
}

static void test_am_spec__required_with_a_default__is_a_defect_of_the_table(void **state)
{
    (void)state;
    const struct am_option options[] = {{.name = "x", .required = true, .default_json = "1"}, {0}};
    const struct am_spec spec = {.options = options};
    assert_invalid(&spec, "{}",
                   "internal error: required and default are mutually exclusive for x");
}

/* ---- required, types, elements */

static void test_am_spec__missing_options__are_sorted(void **state)
{
    (void)state;
    const struct am_option options[] = {
        {.name = "b", .required = true}, {.name = "a", .required = true}, {.name = "c"}, {0}};
    const struct am_spec spec = {.options = options};
    assert_invalid(&spec, "{}", "missing required arguments: a, b");
    assert_invalid(&spec, "{'a': 'x'}", "missing required arguments: b");
}

static void test_am_spec__null__is_converted_only_where_a_value_is_due(void **state)
{
    (void)state;
    assert_valid(&basic, "{'name': null, 'state': null}",
                 "{'name': '', 'count': 3, 'state': null}");
    assert_invalid(&basic, "{'name': 'x', 'count': null}",
                   "argument 'count' is of type NoneType and we were unable to convert to int: "
                   "\"None\" cannot be converted to an int");
}

static const struct am_option list_options[] = {
    {.name = "l", .type = AM_LIST, .elements = AM_ELEMENTS(AM_INT)},
    {.name = "d",
     .type = AM_DICT,
     .options =
         (const struct am_option[]){
             {.name = "l", .type = AM_LIST, .elements = AM_ELEMENTS(AM_INT)},
             {.name = "i", .type = AM_INT},
             {0},
         }},
    {0},
};
static const struct am_spec lists = {.options = list_options};

static void test_am_spec__elements__are_converted_one_by_one(void **state)
{
    (void)state;
    assert_valid(&lists, "{'l': '1,2'}", "{'l': [1, 2], 'd': null}");
    assert_invalid(
        &lists, "{'l': [1, 'z']}",
        "Elements value for option 'l' is of type str and we were unable to convert to int: "
        "\"'z'\" cannot be converted to an int");
    assert_invalid(&lists, "{'l': {}}",
                   "argument 'l' is of type dict and we were unable to convert to list: "
                   "<class 'dict'> cannot be converted to a list");
}

static void test_am_spec__nested_values__are_located(void **state)
{
    (void)state;
    assert_valid(&lists, "{'d': 'i=7'}", "{'l': null, 'd': {'i': 7, 'l': null}}");
    assert_invalid(
        &lists, "{'d': {'i': 'z'}}",
        "argument 'i' is of type str found in 'd'. and we were unable to convert to int: "
        "\"'z'\" cannot be converted to an int");
    assert_invalid(
        &lists, "{'d': {'l': [[]]}}",
        "Elements value for option 'l' found in 'd' is of type list and we were unable to "
        "convert to int: \"[]\" cannot be converted to an int");
}

/* ---- unknown parameters */

static void test_am_spec__unknown_parameters__are_the_last_error(void **state)
{
    (void)state;
    assert_invalid(
        &basic, "{'name': 'x', 'foo': 1, 'bar': 2}",
        "Unsupported parameters for (ns.coll.mod) module: bar, foo. Supported parameters include: "
        "count, name, state (n, nm, s).");
    assert_invalid(&basic, "{'foo': 1}", "missing required arguments: name");
    assert_invalid(&lists, "{'foo': 1}",
                   "Unsupported parameters for (ns.coll.mod) module: foo. Supported parameters "
                   "include: d, l.");
}

static void test_am_spec__unknown_parameters__may_be_ignored(void **state)
{
    (void)state;
    struct outcome outcome = validate_as(&basic, "{'name': 'x', 'foo': 1}", true);
    assert_no_error(outcome.err);
    assert_json(outcome.params, "{'name': 'x', 'foo': 1, 'count': 3, 'state': null}");
    outcome_clear(&outcome);
}

/* ---- secrets */

static const struct am_option secret_options[] = {
    {.name = "login",
     .type = AM_DICT,
     .aliases = AM_NAMES("auth"),
     .options =
         (const struct am_option[]){
             {.name = "pass", .no_log = true, .aliases = AM_NAMES("pw")}, {.name = "user"}, {0}}},
    {.name = "words", .type = AM_LIST, .elements = AM_ELEMENTS(AM_STR), .no_log = true},
    {.name = "plain", .type = AM_LIST, .no_log = true},
    {.name = "token", .no_log = true, .env = AM_NAMES("AM_FIRST"), .default_json = "\"fallback\""},
    {.name = "number", .type = AM_INT},
    {0},
};
static const struct am_spec secret = {.options = secret_options};

static void assert_hides(const char *params, const char *text, const char *wanted)
{
    struct outcome outcome = validate(&secret, params);
    auto_free char *clean = am_secrets_scrub_text(outcome.context.secrets, text);
    assert_string_equal(clean, wanted);
    outcome_clear(&outcome);
}

static void test_am_spec__no_log_values__are_registered(void **state)
{
    (void)state;
    assert_hides("{'login': {'pass': 'hush', 'user': 'me'}}", "hush. me", "********. me");
    assert_hides("{'login': 'pass=hush user=me'}", "hush. me", "********. me");
    assert_hides("{'auth': {'pw': 'hush'}}", "hush.", "********.");
    assert_hides("{}", "a fallback b", "a ******** b");
    setenv("AM_FIRST", "environment", 1);
    assert_hides("{}", "a fallback, environment b", "a fallback, ******** b");
}

static void test_am_spec__a_split_list__hides_its_parts(void **state)
{
    (void)state;
    assert_hides("{'words': 'aaa,bbb'}", "aaa,bbb. aaa. bbb.", "********. ********. ********.");
    assert_hides("{'plain': 'ccc,ddd'}", "ccc. ddd.", "********. ********.");
    assert_hides("{'words': [12345]}", "12345.", "********.");
}

static void test_am_spec__an_early_error__hides_what_comes_later(void **state)
{
    (void)state;
    assert_hides("{'login': 5, 'token': 'hush'}", "hush.", "********.");
    assert_hides("{'login': [1, 2], 'token': 'hush'}", "hush.", "********.");
    assert_hides("{'login': 'broken hush', 'token': 'tok'}", "broken hush. tok.",
                 "********. ********.");
    assert_hides("{'number': 'z', 'login': {'pass': 'hush'}}", "hush.", "********.");
}

int main(void)
{
#define UNIT(FUNCTION)                                                                             \
    cmocka_unit_test_setup_teardown(FUNCTION, clear_environment, clear_environment)
    const struct CMUnitTest tests[] = {
        UNIT(test_am_spec__options_not_given__get_default_or_null),
        UNIT(test_am_spec__environment__stands_in_for_an_absent_option),
        UNIT(test_am_spec__an_alias__stays_beside_the_option),
        UNIT(test_am_spec__option_and_alias__warn_and_the_alias_wins),
        UNIT(test_am_spec__required_with_a_default__is_a_defect_of_the_table),
        UNIT(test_am_spec__missing_options__are_sorted),
        UNIT(test_am_spec__null__is_converted_only_where_a_value_is_due),
        UNIT(test_am_spec__elements__are_converted_one_by_one),
        UNIT(test_am_spec__nested_values__are_located),
        UNIT(test_am_spec__unknown_parameters__are_the_last_error),
        UNIT(test_am_spec__unknown_parameters__may_be_ignored),
        UNIT(test_am_spec__no_log_values__are_registered),
        UNIT(test_am_spec__a_split_list__hides_its_parts),
        UNIT(test_am_spec__an_early_error__hides_what_comes_later),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
