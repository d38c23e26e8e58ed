#include "support/unit.h"

#include "base/strv.h"

static void test_strv__many_items__stay_in_order_and_end_with_null(void **state)
{
    (void)state;
    auto_strv struct strv vector;
    strv_init(&vector);
    for (int i = 0; i < 100; i++) {
        strv_printf(&vector, "%d", i);
        assert_null(vector.items[vector.count]);
    }
    assert_int_equal(vector.count, 100);
    assert_string_equal(vector.items[0], "0");
    assert_string_equal(vector.items[99], "99");
}

static void test_strv__split__keeps_empty_parts(void **state)
{
    (void)state;
    auto_strv struct strv vector = {0};
    strv_split(&vector, ":a::b:", ':');
    assert_int_equal(vector.count, 5);
    auto_free char *joined = strv_join(&vector, "|");
    assert_string_equal(joined, "|a||b|");
    auto_strv struct strv one = {0};
    strv_split(&one, "", ':');
    assert_int_equal(one.count, 1);
    assert_string_equal(one.items[0], "");
}

static void test_strv__nothing__joins_to_the_empty_text(void **state)
{
    (void)state;
    auto_strv struct strv vector = {0};
    auto_free char *joined = strv_join(&vector, ", ");
    assert_string_equal(joined, "");
    strv_sort(&vector);
    assert_false(strv_contains(&vector, ""));
}

static void test_strv__add_once__says_whether_it_was_new(void **state)
{
    (void)state;
    auto_strv struct strv vector = {0};
    assert_true(strv_add_once(&vector, "a"));
    assert_false(strv_add_once(&vector, "a"));
    assert_true(strv_contains(&vector, "a"));
    assert_int_equal(vector.count, 1);
}

static void test_strv__taken_text__is_freed_with_the_vector(void **state)
{
    (void)state;
    struct strv vector = {0};
    strv_add_take(&vector, xstrdup("owned"));
    strv_clear(&vector);
    assert_null(vector.items);
    strv_clear(&vector);
}

static void test_strv__sorted__goes_by_bytes(void **state)
{
    (void)state;
    auto_strv struct strv vector = {0};
    strv_split(&vector, "b,a,\xC3\xA4,B,", ',');
    strv_sort(&vector);
    auto_free char *joined = strv_join(&vector, ",");
    assert_string_equal(joined, ",B,a,b,\xC3\xA4");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_strv__many_items__stay_in_order_and_end_with_null),
        cmocka_unit_test(test_strv__split__keeps_empty_parts),
        cmocka_unit_test(test_strv__nothing__joins_to_the_empty_text),
        cmocka_unit_test(test_strv__add_once__says_whether_it_was_new),
        cmocka_unit_test(test_strv__taken_text__is_freed_with_the_vector),
        cmocka_unit_test(test_strv__sorted__goes_by_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
