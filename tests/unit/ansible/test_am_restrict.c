/* Choices and limits of values. */
#include "unit/ansible/outcome.h"

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

static void test_am_restrict__a_value_outside_of_the_choices__is_named(void **state)
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

static void test_am_restrict__numbers_and_truth__are_compared_by_value(void **state)
{
    (void)state;
    struct outcome outcome = validate(&choices, "{'level': '2.0', 'truth': 1, 'many': 'a,b'}");
    assert_no_error(outcome.err);
    assert_int_equal(json_integer_value(json_object_get(outcome.params, "level")), 2);
    assert_true(json_is_true(json_object_get(outcome.params, "truth")));
    outcome_clear(&outcome);
}

static void test_am_restrict__an_unquoted_yes__is_taken_for_the_only_word_it_can_mean(void **state)
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

static void test_am_restrict__limits__hold_for_numbers_and_lengths(void **state)
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_am_restrict__a_value_outside_of_the_choices__is_named),
        cmocka_unit_test(test_am_restrict__numbers_and_truth__are_compared_by_value),
        cmocka_unit_test(test_am_restrict__an_unquoted_yes__is_taken_for_the_only_word_it_can_mean),
        cmocka_unit_test(test_am_restrict__limits__hold_for_numbers_and_lengths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
