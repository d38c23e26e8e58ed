#include "support/unit.h"

#include "json/js_read.h"
#include "json/js_write.h"

/* TEXT read and written again. */
static void check(const char *text, const char *want)
{
    json_error_t where;
    json_auto_t *value = js_read(text, strlen(text), &where);
    if (!value)
        fail_msg("%s: %s", text, where.text);
    auto_free char *written = js_write_dup(value, 0, NULL);
    assert_string_equal(written, want);
}

static void test_js_read__plain_values__are_as_jansson_reads_them(maybe_unused void **state)
{
    check("{\"a\": [1, -2.5, true, null, \"x\"]}", "{\"a\":[1,-2.5,true,null,\"x\"]}");
    check("[\"a\\u0000b\"]", "[\"a\\u0000b\"]");
}

static void test_js_read__integers_up_to_64_bits__stay_exact(maybe_unused void **state)
{
    check("[9223372036854775807,-9223372036854775808]",
          "[9223372036854775807,-9223372036854775808]");
    /* Beside one that is not, too. */
    check("[9007199254740993,9223372036854775808]", "[9007199254740993,9223372036854776000]");
}

static void test_js_read__integers_beyond_64_bits__become_reals(maybe_unused void **state)
{
    check("{\"a\":9223372036854776000,\"b\":[-9223372036854775809]}",
          "{\"a\":9223372036854776000,\"b\":[-9223372036854776000]}");
    check("[18446744073709551616]", "[18446744073709552000]");
    /* Not in texts, and not what has a fraction already. */
    check("{\"9223372036854775808\":[9223372036854775808,\"\\\"9223372036854775808\","
          "9223372036854775808.5]}",
          "{\"9223372036854775808\":[9223372036854776000,\"\\\"9223372036854775808\","
          "9223372036854776000]}");
}

static void test_js_read__what_is_no_json__is_refused(maybe_unused void **state)
{
    static const char *const texts[] = {"",     "{",        "[1e999]",  "[99999999999999999999",
                                        "[01]", "nonsense", "[1] tail", "[9223372036854775808x]"};
    for (size_t i = 0; i < array_length(texts); i++) {
        json_error_t where;
        assert_null(js_read(texts[i], strlen(texts[i]), &where));
        assert_true(where.text[0] != '\0');
    }
}

static void test_js_read__what_is_no_json__is_not_quoted(maybe_unused void **state)
{
    /* The last one is read a second time, with the large number as a real. */
    static const char *const texts[] = {"[hunter2]", "{\"a\" \"hunter2\"}",
                                        "[9223372036854775808, hunter2]"};
    for (size_t i = 0; i < array_length(texts); i++) {
        json_error_t where;
        assert_null(js_read(texts[i], strlen(texts[i]), &where));
        if (!where.text[0] || strstr(where.text, "hunter"))
            fail_msg("%s: %s", texts[i], where.text);
    }
}

static void test_js_read_ends__at_the_end_of_the_text__stop_there(maybe_unused void **state)
{
    assert_int_equal(js_read_string_end("\"a\\\"b\" ", 7, 0), 6);
    assert_int_equal(js_read_string_end("\"ab", 3, 0), 3);
    assert_int_equal(js_read_string_end("\"a\\", 3, 0), 3);
    assert_int_equal(js_read_word_end("12,", 3, 0), 2);
    assert_int_equal(js_read_word_end("12", 2, 0), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_js_read__plain_values__are_as_jansson_reads_them),
        cmocka_unit_test(test_js_read__integers_up_to_64_bits__stay_exact),
        cmocka_unit_test(test_js_read__integers_beyond_64_bits__become_reals),
        cmocka_unit_test(test_js_read__what_is_no_json__is_refused),
        cmocka_unit_test(test_js_read__what_is_no_json__is_not_quoted),
        cmocka_unit_test(test_js_read_ends__at_the_end_of_the_text__stop_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
