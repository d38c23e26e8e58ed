#include "support/unit.h"

#include "json/js_list.h"
#include "support/json_text.h"

static void test_js_strv__texts__stand_in_their_order(void **state)
{
    (void)state;
    auto_strv struct strv texts = {0};
    strv_add(&texts, "b");
    strv_add(&texts, "");
    strv_add(&texts, "a");
    json_auto_t *list = js_strv(&texts);
    assert_json(list, "['b','','a']");
}

static void test_js_strv__nothing__is_an_empty_list(void **state)
{
    (void)state;
    const struct strv texts = {0};
    json_auto_t *list = js_strv(&texts);
    assert_json(list, "[]");
}

static void test_js_strv__broken_text__is_left_out(void **state)
{
    (void)state;
    auto_strv struct strv texts = {0};
    strv_add(&texts, "\xff");
    strv_add(&texts, "a");
    json_auto_t *list = js_strv(&texts);
    assert_json(list, "['a']");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_js_strv__texts__stand_in_their_order),
        cmocka_unit_test(test_js_strv__nothing__is_an_empty_list),
        cmocka_unit_test(test_js_strv__broken_text__is_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
