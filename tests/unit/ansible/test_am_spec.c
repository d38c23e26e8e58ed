#include "support/unit.h"

#include "ansible/am_run.h"
#include "support/json_text.h"

/* What a validation left behind. */
struct outcome {
    json_t *params;
    struct am_context context; /* owns its secrets and warnings */
    struct error *err;
};

static struct outcome validate_as(const struct am_spec *spec, const char *params,
                                  bool ignore_unknown)
{
    struct outcome outcome = {
        .params = json_from(params),
        .context = {.module_name = "ns.coll.mod",
                    .ignore_unknown_options = ignore_unknown,
                    .secrets = am_secrets_new()},
    };
    int status = am_spec_validate(spec, outcome.params, &outcome.context, &outcome.err);
    assert_int_equal(status, outcome.err ? -1 : 0);
    return outcome;
}

static struct outcome validate(const struct am_spec *spec, const char *params)
{
    return validate_as(spec, params, false);
}

static void outcome_clear(struct outcome *outcome)
{
    json_decref(outcome->params);
    am_secrets_free(outcome->context.secrets);
    strv_clear(&outcome->context.warnings);
    error_free(outcome->err);
}

static void assert_valid(const struct am_spec *spec, const char *params, const char *wanted)
{
    struct outcome outcome = validate(spec, params);
    assert_no_error(outcome.err);
    assert_json(outcome.params, wanted);
    outcome_clear(&outcome);
}

static void assert_invalid(const struct am_spec *spec, const char *params, const char *message)
{
    struct outcome outcome = validate(spec, params);
    assert_non_null(outcome.err);
    assert_string_equal(outcome.err->message, message);
    assert_int_equal(outcome.err->kind, ERROR_USAGE);
    outcome_clear(&outcome);
}

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

/* ---- choices and limits */

static const struct am_option choice_options[] = {
    {.name = "state", .choices = AM_NAMES("present", "absent"), .default_json = "\"present\""},
    {.name = "flag", .choices = AM_NAMES("yes", "no", "auto")},
    {.name = "odd", .choices = AM_NAMES("yes", "on")},
    {.name = "level", .type = AM_INT, .choices = AM_NAMES("1", "2")},
    {.name = "truth", .type = AM_BOOL, .choices = AM_NAMES("True")},
    {.name = "many", .type = AM_LIST, .choices = AM_NAMES("a", "b")},
    {0},
};
static const struct am_spec choices = {.options = choice_options};

static void test_am_spec__a_value_outside_of_the_choices__is_named(void **state)
{
    (void)state;
    assert_invalid(&choices, "{'state': 'gone'}",
                   "value of state must be one of: present, absent, got: gone");
    assert_invalid(&choices, "{'state': null}",
                   "value of state must be one of: present, absent, got: ");
    assert_invalid(&choices, "{'flag': null}",
                   "value of flag must be one of: yes, no, auto, got: None");
    assert_invalid(&choices, "{'level': 3}", "value of level must be one of: 1, 2, got: 3");
    assert_invalid(&choices, "{'truth': 'no'}", "value of truth must be one of: True, got: False");
    assert_invalid(&choices, "{'many': ['a', 'q', 5]}",
                   "value of many must be one or more of: a, b. Got no match for: q, 5");
    assert_invalid(&choices, "{'many': ''}",
                   "value of many must be one or more of: a, b. Got no match for: ");
}

static void test_am_spec__numbers_and_truth__are_compared_by_value(void **state)
{
    (void)state;
    struct outcome outcome = validate(&choices, "{'level': '2.0', 'truth': 1, 'many': 'a,b'}");
    assert_no_error(outcome.err);
    assert_int_equal(json_integer_value(json_object_get(outcome.params, "level")), 2);
    assert_true(json_is_true(json_object_get(outcome.params, "truth")));
    outcome_clear(&outcome);
}

static void test_am_spec__an_unquoted_yes__is_taken_for_the_only_word_it_can_mean(void **state)
{
    (void)state;
    struct outcome outcome = validate(&choices, "{'flag': true}");
    assert_no_error(outcome.err);
    assert_string_equal(json_string_value(json_object_get(outcome.params, "flag")), "yes");
    outcome_clear(&outcome);
    outcome = validate(&choices, "{'flag': false}");
    assert_no_error(outcome.err);
    assert_string_equal(json_string_value(json_object_get(outcome.params, "flag")), "no");
    outcome_clear(&outcome);
    assert_invalid(&choices, "{'odd': true}", "value of odd must be one of: yes, on, got: True");
    assert_invalid(&choices, "{'odd': false}", "value of odd must be one of: yes, on, got: False");
}

static void test_am_spec__limits__hold_for_numbers_and_lengths(void **state)
{
    (void)state;
    const struct am_option options[] = {
        {.name = "n", .type = AM_INT, .minimum = AM_LIMIT(1), .maximum = AM_LIMIT(10)},
        {.name = "low", .type = AM_INT, .minimum = AM_LIMIT(0)},
        {.name = "high", .type = AM_INT, .maximum = AM_LIMIT(5)},
        {.name = "s", .minimum = AM_LIMIT(2), .maximum = AM_LIMIT(3)},
        {.name = "o",
         .type = AM_DICT,
         .options = (const struct am_option[]){{.name = "p", .minimum = AM_LIMIT(1)}, {0}}},
        {0},
    };
    const struct am_spec spec = {.options = options};
    assert_valid(&spec, "{'n': 10, 'low': 0, 'high': 5, 's': 'äöü'}",
                 "{'n': 10, 'low': 0, 'high': 5, 's': 'äöü', 'o': null}");
    assert_invalid(&spec, "{'n': 0}", "value of n must be between 1 and 10, got: 0");
    assert_invalid(&spec, "{'n': '11'}", "value of n must be between 1 and 10, got: 11");
    assert_invalid(&spec, "{'low': -1}", "value of low must be at least 0, got: -1");
    assert_invalid(&spec, "{'high': 6}", "value of high must be at most 5, got: 6");
    assert_invalid(&spec, "{'s': 'x'}", "length of s must be between 2 and 3, got: 1");
    assert_invalid(&spec, "{'o': {'p': ''}}", "length of p must be at least 1, got: 0 found in o");
}

/* ---- dependencies */

static const struct am_option abc_options[] = {{.name = "a"},
                                               {.name = "b"},
                                               {.name = "c", .type = AM_INT},
                                               {.name = "d", .default_json = "\"D\""},
                                               {0}};

static void test_am_spec__mutually_exclusive__names_all_violated_groups(void **state)
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

static void test_am_spec__required_together__wants_all_or_none(void **state)
{
    (void)state;
    const struct am_spec spec = {.options = abc_options,
                                 .required_together =
                                     (const am_names[]){AM_NAMES("a", "b", "c"), NULL}};
    assert_invalid(&spec, "{'a': '1'}", "parameters are required together: a, b, c");
    assert_valid(&spec, "{}", "{'a': null, 'b': null, 'c': null, 'd': 'D'}");
    assert_valid(&spec, "{'a': null, 'b': '2', 'c': 3}", "{'a': null, 'b': '2', 'c': 3, 'd': 'D'}");
}

static void test_am_spec__required_one_of__counts_null_and_defaults(void **state)
{
    (void)state;
    const struct am_spec spec = {
        .options = abc_options,
        .required_one_of = (const am_names[]){AM_NAMES("a", "b"), AM_NAMES("c", "d"), NULL}};
    assert_invalid(&spec, "{'c': 1}", "one of the following is required: a, b");
    assert_valid(&spec, "{'a': null}", "{'a': null, 'b': null, 'c': null, 'd': 'D'}");
}

static void test_am_spec__required_if__lists_what_is_missing(void **state)
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

static void test_am_spec__required_if_with_a_truth__is_printed_as_python(void **state)
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

static void test_am_spec__required_by__takes_null_for_absent(void **state)
{
    (void)state;
    const struct am_spec spec = {.options = abc_options,
                                 .required_by = (const struct am_required_by[]){
                                     {"a", AM_NAMES("b", "c")}, {"b", AM_NAMES("d")}, {0}}};
    assert_invalid(&spec, "{'a': 'x', 'b': null}", "missing parameter(s) required by 'a': b, c");
    assert_valid(&spec, "{'a': null}", "{'a': null, 'b': null, 'c': null, 'd': 'D'}");
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

/* ---- sub-options */

static const struct am_spec sub_rules = {
    .mutually_exclusive = (const am_names[]){AM_NAMES("p", "q"), NULL},
    .required_together = (const am_names[]){AM_NAMES("q", "r"), NULL},
    .required_one_of = (const am_names[]){AM_NAMES("p", "q"), NULL},
    .required_if = (const struct am_required_if[]){{"p", "\"if\"", AM_NAMES("r"), false}, {0}},
    .required_by = (const struct am_required_by[]){{"r", AM_NAMES("s")}, {0}},
};
static const struct am_option sub_options[] = {
    {.name = "p", .aliases = AM_NAMES("pp")},
    {.name = "q"},
    {.name = "r"},
    {.name = "s", .choices = AM_NAMES("a", "b")},
    {.name = "need", .required = true},
    {0},
};
static const struct am_option nested_options[] = {
    {.name = "o",
     .type = AM_DICT,
     .options =
         (const struct am_option[]){
             {.name = "items",
              .type = AM_LIST,
              .elements = AM_ELEMENTS(AM_DICT),
              .options = sub_options,
              .dependencies = &sub_rules},
             {0},
         }},
    {0},
};
static const struct am_spec nested = {.options = nested_options};
#define ITEM(MEMBERS) "{'o': {'items': [{'need': '1', " MEMBERS "}]}}"

static void test_am_spec__nested_errors__name_the_way(void **state)
{
    (void)state;
    assert_invalid(&nested, "{'o': {'items': [{'p': '1'}]}}",
                   "missing required arguments: need found in o -> items");
    assert_invalid(&nested, ITEM("'p': '1', 'q': '2'"),
                   "parameters are mutually exclusive: p|q found in o -> items");
    assert_invalid(&nested, ITEM("'q': '1'"),
                   "parameters are required together: q, r found in o -> items");
    assert_invalid(&nested, "{'o': {'items': [{'need': '1'}]}}",
                   "one of the following is required: p, q found in o -> items");
    assert_invalid(&nested, ITEM("'p': 'if'"),
                   "p is if but all of the following are missing: r found in o -> items");
    assert_invalid(&nested, ITEM("'p': 'x', 'q2': 1, 'r': 'y'"),
                   "parameters are required together: q, r found in o -> items");
    assert_invalid(&nested, ITEM("'q': 'x', 'r': 'y'"),
                   "missing parameter(s) required by 'r': s found in o -> items");
    assert_invalid(&nested, ITEM("'p': 'x', 's': 'z'"),
                   "value of s must be one of: a, b, got: z found in o -> items");
    assert_invalid(&nested, ITEM("'p': 'x', 'zz': 1"),
                   "Unsupported parameters for (ns.coll.mod) module: o.items.zz. Supported "
                   "parameters include: "
                   "need, p, q, r, s (pp).");
}

static void test_am_spec__nested_aliases__warn_with_the_index(void **state)
{
    (void)state;
    struct outcome outcome = validate(
        &nested, "{'o': {'items': [{'need': '1', 'p': 'x'}, {'need': '1', 'p': 'x', 'pp': 'y'}]}}");
    assert_no_error(outcome.err);
    assert_int_equal(outcome.context.warnings.count, 1);
    assert_string_equal(outcome.context.warnings.items[0],
                        "Both option o.items[1].p and its alias o.items[1].pp are set.");
    outcome_clear(&outcome);
}

static void test_am_spec__a_single_object_for_a_list__fails_as_with_ansible(void **state)
{
    (void)state;
    assert_invalid(
        &nested, "{'o': {'items': {'need': '1', 'p': 'x'}}}",
        "argument 'items' is of type dict found in 'o'. and we were unable to convert to list: "
        "<class 'dict'> cannot be converted to a list");
}

static void test_am_spec__texts__become_sub_options(void **state)
{
    (void)state;
    assert_valid(&nested, "{'o': {'items': ['need=1 p=x']}}",
                 "{'o': {'items': [{'need': '1', 'p': 'x', 'q': null, 'r': null, 's': null}]}}");
}

static void test_am_spec__no_object_where_one_is_due__is_explained(void **state)
{
    (void)state;
    assert_invalid(&nested, "{'o': 5}",
                   "Value '5' in the sub parameter field 'o' must be a dict, not 'int'");
    assert_invalid(&nested, "{'o': {'items': [[1]]}}",
                   "Value '[1]' in the sub parameter field 'items' must be a list, not 'list'");
    assert_invalid(&nested, "{'o': 'x'}",
                   "dictionary requested, could not parse JSON or key=value");
    assert_invalid(&nested, "{'o': [{}, {}]}",
                   "argument 'o' is of type list and we were unable to convert to dict: "
                   "<class 'list'> cannot be converted to a dict");
}

static void test_am_spec__apply_defaults__makes_the_object(void **state)
{
    (void)state;
    const struct am_option inner[] = {{.name = "i", .type = AM_INT, .default_json = "7"}, {0}};
    const struct am_option options[] = {
        {.name = "with", .type = AM_DICT, .options = inner, .apply_defaults = true},
        {.name = "without", .type = AM_DICT, .options = inner},
        {0},
    };
    const struct am_spec spec = {.options = options};
    assert_valid(&spec, "{}", "{'with': {'i': 7}, 'without': null}");
    assert_valid(&spec, "{'with': null, 'without': {}}", "{'with': {'i': 7}, 'without': {'i': 7}}");
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
        UNIT(test_am_spec__a_value_outside_of_the_choices__is_named),
        UNIT(test_am_spec__numbers_and_truth__are_compared_by_value),
        UNIT(test_am_spec__an_unquoted_yes__is_taken_for_the_only_word_it_can_mean),
        UNIT(test_am_spec__limits__hold_for_numbers_and_lengths),
        UNIT(test_am_spec__mutually_exclusive__names_all_violated_groups),
        UNIT(test_am_spec__required_together__wants_all_or_none),
        UNIT(test_am_spec__required_one_of__counts_null_and_defaults),
        UNIT(test_am_spec__required_if__lists_what_is_missing),
        UNIT(test_am_spec__required_if_with_a_truth__is_printed_as_python),
        UNIT(test_am_spec__required_by__takes_null_for_absent),
        UNIT(test_am_spec__unknown_parameters__are_the_last_error),
        UNIT(test_am_spec__unknown_parameters__may_be_ignored),
        UNIT(test_am_spec__nested_errors__name_the_way),
        UNIT(test_am_spec__nested_aliases__warn_with_the_index),
        UNIT(test_am_spec__a_single_object_for_a_list__fails_as_with_ansible),
        UNIT(test_am_spec__texts__become_sub_options),
        UNIT(test_am_spec__no_object_where_one_is_due__is_explained),
        UNIT(test_am_spec__apply_defaults__makes_the_object),
        UNIT(test_am_spec__no_log_values__are_registered),
        UNIT(test_am_spec__a_split_list__hides_its_parts),
        UNIT(test_am_spec__an_early_error__hides_what_comes_later),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
