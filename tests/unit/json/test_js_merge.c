#include "support/unit.h"

#include "json/js_merge.h"
#include "support/json_text.h"

struct row {
    const char *target;
    const char *patch;
    const char *result;
};

/* The first fifteen are the examples of RFC 7396, appendix A. */
static const struct row rows[] = {
    {"{'a':'b'}", "{'a':'c'}", "{'a':'c'}"},
    {"{'a':'b'}", "{'b':'c'}", "{'a':'b','b':'c'}"},
    {"{'a':'b'}", "{'a':null}", "{}"},
    {"{'a':'b','b':'c'}", "{'a':null}", "{'b':'c'}"},
    {"{'a':['b']}", "{'a':'c'}", "{'a':'c'}"},
    {"{'a':'c'}", "{'a':['b']}", "{'a':['b']}"},
    {"{'a':{'b':'c'}}", "{'a':{'b':'d','c':null}}", "{'a':{'b':'d'}}"},
    {"{'a':[{'b':'c'}]}", "{'a':[1]}", "{'a':[1]}"},
    {"['a','b']", "['c','d']", "['c','d']"},
    {"{'a':'b'}", "['c']", "['c']"},
    {"{'a':'foo'}", "null", "null"},
    {"{'a':'foo'}", "'bar'", "'bar'"},
    {"{'e':null}", "{'a':1}", "{'e':null,'a':1}"},
    {"[1,2]", "{'a':'b','c':null}", "{'a':'b'}"},
    {"{}", "{'a':{'bb':{'ccc':null}}}", "{'a':{'bb':{}}}"},
    {"{'a':{'b':1}}", "{}", "{'a':{'b':1}}"},
    {"{'a':1}", "{'a':[{'x':null}]}", "{'a':[{'x':null}]}"},
};

static void test_js_merge__every_example__gives_the_rfc_s_result(void **state)
{
    (void)state;
    for (size_t i = 0; i < array_length(rows); i++) {
        json_auto_t *target = json_from(rows[i].target);
        json_auto_t *patch = json_from(rows[i].patch);
        json_auto_t *result = js_merge(target, patch);
        assert_json(result, rows[i].result);
        assert_json(target, rows[i].target);
        assert_json(patch, rows[i].patch);
    }
}

static void test_js_merge__no_target__counts_as_empty(void **state)
{
    (void)state;
    json_auto_t *patch = json_from("{'a': {'b': 1, 'c': null}}");
    json_auto_t *result = js_merge(NULL, patch);
    assert_json(result, "{'a': {'b': 1}}");
}

static void test_js_merge__result__shares_nothing(void **state)
{
    (void)state;
    json_auto_t *target = json_from("{'keep': {'x': 1}}");
    json_auto_t *patch = json_from("{'new': {'y': 2}}");
    json_auto_t *result = js_merge(target, patch);
    json_object_set_new(json_object_get(result, "keep"), "x", json_integer(9));
    json_object_set_new(json_object_get(result, "new"), "y", json_integer(9));
    assert_json(target, "{'keep': {'x': 1}}");
    assert_json(patch, "{'new': {'y': 2}}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_js_merge__every_example__gives_the_rfc_s_result),
        cmocka_unit_test(test_js_merge__no_target__counts_as_empty),
        cmocka_unit_test(test_js_merge__result__shares_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
