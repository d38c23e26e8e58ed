/* Options in options. */
#include "unit/ansible/outcome.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_am_spec__nested_errors__name_the_way),
        cmocka_unit_test(test_am_spec__nested_aliases__warn_with_the_index),
        cmocka_unit_test(test_am_spec__a_single_object_for_a_list__fails_as_with_ansible),
        cmocka_unit_test(test_am_spec__texts__become_sub_options),
        cmocka_unit_test(test_am_spec__no_object_where_one_is_due__is_explained),
        cmocka_unit_test(test_am_spec__apply_defaults__makes_the_object),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
