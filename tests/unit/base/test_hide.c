#include "support/unit.h"

#include "base/hide.h"

static void test_hide__words__stand_once_and_the_longest_first(void **state)
{
    (void)state;
    auto_strv struct strv words = {0};
    assert_true(hide_add(&words, "bc"));
    assert_true(hide_add(&words, "abcd"));
    assert_true(hide_add(&words, "xyz"));
    assert_false(hide_add(&words, "bc"));
    assert_false(hide_add(&words, ""));
    assert_false(hide_add(&words, NULL));
    auto_free char *all = strv_join(&words, " ");
    assert_string_equal(all, "abcd xyz bc");
}

static void test_hide__texts__lose_every_word(void **state)
{
    (void)state;
    auto_strv struct strv words = {0};
    static const struct {
        const char *text;
        const char *shown;
    } rows[] = {
        {"", ""},
        {"nothing", "nothing"},
        {"token", "********"},
        {"token, token", "********, ********"},
        {"a tokens b", "a ******** b"}, /* the whole of the longer one */
        {"to", "to"},
    };
    hide_add(&words, "token");
    hide_add(&words, "tokens");
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_free char *shown = hide_words(rows[i].text, &words);
        assert_string_equal(shown, rows[i].shown);
    }
}

static void test_hide__no_words__text_stays(void **state)
{
    (void)state;
    const struct strv none = {0};
    auto_free char *shown = hide_words("token", &none);
    assert_string_equal(shown, "token");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hide__words__stand_once_and_the_longest_first),
        cmocka_unit_test(test_hide__texts__lose_every_word),
        cmocka_unit_test(test_hide__no_words__text_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
