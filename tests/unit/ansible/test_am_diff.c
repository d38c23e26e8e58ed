#include "support/unit.h"

#include "ansible/am_diff.h"
#include "support/json_text.h"

static void test_am_diff__two_texts__are_before_and_after(void **state)
{
    (void)state;
    json_auto_t *entry = am_diff_new("a\n", "b\n", "old", "new");
    assert_json(
        entry,
        "{'before': 'a\\n', 'after': 'b\\n', 'before_header': 'old', 'after_header': 'new'}");
}

static void test_am_diff__no_text__is_an_empty_side(void **state)
{
    (void)state;
    json_auto_t *created = am_diff_new(NULL, "b\n", NULL, "new");
    json_auto_t *removed = am_diff_new("a\n", "", "old", NULL);
    assert_json(created, "{'before': '', 'after': 'b\\n', 'after_header': 'new'}");
    assert_json(removed, "{'before': 'a\\n', 'after': '', 'before_header': 'old'}");
}

static void test_am_diff__a_missing_last_newline__is_added(void **state)
{
    (void)state;
    json_auto_t *entry = am_diff_new("a", "b\nc", NULL, NULL);
    assert_json(entry, "{'before': 'a\\n', 'after': 'b\\nc\\n'}");
}

static void test_am_diff__foreign_bytes__are_replaced(void **state)
{
    (void)state;
    json_auto_t *entry = am_diff_new("\xff", "", "h\xff", NULL);
    assert_json(entry, "{'before': '\\ufffd\\n', 'after': '', 'before_header': 'h\\ufffd'}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_am_diff__two_texts__are_before_and_after),
        cmocka_unit_test(test_am_diff__no_text__is_an_empty_side),
        cmocka_unit_test(test_am_diff__a_missing_last_newline__is_added),
        cmocka_unit_test(test_am_diff__foreign_bytes__are_replaced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
