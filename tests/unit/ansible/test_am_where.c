#include "support/unit.h"

#include "ansible/am_where.h"

/* The path at the first "?" in TEXT. */
static void assert_where(const char *text, const char *wanted)
{
    auto_free char *path = am_where_path(text, strcspn(text, "?"));
    assert_string_equal(path, wanted);
}

static void test_am_where__members_and_items__make_a_path(void **state)
{
    (void)state;
    assert_where("?", "");
    assert_where("{\"a\": ?", "a");
    assert_where("{\"a\": 1, \"b\": {\"c\": ?", "b.c");
    assert_where("{\"a\": [1, {\"x\": 1}, ?", "a[2]");
    assert_where("[[0], [1, {\"k\": ?", "[1][1].k");
    assert_where("{\"a\": {\"b\": 1}, \"c\" : [], \"d\": ?", "d");
}

static void test_am_where__brackets_inside_of_strings__do_not_count(void **state)
{
    (void)state;
    assert_where("{\"a\": \"}]{[,\\\"}\", \"b\": ?", "b");
    assert_where("{\"a{\\\"\": ?", "a{\\\"");
}

static void test_am_where__broken_text__gives_what_is_known(void **state)
{
    (void)state;
    assert_where("}]{\"a\": ?", "a");
    assert_where("{\"a\": \"never closed ?", "a");
    assert_where("{?", "");
    assert_where("{\"a\\", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_am_where__members_and_items__make_a_path),
        cmocka_unit_test(test_am_where__brackets_inside_of_strings__do_not_count),
        cmocka_unit_test(test_am_where__broken_text__gives_what_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
