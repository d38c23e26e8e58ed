#include "support/unit.h"

#include "json/js_get.h"
#include "support/json_text.h"

static const char *const pod =
    "{'metadata': {'name': 'p', 'generation': 3, 'half': 0.5, 'two': 2.0, "
    "'huge': 1e300, 'paused': true, 'nothing': null}, 'items': [{'a': 1}]}";

static void test_js_get__names__lead_to_the_member(void **state)
{
    (void)state;
    json_auto_t *value = json_from(pod);
    assert_ptr_equal(js_get(value, NULL), value);
    assert_json(js_get(value, "metadata", "name", NULL), "'p'");
    assert_json(js_get(value, "metadata", "nothing", NULL), "null");
}

static void test_js_get__something_missing_on_the_way__is_null(void **state)
{
    (void)state;
    json_auto_t *value = json_from(pod);
    assert_null(js_get(NULL, "metadata", NULL));
    assert_null(js_get(value, "spec", "a", "b", NULL));
    assert_null(js_get(value, "metadata", "name", "x", NULL));
    assert_null(js_get(value, "items", "0", NULL));
}

static void test_js_str__only_strings__count(void **state)
{
    (void)state;
    json_auto_t *value = json_from(pod);
    assert_string_equal(js_str(value, "metadata", "name", NULL), "p");
    assert_null(js_str(value, "metadata", "generation", NULL));
    assert_null(js_str(value, "metadata", "nothing", NULL));
    assert_null(js_str(value, "metadata", "absent", NULL));
}

static void test_js_int__integers_and_whole_reals__count(void **state)
{
    (void)state;
    json_auto_t *value = json_from(pod);
    long long number = -1;
    assert_true(js_int(value, &number, "metadata", "generation", NULL));
    assert_int_equal(number, 3);
    assert_true(js_int(value, &number, "metadata", "two", NULL));
    assert_int_equal(number, 2);
    assert_true(js_int(value, NULL, "metadata", "two", NULL));
}

static void test_js_int__anything_else__leaves_the_number_alone(void **state)
{
    (void)state;
    json_auto_t *value = json_from(pod);
    long long number = 77;
    assert_false(js_int(value, &number, "metadata", "half", NULL));
    assert_false(js_int(value, &number, "metadata", "huge", NULL));
    assert_false(js_int(value, &number, "metadata", "name", NULL));
    assert_false(js_int(value, &number, "metadata", "absent", NULL));
    assert_int_equal(number, 77);
}

static void test_js_true__only_true__is_true(void **state)
{
    (void)state;
    json_auto_t *value = json_from(pod);
    assert_true(js_true(value, "metadata", "paused", NULL));
    assert_false(js_true(value, "metadata", "generation", NULL));
    assert_false(js_true(value, "metadata", "absent", NULL));
}

static void test_js_find__items_with_the_text__gives_the_first(void **state)
{
    (void)state;
    json_auto_t *list =
        json_from("[1, 'b', {'n': 1}, {'n': 'b', 'first': true}, {'n': 'b'}, {'n': null}]");
    assert_json(js_find(list, "n", "b"), "{'n': 'b', 'first': true}");
    assert_null(js_find(list, "n", "c"));
    assert_null(js_find(list, "m", "b"));
}

static void test_js_find__no_array_or_no_text__finds_nothing(void **state)
{
    (void)state;
    json_auto_t *list = json_from("[{'m': 'b'}]");
    assert_null(js_find(list, "n", NULL));
    assert_null(js_find(json_array_get(list, 0), "m", "b"));
    assert_null(js_find(NULL, "m", "b"));
}

static void test_js_want__the_right_type__is_handed_out(void **state)
{
    (void)state;
    json_auto_t *value = json_from(pod);
    json_t *found = NULL;
    auto_error struct error *error = NULL;
    assert_int_equal(js_want(value, "metadata.name", JSON_STRING, &found, &error), 0);
    assert_json(found, "'p'");
    assert_int_equal(js_want(value, "", JSON_OBJECT, &found, &error), 0);
    assert_ptr_equal(found, value);
    assert_int_equal(js_want(value, "metadata.generation", JSON_REAL, NULL, &error), 0);
    assert_int_equal(js_want(value, "metadata.paused", JSON_FALSE, NULL, &error), 0);
    assert_no_error(error);
}

static void test_js_want__another_type__is_told_with_path_and_both_types(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        json_type type;
        const char *message;
    } rows[] = {
        {"metadata.name", JSON_OBJECT, "metadata.name: expected object, got string"},
        {"metadata.generation", JSON_STRING, "metadata.generation: expected string, got number"},
        {"metadata", JSON_ARRAY, "metadata: expected list, got object"},
        {"items", JSON_TRUE, "items: expected boolean, got list"},
        {"metadata.paused", JSON_NULL, "metadata.paused: expected null, got boolean"},
        {"metadata.nothing", JSON_INTEGER, "metadata.nothing: expected number, got null"},
        {"spec.template", JSON_OBJECT, "spec.template: expected object, got nothing"},
        {"", JSON_ARRAY, "expected list, got object"},
    };
    json_auto_t *value = json_from(pod);
    for (size_t i = 0; i < array_length(rows); i++) {
        json_t *found = NULL;
        auto_error struct error *error = NULL;
        assert_int_equal(js_want(value, rows[i].path, rows[i].type, &found, &error), -1);
        assert_null(found);
        assert_string_equal(error->message, rows[i].message);
        assert_int_equal(error->kind, ERROR_PARSE);
    }
}

static void test_js_want_lookup__absent_or_null__is_no_error(void **state)
{
    (void)state;
    json_auto_t *value = json_from(pod);
    json_t *found = NULL;
    auto_error struct error *error = NULL;
    assert_int_equal(js_want_lookup(value, "spec.x", JSON_STRING, &found, &error), 0);
    assert_int_equal(js_want_lookup(value, "metadata.nothing", JSON_STRING, &found, &error), 0);
    assert_null(found);
    assert_int_equal(js_want_lookup(value, "metadata.name", JSON_STRING, &found, &error), 1);
    assert_json(found, "'p'");
    assert_no_error(error);
    assert_int_equal(js_want_lookup(value, "items", JSON_STRING, &found, &error), -1);
    assert_error(&error, ERROR_PARSE, "items: expected string, got list");
}

static void test_js_type_name__nothing__has_a_name_too(void **state)
{
    (void)state;
    assert_string_equal(js_type_name(NULL), "nothing");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_js_get__names__lead_to_the_member),
        cmocka_unit_test(test_js_get__something_missing_on_the_way__is_null),
        cmocka_unit_test(test_js_str__only_strings__count),
        cmocka_unit_test(test_js_int__integers_and_whole_reals__count),
        cmocka_unit_test(test_js_int__anything_else__leaves_the_number_alone),
        cmocka_unit_test(test_js_true__only_true__is_true),
        cmocka_unit_test(test_js_find__items_with_the_text__gives_the_first),
        cmocka_unit_test(test_js_find__no_array_or_no_text__finds_nothing),
        cmocka_unit_test(test_js_want__the_right_type__is_handed_out),
        cmocka_unit_test(test_js_want__another_type__is_told_with_path_and_both_types),
        cmocka_unit_test(test_js_want_lookup__absent_or_null__is_no_error),
        cmocka_unit_test(test_js_type_name__nothing__has_a_name_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
