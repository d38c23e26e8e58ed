#include "kube/warning.h"

#include "support/json_text.h"

/* The texts of HEADER, joined by '|'. */
static void check(const char *header, const char *expected)
{
    auto_strv struct strv texts;
    strv_init(&texts);
    kube_warning_parse(header, &texts);
    auto_free char *joined = strv_join(&texts, "|");
    assert_string_equal(joined, expected);
}

static void test_037__warning_parse__deprecation__its_text(maybe_unused void **state)
{
    check("299 - \"policy/v1beta1 PodSecurityPolicy is deprecated\"",
          "policy/v1beta1 PodSecurityPolicy is deprecated");
    check("  299 -   \"padded\"  ", "padded");
    check("299 kube-apiserver:443 \"agent\"", "agent");
}

static void test_038__two_warnings_one_with_comma__two_texts(maybe_unused void **state)
{
    check("299 - \"unknown field \\\"spec.x\\\", ignored\", 299 - \"second\"",
          "unknown field \"spec.x\", ignored|second");
    check("299 - \"a\",299 - \"b\"", "a|b");
}

static void test_038__warning_parse__code_199__ignored(maybe_unused void **state)
{
    check("199 - \"misc\", 299 - \"shown\", 214 - \"changed\"", "shown");
}

static void test_warning_parse__date_behind_the_text__passed_over(maybe_unused void **state)
{
    check("299 - \"a\" \"d\" , 299 - \"b\"", "a|b");
    check("299 - \"a\" \"Wed, 21 Oct 2015 07:28:00 GMT\", 299 - \"b\" \"d\"", "a|b");
}

static void test_warning_parse__escapes__next_character_as_it_is(maybe_unused void **state)
{
    check("299 - \"back\\\\slash \\q\"", "back\\slash q");
}

static void test_warning_parse__equal_texts__once(maybe_unused void **state)
{
    check("299 - \"a\", 299 - \"b\", 299 - \"a\"", "a|b");
    auto_strv struct strv texts;
    strv_init(&texts);
    kube_warning_parse("299 - \"a\"", &texts);
    kube_warning_parse("299 - \"a\"", &texts);
    assert_int_equal(texts.count, 1);
}

static void test_warning_parse__malformed__what_came_before_stays(maybe_unused void **state)
{
    const char *const malformed[] = {
        "",
        "   ",
        "299",
        "299 -",
        "299 - text",
        "299 - \"open",
        "299 - \"open\\",
        "29 - \"a\"",
        "2999 - \"a\"",
        "abc - \"a\"",
        "- \"a\"",
        "299 - \"a\" \"open",
        "299 - \"\"",
    };
    for (size_t i = 0; i < array_length(malformed); i++)
        check(malformed[i], "");
    check("299 - \"good\", nonsense, 299 - \"lost\"", "good");
    check("299 - \"good\", 299 - \"bad\" behind, 299 - \"lost\"", "good");
}

static void test_warning_parse__text_that_is_no_utf8__made_printable(maybe_unused void **state)
{
    check("299 - \"caf\xe9\"", "caf\xef\xbf\xbd");
    check("299 - \"café\"", "café");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_037__warning_parse__deprecation__its_text),
        cmocka_unit_test(test_038__two_warnings_one_with_comma__two_texts),
        cmocka_unit_test(test_038__warning_parse__code_199__ignored),
        cmocka_unit_test(test_warning_parse__date_behind_the_text__passed_over),
        cmocka_unit_test(test_warning_parse__escapes__next_character_as_it_is),
        cmocka_unit_test(test_warning_parse__equal_texts__once),
        cmocka_unit_test(test_warning_parse__malformed__what_came_before_stays),
        cmocka_unit_test(test_warning_parse__text_that_is_no_utf8__made_printable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
