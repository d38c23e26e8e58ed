#include "support/unit.h"

#include "yaml/ym_plain_priv.h"

struct row {
    const char *text;
    enum ym_style style;
    const char *line; /* in one line */
};

static const struct row rows[] = {
    {"name", YM_STYLE_PLAIN, "name"},
    {"nginx:1.25", YM_STYLE_PLAIN, "nginx:1.25"},
    {"/var/lib", YM_STYLE_PLAIN, "/var/lib"},
    {"two words, (three)", YM_STYLE_PLAIN, "two words, (three)"},
    {"it's", YM_STYLE_PLAIN, "it's"},
    {"a#b", YM_STYLE_PLAIN, "a#b"},
    {"_x", YM_STYLE_PLAIN, "_x"},
    {"caf\u00e9", YM_STYLE_PLAIN, "caf\u00e9"},
    {"nothing", YM_STYLE_PLAIN, "nothing"},
    {"", YM_STYLE_DOUBLE, "\"\""},
    {"a #b", YM_STYLE_DOUBLE, "\"a #b\""},
    {"a: b", YM_STYLE_DOUBLE, "\"a: b\""},
    {"a:", YM_STYLE_DOUBLE, "\"a:\""},
    {"a ", YM_STYLE_DOUBLE, "\"a \""},
    {" a", YM_STYLE_DOUBLE, "\" a\""},
    {"12", YM_STYLE_DOUBLE, "\"12\""},
    {"1.25.0", YM_STYLE_DOUBLE, "\"1.25.0\""},
    {"12:30", YM_STYLE_DOUBLE, "\"12:30\""},
    {"2001-01-01", YM_STYLE_DOUBLE, "\"2001-01-01\""},
    {"-x", YM_STYLE_DOUBLE, "\"-x\""},
    {"+1", YM_STYLE_DOUBLE, "\"+1\""},
    {".inf", YM_STYLE_DOUBLE, "\".inf\""},
    {"~", YM_STYLE_DOUBLE, "\"~\""},
    {"=", YM_STYLE_DOUBLE, "\"=\""},
    {"<<", YM_STYLE_DOUBLE, "\"<<\""},
    {"*a", YM_STYLE_DOUBLE, "\"*a\""},
    {"&a", YM_STYLE_DOUBLE, "\"&a\""},
    {"!a", YM_STYLE_DOUBLE, "\"!a\""},
    {"%a", YM_STYLE_DOUBLE, "\"%a\""},
    {"@a", YM_STYLE_DOUBLE, "\"@a\""},
    {"`a", YM_STYLE_DOUBLE, "\"`a\""},
    {"---", YM_STYLE_DOUBLE, "\"---\""},
    {"? a", YM_STYLE_DOUBLE, "\"? a\""},
    {"{a}", YM_STYLE_DOUBLE, "\"{a}\""},
    {"[a]", YM_STYLE_DOUBLE, "\"[a]\""},
    {"|", YM_STYLE_DOUBLE, "\"|\""},
    {"y", YM_STYLE_DOUBLE, "\"y\""},
    {"No", YM_STYLE_DOUBLE, "\"No\""},
    {"TRUE", YM_STYLE_DOUBLE, "\"TRUE\""},
    {"tRue", YM_STYLE_DOUBLE, "\"tRue\""},
    {"oFF", YM_STYLE_DOUBLE, "\"oFF\""},
    {"null", YM_STYLE_DOUBLE, "\"null\""},
    {"nan", YM_STYLE_DOUBLE, "\"nan\""},
    {"say \"hi\"", YM_STYLE_PLAIN, "say \"hi\""},
    {"\"hi\"", YM_STYLE_SINGLE, "'\"hi\"'"},
    {"1\\'2", YM_STYLE_SINGLE, "'1\\''2'"},
    {"\\\"\t", YM_STYLE_DOUBLE, "\"\\\\\\\"\\t\""},
    {"a\tb", YM_STYLE_DOUBLE, "\"a\\tb\""},
    {"a\n", YM_STYLE_DOUBLE, "\"a\\n\""},
    {"a\rb", YM_STYLE_DOUBLE, "\"a\\rb\""},
    {"\x01\x1b\x7f", YM_STYLE_DOUBLE, "\"\\x01\\x1b\\x7f\""},
    {"a\xc2\x85z", YM_STYLE_DOUBLE, "\"a\\x85z\""},
    {"a\u00a0b", YM_STYLE_DOUBLE, "\"a\\xa0b\""},
    {"a\u2028\u2029", YM_STYLE_DOUBLE, "\"a\\u2028\\u2029\""},
    {"\ufeffx", YM_STYLE_DOUBLE, "\"\\ufeffx\""},
    {"x\U0001F600", YM_STYLE_PLAIN, "x\U0001F600"},
    {"a\nb", YM_STYLE_LITERAL, "\"a\\nb\""},
    {"a\nb\n", YM_STYLE_LITERAL, "\"a\\nb\\n\""},
    {"a\n\n  b\tc\n\n\n", YM_STYLE_LITERAL, "\"a\\n\\n  b\\tc\\n\\n\\n\""},
    {" a\nb", YM_STYLE_DOUBLE, "\" a\\nb\""},
    {"\na\nb", YM_STYLE_DOUBLE, "\"\\na\\nb\""},
    {"a \nb", YM_STYLE_DOUBLE, "\"a \\nb\""},
    {"a\n\tb", YM_STYLE_DOUBLE, "\"a\\n\\tb\""},
    {"a\nb ", YM_STYLE_DOUBLE, "\"a\\nb \""},
    {"a\r\nb", YM_STYLE_DOUBLE, "\"a\\r\\nb\""},
    {"\n\n", YM_STYLE_DOUBLE, "\"\\n\\n\""},
};

static void test_ym_style_of__every_row__is_as_plain_as_is_safe(void **state)
{
    (void)state;
    for (size_t i = 0; i < array_length(rows); i++) {
        enum ym_style style = ym_style_of(rows[i].text, strlen(rows[i].text));
        if (style != rows[i].style)
            fail_msg("\"%s\": style %d", rows[i].text, style);
    }
}

static void test_ym_put_inline__every_row__is_written_in_one_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_buf struct buf out = {0};
        ym_put_inline(&out, rows[i].text, strlen(rows[i].text), rows[i].style);
        assert_string_equal(buf_str(&out), rows[i].line);
    }
}

static void test_ym_put_inline__nul__is_escaped(void **state)
{
    (void)state;
    auto_buf struct buf out = {0};
    assert_int_equal(ym_style_of("a\0b", 3), YM_STYLE_DOUBLE);
    ym_put_inline(&out, "a\0b", 3, YM_STYLE_DOUBLE);
    assert_string_equal(buf_str(&out), "\"a\\0b\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ym_style_of__every_row__is_as_plain_as_is_safe),
        cmocka_unit_test(test_ym_put_inline__every_row__is_written_in_one_line),
        cmocka_unit_test(test_ym_put_inline__nul__is_escaped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
