#include "support/unit.h"

#include "json/js_query.h"
#include "support/json_text.h"

static const char *const object =
    "{'status': {'phase': 'Bound', 'n': 3, 'half': 0.5, 'ok': true, 'bad': false, 'no': null, "
    "'million': "
    "1000000.5,"
    "  'conditions': [{'type': 'Ready', 'status': 'True', 'n': 1}, {'type': 'Idle', 'status': "
    "'False'}],"
    "  'list': [10, 20, 30], 'empty': []},"
    " 'metadata': {'annotations': {'a.b/c': 'x', 'it\\u0027s': 'y', 'quote\\\"d': 'z'}}}";

/* The number of matches; the first one's text, or "-" for objects, lists and nothing, in TEXT. */
static size_t run(const char *query_text, json_t **match, json_t *value)
{
    auto_error struct error *error = NULL;
    auto_js_query struct js_query *query = js_query_parse(query_text, &error);
    assert_no_error(error);
    return js_query_run(query, value, match);
}

static void test_js_query__expressions__find_what_kubectl_finds(void **state)
{
    (void)state;
    static const struct {
        const char *query;
        size_t count;
        const char *first;
    } rows[] = {
        {"{.status.phase}", 1, "'Bound'"},
        {".status.phase", 1, "'Bound'"},
        {"status.phase", 1, "'Bound'"},
        {"{status.phase}", 1, "'Bound'"},
        {"{$.status.phase}", 1, "'Bound'"},
        {" {.status.phase} ", 1, "'Bound'"},
        {"['status']['phase']", 1, "'Bound'"},
        {".status['phase']", 1, "'Bound'"},
        {".status.['phase']", 1, "'Bound'"},
        {".metadata.annotations['a.b/c']", 1, "'x'"},
        {".metadata.annotations[\"a.b/c\"]", 1, "'x'"},
        {".metadata.annotations.a\\.b/c", 1, "'x'"},
        {".metadata.annotations['it\\'s']", 1, "'y'"},
        {".metadata.annotations['quote\"d']", 1, "'z'"},
        {".status.list[0]", 1, "10"},
        {".status.list[-1]", 1, "30"},
        {".status.list[3]", 0, NULL},
        {".status.list[-4]", 0, NULL},
        {".status.list[*]", 3, "10"},
        {".status.empty[*]", 0, NULL},
        {".metadata.*", 1, NULL},
        {".status.conditions[0].status", 1, "'True'"},
        {".status.conditions[?(@.type==\"Ready\")].status", 1, "'True'"},
        {".status.conditions[?(@.type=='Idle')].status", 1, "'False'"},
        {".status.conditions[?( @.type == 'Idle' )].status", 1, "'False'"},
        {".status.conditions[?(@.type!='Idle')].status", 1, "'True'"},
        {".status.conditions[?(@.n==1)].type", 1, "'Ready'"},
        {".status.conditions[?(@.n==1.0)].type", 1, "'Ready'"},
        {".status.conditions[?(@.n==\"1\")].type", 0, NULL},
        {".status.conditions[?(@.n)].type", 1, "'Ready'"},
        {".status.conditions[?(@.n!=7)].type", 1, "'Ready'"},
        {".status.conditions[?(@['type']=='Ready')].n", 1, "1"},
        {".status.conditions[?(@.type=='None')].status", 0, NULL},
        {".status.list[?(@==20)]", 1, "20"},
        {".status[?(@==true)]", 1, "true"},
        {".status[?(@==null)]", 1, "null"},
        {".status[?(@==false)]", 1, "false"},
        {".status.conditions[*].type", 2, "'Ready'"},
        {".status.no", 1, "null"},
        {".status.no.x", 0, NULL},
        {".status.phase.x", 0, NULL},
        {".status.phase[0]", 0, NULL},
        {".spec.x.y", 0, NULL},
    };
    json_auto_t *value = json_from(object);
    for (size_t i = 0; i < array_length(rows); i++) {
        json_t *match = NULL;
        size_t count = run(rows[i].query, &match, value);
        if (count != rows[i].count)
            fail_msg("%s: %zu matches", rows[i].query, count);
        if (rows[i].first)
            assert_json(match, rows[i].first);
        if (count == 0)
            assert_null(match);
    }
}

static void test_js_query__no_value__has_no_match(void **state)
{
    (void)state;
    assert_int_equal(run(".a", NULL, NULL), 0);
}

static void test_js_query_parse__malformed__tells_position_and_wish(void **state)
{
    (void)state;
    static const struct {
        const char *query;
        const char *message;
    } rows[] = {
        {"", "jsonpath \"\": expected a name at position 1"},
        {"{}", "jsonpath \"{}\": expected a name at position 2"},
        {"$", "jsonpath \"$\": expected a name at position 2"},
        {"{", "jsonpath \"{\": expected } at position 2"},
        {"{.a", "jsonpath \"{.a\": expected } at position 4"},
        {".a.", "jsonpath \".a.\": expected a name at position 4"},
        {".a..b", "jsonpath \".a..b\": expected a name at position 4"},
        {"..b", "jsonpath \"..b\": expected a name at position 2"},
        {".a[", "jsonpath \".a[\": expected an index, *, a quoted name or a filter at position 4"},
        {".a[x]",
         "jsonpath \".a[x]\": expected an index, *, a quoted name or a filter at position 4"},
        {".a[1:2]", "jsonpath \".a[1:2]\": expected ] at position 5"},
        {".a[0,1]", "jsonpath \".a[0,1]\": expected ] at position 5"},
        {".a[99999999999999999999]", "jsonpath \".a[99999999999999999999]\": expected an index, *, "
                                     "a quoted name or a filter at "
                                     "position 24"},
        {".a['b]", "jsonpath \".a['b]\": expected the closing quote at position 7"},
        {".a[?x]", "jsonpath \".a[?x]\": expected ( at position 5"},
        {".a[?(x)]", "jsonpath \".a[?(x)]\": expected @ at position 6"},
        {".a[?(@.[)]",
         "jsonpath \".a[?(@.[)]\": expected an index, *, a quoted name or a filter at position 9"},
        {".a[?(@.b==)]",
         "jsonpath \".a[?(@.b==)]\": expected a quoted text, a number, true, false or null at "
         "position 11"},
        {".a[?(@.b<3)]", "jsonpath \".a[?(@.b<3)]\": expected ==, != or ) at position 9"},
        {".a[?(@.b==3]", "jsonpath \".a[?(@.b==3]\": expected ==, != or ) at position 12"},
        {".a}b", "jsonpath \".a}b\": expected a dot, [ or the end at position 3"},
        {".a b", "jsonpath \".a b\": expected a dot, [ or the end at position 3"},
        {"{.a}{.b}", "jsonpath \"{.a}{.b}\": expected a dot, [ or the end at position 4"},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_error struct error *error = NULL;
        struct js_query *query = js_query_parse(rows[i].query, &error);
        assert_null(query);
        assert_string_equal(error->message, rows[i].message);
        assert_int_equal(error->kind, ERROR_USAGE);
    }
}

static int met(const char *query_text, const char *expected, struct error **err)
{
    auto_error struct error *error = NULL;
    auto_js_query struct js_query *query = js_query_parse(query_text, &error);
    assert_no_error(error);
    json_auto_t *value = json_from(object);
    return js_query_met(query, value, expected, err);
}

static void test_js_query_met__values__compare_as_text(void **state)
{
    (void)state;
    static const struct {
        const char *query;
        const char *expected; /* NULL: being there is enough */
        int met;
    } rows[] = {
        {".status.phase", "Bound", 1},
        {".status.phase", " Bound\n", 1},
        {".status.phase", "bound", 0},
        {".status.phase", "", 0},
        {".status.phase", NULL, 1},
        {".status.n", "3", 1},
        {".status.n", "3.0", 0},
        {".status.half", "0.5", 1},
        {".status.million", "1.0000005e+06", 1},
        {".status.ok", "true", 1},
        {".status.ok", "True", 0},
        {".status.bad", "false", 1},
        {".status.conditions[?(@.n!=2)].n", "1", 1},
        {".status.no", "<nil>", 1},
        {".status.absent", NULL, 0},
        {".status.absent", "x", 0},
        {".status.list", NULL, 1},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_error struct error *error = NULL;
        int result = met(rows[i].query, rows[i].expected, &error);
        assert_no_error(error);
        if (result != rows[i].met)
            fail_msg("%s = %s: %d", rows[i].query, rows[i].expected, result);
    }
}

static void test_js_query_met__several_or_nested_values__are_errors_in_kubectl_s_words(void **state)
{
    (void)state;
    auto_error struct error *error = NULL;
    assert_int_equal(met(".status.list[*]", "10", &error), -1);
    assert_error(&error, ERROR_USAGE, "given jsonpath expression matches more than one value");
    assert_int_equal(met(".status.list[*]", NULL, &error), -1);
    assert_error(&error, ERROR_USAGE, "given jsonpath expression matches more than one value");
    assert_int_equal(met(".status.list", "10", &error), -1);
    assert_error(&error, ERROR_USAGE,
                 "jsonpath leads to a nested object or list which is not supported");
    assert_int_equal(met(".status", "10", &error), -1);
    assert_error(&error, ERROR_USAGE,
                 "jsonpath leads to a nested object or list which is not supported");
}

static void test_js_query_free__null__is_fine(void **state)
{
    (void)state;
    js_query_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_js_query__expressions__find_what_kubectl_finds),
        cmocka_unit_test(test_js_query__no_value__has_no_match),
        cmocka_unit_test(test_js_query_parse__malformed__tells_position_and_wish),
        cmocka_unit_test(test_js_query_met__values__compare_as_text),
        cmocka_unit_test(
            test_js_query_met__several_or_nested_values__are_errors_in_kubectl_s_words),
        cmocka_unit_test(test_js_query_free__null__is_fine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
