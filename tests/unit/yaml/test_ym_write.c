#include "support/unit.h"

#include "json/js_equal.h"
#include "support/json_text.h"
#include "yaml/ym_read.h"
#include "yaml/ym_write.h"

/* Reads back what was written; it must be VALUE again. */
static void check_survives(const json_t *value, const char *text, size_t size)
{
    auto_error struct error *error = NULL;
    auto_strv struct strv warnings = {0};
    json_auto_t *documents = ym_read(text, size, "written", &warnings, &error);
    assert_no_error(error);
    assert_int_equal(json_array_size(documents), 1);
    assert_int_equal(warnings.count, 0);
    assert_true(js_equal(json_array_get(documents, 0), value));
}

static void check(const char *json, const char *yaml)
{
    auto_buf struct buf out = {0};
    auto_error struct error *error = NULL;
    json_auto_t *value = json_from(json);
    assert_int_equal(ym_write(&out, value, &error), 0);
    assert_no_error(error);
    assert_string_equal(buf_str(&out), yaml);
    check_survives(value, buf_str(&out), out.size);
}

static void test_ym_write__objects_and_lists__look_like_kubectl_s(void **state)
{
    (void)state;
    check("{'apiVersion': 'v1', 'metadata': {'name': 'x', 'labels': {'a/b': 'c'}},"
          " 'list': ['a', {'b': 1, 'c': ['d']}, ['e', ['f']]], 'none': {}, 'empty': [], 'void': "
          "null}",
          "apiVersion: v1\n"
          "metadata:\n"
          "  name: x\n"
          "  labels:\n"
          "    a/b: c\n"
          "list:\n"
          "- a\n"
          "- b: 1\n"
          "  c:\n"
          "  - d\n"
          "- - e\n"
          "  - - f\n"
          "none: {}\n"
          "empty: []\n"
          "void: null\n");
}

static void test_ym_write__roots__may_be_anything(void **state)
{
    (void)state;
    check("null", "null\n");
    check("true", "true\n");
    check("'x'", "x\n");
    check("'12'", "\"12\"\n");
    check("[]", "[]\n");
    check("{}", "{}\n");
    check("[[], {}, [[]]]", "- []\n- {}\n- - []\n");
    check("'a\\nb'", "|-\n  a\n  b\n");
}

static void test_ym_write__numbers__are_numbers_for_every_reader(void **state)
{
    (void)state;
    check("[0, -5, 9223372036854775807, 0.5, 1.0, 1e21, 1.5e-7, 1e-7, 1e20]",
          "- 0\n- -5\n- 9223372036854775807\n- 0.5\n- 1\n- 1.0e+21\n- 1.5e-7\n- 1.0e-7\n"
          "- 100000000000000000000\n");
}

static void test_ym_write__strings_like_other_types__are_quoted(void **state)
{
    (void)state;
    check("{'a': 'yes', 'no': '0x10', '1': '', 'b': '1e3', 'c': 'x: y', 'd': '\\u0000'}",
          "a: \"yes\"\n\"no\": \"0x10\"\n\"1\": \"\"\nb: \"1e3\"\nc: \"x: y\"\nd: \"\\0\"\n");
}

static void test_ym_write__lines__become_literal_blocks(void **state)
{
    (void)state;
    check(
        "{'a': 'x\\ny', 'b': 'x\\ny\\n', 'c': 'x\\n\\n y\\n\\n', 'd': ['p\\nq', {'e': 'r\\ns\\n'}],"
        " 'f': 'x\\n---\\n# y: z', 'g': 1}",
        "a: |-\n"
        "  x\n"
        "  y\n"
        "b: |\n"
        "  x\n"
        "  y\n"
        "c: |+\n"
        "  x\n"
        "\n"
        "   y\n"
        "\n"
        "d:\n"
        "- |-\n"
        "  p\n"
        "  q\n"
        "- e: |\n"
        "    r\n"
        "    s\n"
        "f: |-\n"
        "  x\n"
        "  ---\n"
        "  # y: z\n"
        "g: 1\n");
}

static void test_ym_write__kept_newlines_at_the_end__survive(void **state)
{
    (void)state;
    check("{'a': 'x\\ny\\n\\n\\n'}", "a: |+\n  x\n  y\n\n\n");
    check("['x\\ny\\n\\n', 'z']", "- |+\n  x\n  y\n\n- z\n");
}

static void test_ym_write__long_keys__are_written_with_a_question_mark(void **state)
{
    (void)state;
    char key[1501];
    memset(key, 'k', sizeof(key) - 1);
    key[sizeof(key) - 1] = '\0';
    json_auto_t *value = json_object();
    json_object_set_new(value, "a", json_array());
    json_t *inner = json_object();
    json_object_set_new(inner, key, json_integer(1));
    json_object_set_new(inner, "b", json_string("c"));
    json_array_append_new(json_object_get(value, "a"), inner);
    auto_buf struct buf out = {0};
    auto_error struct error *error = NULL;
    assert_int_equal(ym_write(&out, value, &error), 0);
    assert_non_null(strstr(buf_str(&out), "a:\n- ? kkk"));
    assert_non_null(strstr(buf_str(&out), "k\n  : 1\n  b: c\n"));
    check_survives(value, buf_str(&out), out.size);
}

static void test_ym_write__order__is_the_value_s_own_unless_sorted(void **state)
{
    (void)state;
    json_auto_t *value = json_from("{'b': {'z': 1, 'a': 2}, 'ab': 1, 'a': 2, 'B': 3}");
    auto_error struct error *error = NULL;
    auto_buf struct buf sorted = {0};
    assert_int_equal(ym_write_sorted(&sorted, value, &error), 0);
    assert_string_equal(buf_str(&sorted), "B: 3\na: 2\nab: 1\nb:\n  a: 2\n  z: 1\n");
    auto_buf struct buf plain = {0};
    assert_int_equal(ym_write(&plain, value, &error), 0);
    assert_string_equal(buf_str(&plain), "b:\n  z: 1\n  a: 2\nab: 1\na: 2\nB: 3\n");
}

static void test_ym_write__text_before__stays(void **state)
{
    (void)state;
    auto_buf struct buf out = {0};
    auto_error struct error *error = NULL;
    json_auto_t *value = json_from("{'a': 1}");
    buf_add_str(&out, "---\n");
    assert_int_equal(ym_write(&out, value, &error), 0);
    assert_string_equal(buf_str(&out), "---\na: 1\n");
}

static json_t *nested(unsigned depth)
{
    json_t *value = json_array();
    json_array_append_new(value, json_integer(1));
    for (unsigned i = 1; i < depth; i++) {
        json_t *outer = i % 2 ? json_array() : json_object();
        if (json_is_array(outer))
            json_array_append_new(outer, value);
        else
            json_object_set_new(outer, "k", value);
        value = outer;
    }
    return value;
}

static void test_ym_write__nested_beyond_the_limit__is_refused(void **state)
{
    (void)state;
    auto_buf struct buf out = {0};
    auto_error struct error *error = NULL;
    json_auto_t *deep = nested(1001);
    buf_add_str(&out, "x");
    assert_int_equal(ym_write(&out, deep, &error), -1);
    assert_error(&error, ERROR_USAGE, "nested deeper than 1000");
    assert_string_equal(buf_str(&out), "x");
    json_auto_t *allowed = nested(1000);
    buf_clear(&out);
    assert_int_equal(ym_write(&out, allowed, &error), 0);
    check_survives(allowed, buf_str(&out), out.size);
}

/* Strings put together from the pieces that matter to YAML. */
static json_t *odd_string(uint32_t *seed)
{
    static const char *const pieces[] = {
        "a", "1", " ",      "\n",     ":",  "#",    "-", "'",    "\"", "\\",    "\t",
        "{", "]", ",",      "&",      "*",  "!",    "|", ">",    "%",  "@",     "?",
        "~", ".", "\u00e9", "\u2028", "\r", "\x7f", "y", "null", "0x", "\ufeff"};
    auto_buf struct buf text = {0};
    *seed = *seed * 1664525u + 1013904223u;
    for (unsigned i = *seed >> 29; i > 0; i--) {
        *seed = *seed * 1664525u + 1013904223u;
        buf_add_str(&text, pieces[*seed >> 27]);
    }
    return json_string(buf_str(&text));
}

static void test_ym_write__odd_strings__survive_as_values_and_keys(void **state)
{
    (void)state;
    uint32_t seed = 1;
    for (int i = 0; i < 3000; i++) {
        json_auto_t *value = json_object();
        json_auto_t *key = odd_string(&seed);
        json_t *list = json_array();
        json_array_append_new(list, odd_string(&seed));
        json_array_append_new(list, odd_string(&seed));
        json_object_set_new(value, json_string_value(key), list);
        json_object_set_new(value, "z", odd_string(&seed));
        auto_buf struct buf out = {0};
        auto_error struct error *error = NULL;
        assert_int_equal(ym_write(&out, value, &error), 0);
        check_survives(value, buf_str(&out), out.size);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ym_write__objects_and_lists__look_like_kubectl_s),
        cmocka_unit_test(test_ym_write__roots__may_be_anything),
        cmocka_unit_test(test_ym_write__numbers__are_numbers_for_every_reader),
        cmocka_unit_test(test_ym_write__strings_like_other_types__are_quoted),
        cmocka_unit_test(test_ym_write__lines__become_literal_blocks),
        cmocka_unit_test(test_ym_write__kept_newlines_at_the_end__survive),
        cmocka_unit_test(test_ym_write__long_keys__are_written_with_a_question_mark),
        cmocka_unit_test(test_ym_write__order__is_the_value_s_own_unless_sorted),
        cmocka_unit_test(test_ym_write__text_before__stays),
        cmocka_unit_test(test_ym_write__nested_beyond_the_limit__is_refused),
        cmocka_unit_test(test_ym_write__odd_strings__survive_as_values_and_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
