#include "support/unit.h"

#include "json/js_path.h"
#include "support/json_text.h"

static char *segments_of(const char *text, struct error **err)
{
    auto_strv struct strv segments = {0};
    if (js_path_parse(text, &segments, err) < 0) {
        assert_int_equal(segments.count, 0);
        return NULL;
    }
    return strv_join(&segments, "|");
}

static void test_js_path_parse__well_formed__gives_the_segments(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *segments;
    } rows[] = {
        {"status", "status"},
        {"metadata.managedFields", "metadata|managedFields"},
        {"metadata.annotations[kubectl.kubernetes.io/last-applied-configuration]",
         "metadata|annotations|kubectl.kubernetes.io/last-applied-configuration"},
        {"a[b.c/d].e", "a|b.c/d|e"},
        {"a[b]e", NULL},
        {"x[3]", "x|3"},
        {"x.3", "x|3"},
        {"[a.b][c]", "a.b|c"},
        {"x[0][1].y", "x|0|1|y"},
        {"a['b.c']", "a|b.c"},
        {"a[\"b]c\"].d", "a|b]c|d"},
        {"a.b c", "a|b c"},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_error struct error *error = NULL;
        auto_free char *segments = segments_of(rows[i].text, &error);
        if (rows[i].segments) {
            assert_no_error(error);
            assert_string_equal(segments, rows[i].segments);
        } else {
            assert_error(&error, ERROR_USAGE, rows[i].text);
        }
    }
}

static void test_js_path_parse__malformed__names_text_and_position(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *message;
    } rows[] = {
        {"", "field path \"\" is malformed at position 1"},
        {".a", "field path \".a\" is malformed at position 1"},
        {"a.", "field path \"a.\" is malformed at position 3"},
        {"a..b", "field path \"a..b\" is malformed at position 3"},
        {"a[b", "field path \"a[b\" is malformed at position 2"},
        {"a[]", "field path \"a[]\" is malformed at position 2"},
        {"a['b]", "field path \"a['b]\" is malformed at position 2"},
        {"a['b'c]", "field path \"a['b'c]\" is malformed at position 2"},
        {"a['']", "field path \"a['']\" is malformed at position 2"},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_error struct error *error = NULL;
        assert_null(segments_of(rows[i].text, &error));
        assert_string_equal(error->message, rows[i].message);
        assert_int_equal(error->kind, ERROR_USAGE);
    }
}

struct removal {
    const char *value;
    const char *paths; /* separated by blanks */
    const char *result;
};

static const struct removal removals[] = {
    {"{'a': 1, 'b': 2}", "a", "{'b': 2}"},
    {"{'a': 1}", "b a.b a[0]", "{'a': 1}"},
    {"{'m': {'x': 1, 'y.z/w': 2}}", "m[y.z/w]", "{'m': {'x': 1}}"},
    /* What becomes empty goes as well, what was empty before stays. */
    {"{'m': {'n': {'x': 1}}, 'o': 2}", "m.n.x", "{'o': 2}"},
    {"{'m': {'n': {'x': 1}, 'e': {}}}", "m.n.x", "{'m': {'e': {}}}"},
    {"{'l': [[1]], 'o': 2}", "l[0][0]", "{'o': 2}"},
    {"{'l': [{'x': 1}, {'y': 2}]}", "l[0].x", "{'l': [{'y': 2}]}"},
    {"{'a': 1}", "a", "{}"},
    {"[1]", "[0]", "[]"},
    /* Indices mean the list as it was: by number, not by text. */
    {"{'x': [0,1,2,3,4,5,6,7,8,9,10,11]}", "x[9] x[10] x[2]", "{'x': [0,1,3,4,5,6,7,8,11]}"},
    {"{'x': [0,1,2,3]}", "x.0 x.1", "{'x': [2,3]}"},
    {"{'x': [0,1,2,3]}", "x.1 x[1] x.1", "{'x': [0,2,3]}"},
    {"{'x': [0,1,2,3]}", "x[01] x[1]", "{'x': [0,2,3]}"},
    {"{'x': [0]}", "x[1] x[-1] x[z]", "{'x': [0]}"},
    {"{'x': [{'a': 1}, {'a': 2}, {'a': 3}]}", "x[0].a x[0] x[2].a", "{'x': [{'a': 2}]}"},
    {"{'x': [{'a': 1, 'b': 1}, {'a': 2}]}", "x[0].a x[0].b", "{'x': [{'a': 2}]}"},
    {"{'x': [{'l': [1,2]}, {'l': [3,4]}]}", "x[0].l[1] x[1].l[0] x[0].l[0]", "{'x': [{'l': [4]}]}"},
};

static void test_js_path_remove__every_row__leaves_the_rest(void **state)
{
    (void)state;
    for (size_t i = 0; i < array_length(removals); i++) {
        json_auto_t *value = json_from(removals[i].value);
        auto_strv struct strv paths = {0};
        auto_error struct error *error = NULL;
        strv_split(&paths, removals[i].paths, ' ');
        assert_int_equal(js_path_remove(value, &paths, &error), 0);
        assert_no_error(error);
        assert_json(value, removals[i].result);
    }
}

static void test_js_path_remove__no_paths__is_nothing_to_do(void **state)
{
    (void)state;
    json_auto_t *value = json_from("{'a': {}}");
    struct strv paths = {0};
    auto_error struct error *error = NULL;
    assert_int_equal(js_path_remove(value, &paths, &error), 0);
    assert_json(value, "{'a': {}}");
}

static void test_js_path_remove__one_path_malformed__removes_nothing(void **state)
{
    (void)state;
    json_auto_t *value = json_from("{'a': 1}");
    auto_strv struct strv paths = {0};
    auto_error struct error *error = NULL;
    strv_split(&paths, "a b[", ' ');
    assert_int_equal(js_path_remove(value, &paths, &error), -1);
    assert_error(&error, ERROR_USAGE, "\"b[\"");
    assert_json(value, "{'a': 1}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_js_path_parse__well_formed__gives_the_segments),
        cmocka_unit_test(test_js_path_parse__malformed__names_text_and_position),
        cmocka_unit_test(test_js_path_remove__every_row__leaves_the_rest),
        cmocka_unit_test(test_js_path_remove__no_paths__is_nothing_to_do),
        cmocka_unit_test(test_js_path_remove__one_path_malformed__removes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
