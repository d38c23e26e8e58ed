#include "support/unit.h"

#include "json/js_equal.h"
#include "json/js_write.h"
#include "support/json_text.h"

static char *write_flags(const json_t *value, unsigned flags)
{
    auto_error struct error *error = NULL;
    char *text = js_write_dup(value, flags, &error);
    assert_no_error(error);
    return text;
}

/* A string of LENGTH bytes as our writer puts it. */
static void check_string(const char *bytes, size_t length, unsigned flags, const char *want)
{
    json_auto_t *value = json_stringn(bytes, length);
    assert_non_null(value);
    auto_free char *text = write_flags(value, flags);
    assert_string_equal(text, want);
    json_auto_t *back = json_loads(text, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    assert_true(js_equal(back, value));
}

struct row {
    const char *bytes;
    const char *normal;
    const char *ascii;
};

static void test_024_js_write__characters_that_yaml_readers_lose__are_escaped(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"plain text/with slash", "\"plain text/with slash\"", "\"plain text/with slash\""},
        {"\"\\", "\"\\\"\\\\\"", "\"\\\"\\\\\""},
        {"\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\"", "\"\\b\\f\\n\\r\\t\""},
        {"\x01\x1b\x1f", "\"\\u0001\\u001b\\u001f\"", "\"\\u0001\\u001b\\u001f\""},
        {"~\x7f", "\"~\\u007f\"", "\"~\\u007f\""},
        {"\xc2\x80", "\"\\u0080\"", "\"\\u0080\""},
        {"a\xc2\x85"
         "b",
         "\"a\\u0085b\"", "\"a\\u0085b\""},
        {"\xc2\x9f", "\"\\u009f\"", "\"\\u009f\""},
        {"\u00a0", "\"\u00a0\"", "\"\\u00a0\""},
        {"\u00e9", "\"\u00e9\"", "\"\\u00e9\""},
        {" \u2028 \u2029 ", "\" \\u2028 \\u2029 \"", "\" \\u2028 \\u2029 \""},
        {"\u2027\u202a", "\"\u2027\u202a\"", "\"\\u2027\\u202a\""},
        {"\ufeff", "\"\ufeff\"", "\"\\ufeff\""},
        {"\ufffd\ufffe\uffff", "\"\ufffd\\ufffe\\uffff\"", "\"\\ufffd\\ufffe\\uffff\""},
        {"\U0001F600", "\"\U0001F600\"", "\"\\ud83d\\ude00\""},
        {"\U0010FFFF!", "\"\U0010FFFF!\"", "\"\\udbff\\udfff!\""},
        {"", "\"\"", "\"\""},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        check_string(rows[i].bytes, strlen(rows[i].bytes), 0, rows[i].normal);
        check_string(rows[i].bytes, strlen(rows[i].bytes), JS_WRITE_ASCII, rows[i].ascii);
    }
    check_string("a\0b", 3, 0, "\"a\\u0000b\"");
}

static void test_025_js_write__numbers__look_as_go_writes_them(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        const char *text;
    } rows[] = {
        {"[1.0, 0.1, 1e21, 1e20, -0.0, 1e5, 1e-7, 2.5]",
         "[1,0.1,1e+21,100000000000000000000,0,100000,1e-7,2.5]"},
        {"[0, -1, 9223372036854775807, -9223372036854775808, 1234567890]",
         "[0,-1,9223372036854775807,-9223372036854775808,1234567890]"},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        json_auto_t *value = json_from(rows[i].json);
        auto_free char *text = write_flags(value, 0);
        assert_string_equal(text, rows[i].text);
    }
}

static void test_js_write__containers__are_compact_and_in_order(void **state)
{
    (void)state;
    json_auto_t *value =
        json_from("{'b': [true, false, null, {}], 'a': {'d': [], 'c': 1}, '\\u2028': 2}");
    auto_free char *text = write_flags(value, 0);
    assert_string_equal(text,
                        "{\"b\":[true,false,null,{}],\"a\":{\"d\":[],\"c\":1},\"\\u2028\":2}");
}

static void test_js_write__sorted__compares_bytes_at_every_level(void **state)
{
    (void)state;
    json_auto_t *value = json_from("{'b': {'z': 1, 'a': 2}, 'B': [{'y': 1, 'x': 2}], '': 0,"
                                   "'ab': 1, 'a': 2, '\\u00e9': 3}");
    auto_free char *text = write_flags(value, JS_WRITE_SORT);
    assert_string_equal(text, "{\"\":0,\"B\":[{\"x\":2,\"y\":1}],\"a\":2,\"ab\":1,"
                              "\"b\":{\"a\":2,\"z\":1},\"\u00e9\":3}");
}

static void test_js_write__python_separators__stand_behind_comma_and_colon(void **state)
{
    (void)state;
    json_auto_t *value = json_from("{'a': [1, 2], 'b': {}, 'c': []}");
    auto_free char *text = write_flags(value, JS_WRITE_PYTHON_SEPARATORS);
    assert_string_equal(text, "{\"a\": [1, 2], \"b\": {}, \"c\": []}");
}

static void test_js_write__html__escapes_what_go_escapes(void **state)
{
    (void)state;
    json_auto_t *value = json_pack("{s:s}", "<k>", "a<b>&c");
    auto_free char *plain = js_write_dup(value, 0, NULL);
    assert_string_equal(plain, "{\"<k>\":\"a<b>&c\"}");
    auto_free char *html = js_write_dup(value, JS_WRITE_HTML, NULL);
    assert_string_equal(html, "{\"\\u003ck\\u003e\":\"a\\u003cb\\u003e\\u0026c\"}");
}

static void test_js_write__text_before__stays(void **state)
{
    (void)state;
    auto_buf struct buf out = {0};
    auto_error struct error *error = NULL;
    json_auto_t *value = json_integer(7);
    buf_add_str(&out, "n=");
    assert_int_equal(js_write(&out, value, 0, &error), 0);
    assert_string_equal(buf_str(&out), "n=7");
    assert_int_equal(out.size, 3);
}

static json_t *nested(unsigned depth)
{
    json_t *value = json_array();
    for (unsigned i = 1; i < depth; i++) {
        json_t *outer = i % 2 ? json_object() : json_array();
        if (json_is_object(outer))
            json_object_set_new(outer, "k", value);
        else
            json_array_append_new(outer, value);
        value = outer;
    }
    return value;
}

static void test_js_write__nested_beyond_the_limit__is_refused_without_a_trace(void **state)
{
    (void)state;
    auto_buf struct buf out = {0};
    auto_error struct error *error = NULL;
    json_auto_t *deep = nested(JS_WRITE_DEPTH + 1);
    buf_add_str(&out, "x");
    assert_int_equal(js_write(&out, deep, 0, &error), -1);
    assert_error(&error, ERROR_USAGE, "nested deeper than 1000");
    assert_string_equal(buf_str(&out), "x");
    assert_int_equal(js_write(&out, deep, JS_WRITE_SORT, &error), -1);
    assert_error(&error, ERROR_USAGE, "nested deeper than 1000");
    assert_null(js_write_dup(deep, 0, &error));
    assert_error(&error, ERROR_USAGE, "nested deeper than 1000");
    json_auto_t *allowed = nested(JS_WRITE_DEPTH);
    assert_int_equal(js_write(&out, allowed, 0, &error), 0);
    assert_no_error(error);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_024_js_write__characters_that_yaml_readers_lose__are_escaped),
        cmocka_unit_test(test_025_js_write__numbers__look_as_go_writes_them),
        cmocka_unit_test(test_js_write__containers__are_compact_and_in_order),
        cmocka_unit_test(test_js_write__sorted__compares_bytes_at_every_level),
        cmocka_unit_test(test_js_write__python_separators__stand_behind_comma_and_colon),
        cmocka_unit_test(test_js_write__html__escapes_what_go_escapes),
        cmocka_unit_test(test_js_write__text_before__stays),
        cmocka_unit_test(test_js_write__nested_beyond_the_limit__is_refused_without_a_trace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
