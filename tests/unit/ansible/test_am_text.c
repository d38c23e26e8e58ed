#include "support/unit.h"

#include <pwd.h>
#include <unistd.h>

#include "ansible/am_text.h"
#include "support/json_text.h"

static void assert_path(const char *text, const char *wanted)
{
    auto_free char *path = am_text_path(text);
    assert_string_equal(path, wanted);
}

static void test_am_text_path__variables__are_replaced_once(void **state)
{
    (void)state;
    setenv("AM_SET", "va$lue", 1);
    setenv("AM_TILDE", "~", 1);
    unsetenv("AM_UNSET");
    setenv("HOME", "/home/of/test", 1);
    assert_path("/a/$AM_SET/b", "/a/va$lue/b");
    assert_path("${AM_SET}x$AM_SET", "va$luexva$lue");
    assert_path("$AM_UNSET/${AM_UNSET}", "$AM_UNSET/${AM_UNSET}");
    assert_path("$ $- ${ ${} a$", "$ $- ${ ${} a$");
    assert_path("$AM_TILDE/x", "/home/of/test/x");
}

static void test_am_text_path__a_leading_tilde__is_a_home(void **state)
{
    (void)state;
    setenv("HOME", "/home/of/test/", 1);
    assert_path("~", "/home/of/test");
    assert_path("~/x", "/home/of/test/x");
    assert_path("x~", "x~");
    assert_path("~nosuchuserhere/x", "~nosuchuserhere/x");
    const struct passwd *root = getpwnam("root");
    assert_non_null(root);
    auto_free char *wanted = xasprintf("%s/x", root->pw_dir);
    assert_path("~root/x", wanted);
    setenv("HOME", "/", 1);
    assert_path("~", "/");
    assert_path("~/x", "/x");
}

static void test_am_text_path__no_home_variable__asks_the_user_database(void **state)
{
    (void)state;
    unsetenv("HOME");
    const struct passwd *self = getpwuid(getuid());
    assert_non_null(self);
    assert_path("~", self->pw_dir);
}

static void assert_dict(const char *text, const char *json)
{
    auto_error struct error *err = NULL;
    json_auto_t *value = am_text_dict(text, &err);
    assert_no_error(err);
    assert_json(value, json);
}

static void test_am_text_dict__braces__are_json_or_a_literal(void **state)
{
    (void)state;
    assert_dict("{}", "{}");
    assert_dict("{\"a\": [1, null]} ", "{'a': [1, null]}");
    assert_dict("{'a': None, 'b': (1, 2)}", "{'a': null, 'b': [1, 2]}");
}

static void test_am_text_dict__pairs__know_quotes_and_escapes(void **state)
{
    (void)state;
    assert_dict("a=1", "{'a': '1'}");
    assert_dict("  a=1 b=2,c=3, d=4  ", "{'a': '1', 'b': '2', 'c': '3', 'd': '4'}");
    assert_dict("a='x y' b=\"z,w\"", "{'a': 'x y', 'b': 'z,w'}");
    assert_dict("a\\ b=1\\=2", "{'a b': '1=2'}");
    assert_dict("a=b=c", "{'a': 'b=c'}");
    assert_dict("=1", "{'': '1'}");
    assert_dict("a= b=", "{'a': '', 'b': ''}");
    assert_dict("a=1 a=2", "{'a': '2'}");
    assert_dict("a=1\\", "{'a': '1'}");
    assert_dict("a='open b=2", "{'a': 'open b=2'}");
}

static void test_am_text_dict__other_texts__are_explained(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *message;
    } rows[] = {
        {"{", "unable to evaluate string as dictionary"},
        {"{'x': datetime.date(2020, 1, 2)}", "unable to evaluate string as dictionary"},
        {"{\"a\": 9223372036854775808}", "unable to evaluate string as dictionary"},
        {"{\"a\": NaN}", "unable to evaluate string as dictionary"},
        {"{\"a\": \"\\u0000\"}", "unable to evaluate string as dictionary"},
        {"{'a': {1, 2}}", "unable to evaluate string as dictionary"},
        {"a=1 b", "unable to evaluate string in the \"key=value\" format as dictionary"},
        {"abc", "dictionary requested, could not parse JSON or key=value"},
        {"", "dictionary requested, could not parse JSON or key=value"},
        {"[1]", "dictionary requested, could not parse JSON or key=value"},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_error struct error *err = NULL;
        json_auto_t *value = am_text_dict(rows[i].text, &err);
        assert_null(value);
        assert_non_null(err);
        assert_string_equal(err->message, rows[i].message);
        assert_int_equal(err->kind, ERROR_USAGE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_am_text_path__variables__are_replaced_once),
        cmocka_unit_test(test_am_text_path__a_leading_tilde__is_a_home),
        cmocka_unit_test(test_am_text_path__no_home_variable__asks_the_user_database),
        cmocka_unit_test(test_am_text_dict__braces__are_json_or_a_literal),
        cmocka_unit_test(test_am_text_dict__pairs__know_quotes_and_escapes),
        cmocka_unit_test(test_am_text_dict__other_texts__are_explained),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
