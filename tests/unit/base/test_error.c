#include "support/unit.h"

#include <errno.h>

static void test_error__made__holds_kind_and_formatted_message(void **state)
{
    (void)state;
    auto_error struct error *err = NULL;
    error_make(&err, ERROR_PARSE, "%s:%d: bad", "f.yml", 3);
    assert_int_equal(err->kind, ERROR_PARSE);
    assert_int_equal(err->code, 0);
    assert_string_equal(err->message, "f.yml:3: bad");
    assert_null(err->detail);
}

static void test_error__of_errno__has_code_and_its_words(void **state)
{
    (void)state;
    auto_error struct error *err = NULL;
    error_make_errno(&err, ENOENT, "cannot read %s", "/x");
    assert_int_equal(err->kind, ERROR_IO);
    assert_int_equal(err->code, ENOENT);
    assert_string_equal(err->message, "cannot read /x: No such file or directory");
}

static void test_error__wrapped_twice__has_the_outermost_context_first(void **state)
{
    (void)state;
    auto_error struct error *err = NULL;
    error_make(&err, ERROR_IO, "c");
    error_wrap(&err, "b%d", 1);
    error_wrap(&err, "a");
    assert_string_equal(err->message, "a: b1: c");
    assert_int_equal(err->kind, ERROR_IO);
}

static void test_error__appended__keeps_what_was_there(void **state)
{
    (void)state;
    auto_error struct error *err = NULL;
    error_append(&err, "; %d", 1);
    assert_null(err);
    error_make(&err, ERROR_AUTH, "refused");
    error_append(&err, "\nThe %s expired.", "certificate");
    assert_string_equal(err->message, "refused\nThe certificate expired.");
}

static void test_error__nobody_wants_it__is_dropped(void **state)
{
    (void)state;
    error_make(NULL, ERROR_IO, "x");
    error_make_errno(NULL, EIO, "x");
    error_wrap(NULL, "x");
    error_code(NULL, 1);
    error_detail_take(NULL, "key", json_string("value"));
    error_free(NULL);
}

static void test_error__no_error__is_left_alone_by_all_changes(void **state)
{
    (void)state;
    struct error *err = NULL;
    error_wrap(&err, "x");
    error_code(&err, 1);
    error_detail_take(&err, "key", json_string("value"));
    error_clear(&err);
    assert_null(err);
}

static void test_error__details__collect_in_one_object(void **state)
{
    (void)state;
    auto_error struct error *err = NULL;
    error_make(&err, ERROR_STATUS, "x");
    error_detail_take(&err, "a", json_integer(1));
    error_detail_take(&err, "b", json_integer(2));
    error_detail_take(&err, "a", json_integer(3));
    error_code(&err, 404);
    assert_int_equal(json_integer_value(json_object_get(err->detail, "a")), 3);
    assert_int_equal(json_object_size(err->detail), 2);
    assert_int_equal(err->code, 404);
}

static void test_error__freed__keeps_errno(void **state)
{
    (void)state;
    struct error *err = NULL;
    error_make(&err, ERROR_IO, "x");
    errno = EBUSY;
    error_free(err);
    assert_int_equal(errno, EBUSY);
}

static void test_error__moved__changes_its_owner(void **state)
{
    (void)state;
    auto_error struct error *to = NULL;
    struct error *from = NULL;
    error_make(&from, ERROR_IO, "x");
    error_move_take(&to, from);
    assert_ptr_equal(to, from);
    error_move_take(&to, NULL);
    assert_ptr_equal(to, from);
    struct error *lost = NULL;
    error_make(&lost, ERROR_IO, "nobody wants this one");
    error_move_take(NULL, lost);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_error__made__holds_kind_and_formatted_message),
        cmocka_unit_test(test_error__of_errno__has_code_and_its_words),
        cmocka_unit_test(test_error__wrapped_twice__has_the_outermost_context_first),
        cmocka_unit_test(test_error__appended__keeps_what_was_there),
        cmocka_unit_test(test_error__nobody_wants_it__is_dropped),
        cmocka_unit_test(test_error__no_error__is_left_alone_by_all_changes),
        cmocka_unit_test(test_error__details__collect_in_one_object),
        cmocka_unit_test(test_error__freed__keeps_errno),
        cmocka_unit_test(test_error__moved__changes_its_owner),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
