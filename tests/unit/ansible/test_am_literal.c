#include "support/unit.h"

#include "ansible/am_literal.h"

static void assert_literal(const char *text, const char *json)
{
    json_auto_t *value = am_literal_parse(text);
    json_auto_t *wanted = json_loads(json, JSON_DECODE_ANY, NULL);
    assert_non_null(wanted);
    if (!json_equal(value, wanted))
        fail_msg("%s is not %s", text, json);
}

static void assert_no_literal(const char *text)
{
    json_auto_t *value = am_literal_parse(text);
    if (value)
        fail_msg("%s was taken", text);
}

static void test_am_literal__names_and_numbers__are_read(void **state)
{
    (void)state;
    assert_literal("True", "true");
    assert_literal("False", "false");
    assert_literal(" None ", "null");
    assert_literal("1_000", "1000");
    assert_literal("-5", "-5");
    assert_literal("+ 6", "6");
    assert_literal("0x1F", "31");
    assert_literal("0o17", "15");
    assert_literal("0b101", "5");
    assert_literal("000", "0");
    assert_literal("1e3", "1000.0");
    assert_literal("-1.5e-3", "-0.0015");
    assert_literal(".5", "0.5");
    assert_literal("5.", "5.0");
}

static void test_am_literal__malformed_numbers__are_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"007",
                                        "1__0",
                                        "1_",
                                        "_1",
                                        "0x",
                                        "0xg",
                                        "0x0x1",
                                        "1._5",
                                        "--1",
                                        "-",
                                        "1e",
                                        "1j",
                                        "9223372036854775808",
                                        "1e999",
                                        "-True",
                                        "1.2.3"};
    for (size_t i = 0; i < array_length(texts); i++)
        assert_no_literal(texts[i]);
}

static void test_am_literal__strings__have_escapes_and_prefixes(void **state)
{
    (void)state;
    assert_literal("'a'", "\"a\"");
    assert_literal("\"it's\"", "\"it's\"");
    assert_literal("'\\'\\\"\\\\\\n\\t\\a'", "\"'\\\"\\\\\\n\\t\\u0007\"");
    assert_literal("'\\x41\\u00e9\\U0001f600\\101'", "\"A\\u00e9\\ud83d\\ude00A\"");
    assert_literal("'\\u20ac'", "\"\\u20ac\"");
    assert_literal("'\\q'", "\"\\\\q\"");
    assert_literal("'a\\\nb'", "\"ab\"");
    assert_literal("r'\\n'", "\"\\\\n\"");
    assert_literal("u'x' R\"y\"", "\"xy\"");
    assert_literal("'''a\n'b'''", "\"a\\n'b\"");
}

static void test_am_literal__malformed_strings__are_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"'a",          "'a\nb'",    "'''a",  "'\\x4'",
                                        "'\\u12'",     "'\\ud800'", "'\\0'", "'\\U00110000'",
                                        "'\\N{DASH}'", "b'x'",      "'\\",   "r'\\"};
    for (size_t i = 0; i < array_length(texts); i++)
        assert_no_literal(texts[i]);
}

static void test_am_literal__containers__nest(void **state)
{
    (void)state;
    assert_literal("[1, 'a', [None],]", "[1, \"a\", [null]]");
    assert_literal("[1, \\\n2]", "[1, 2]");
    assert_literal("(1, 2)", "[1, 2]");
    assert_literal("(1,)", "[1]");
    assert_literal("(1)", "1");
    assert_literal("()", "[]");
    assert_literal("{'a': {'b': ()}, }", "{\"a\": {\"b\": []}}");
    assert_literal("{1: 2, True: 3, None: 4, 2.5: 5}",
                   "{\"1\": 2, \"true\": 3, \"null\": 4, \"2.5\": 5}");
    assert_literal("{'a': 1, 'a': 2}", "{\"a\": 2}");
    assert_literal("{ # note\n'a':\n1 }", "{\"a\": 1}");
}

static void test_am_literal__malformed_containers__are_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",          "[",      "[1",      "[1 2]",
        "[,]",       "[1,,2]", "(1",      "(,)",
        "{",         "{'a'}",  "{'a':}",  "{'a': 1 'b': 2}",
        "{,}",       "{1, 2}", "{[]: 1}", "{'a': f()}",
        "name",      "1 2",    "[1] x",   "datetime.date(2020, 1, 2)",
        "{'a': 1}}",
    };
    for (size_t i = 0; i < array_length(texts); i++)
        assert_no_literal(texts[i]);
}

static void test_am_literal__too_many_levels__are_refused(void **state)
{
    (void)state;
    char text[256] = {0};
    memset(text, '[', 100);
    memset(text + 100, ']', 100);
    json_auto_t *value = am_literal_parse(text);
    assert_non_null(value);
    memset(text, '[', 101);
    memset(text + 101, ']', 101);
    assert_no_literal(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_am_literal__names_and_numbers__are_read),
        cmocka_unit_test(test_am_literal__malformed_numbers__are_refused),
        cmocka_unit_test(test_am_literal__strings__have_escapes_and_prefixes),
        cmocka_unit_test(test_am_literal__malformed_strings__are_refused),
        cmocka_unit_test(test_am_literal__containers__nest),
        cmocka_unit_test(test_am_literal__malformed_containers__are_refused),
        cmocka_unit_test(test_am_literal__too_many_levels__are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
