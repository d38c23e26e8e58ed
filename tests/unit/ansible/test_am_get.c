#include "support/unit.h"

#include "ansible/am_get.h"

static const char *const names[] = {"one", "two", "three"};

static json_t *sample(void)
{
    return json_pack("{ss ss sn sb sb si s[ssi]}", "text", "x", "choice", "two", "none", "on", 1,
                     "off", 0, "seconds", 90, "list", "a", "b", 7);
}

static void test_am_get__options_that_were_given__are_read(void **state)
{
    (void)state;
    json_auto_t *params = sample();
    auto_strv struct strv list;
    assert_string_equal(am_text(params, "text"), "x");
    assert_string_equal(am_filled(params, "text"), "x");
    assert_ptr_equal(am_value(params, "text"), json_object_get(params, "text"));
    assert_true(am_flag(params, "on"));
    assert_false(am_flag(params, "off"));
    assert_int_equal(am_seconds_ms(params, "seconds"), 90000);
    assert_int_equal(am_choice(params, "choice", names, array_length(names)), 1);
    am_list(params, "list", &list);
    assert_int_equal(list.count, 2);
    assert_string_equal(list.items[1], "b");
}

static void test_am_get__options_that_were_not_given__are_nothing(void **state)
{
    (void)state;
    json_auto_t *params = sample();
    static const char *const absent[] = {"none", "missing"};
    for (size_t i = 0; i < array_length(absent); i++) {
        auto_strv struct strv list;
        assert_null(am_text(params, absent[i]));
        assert_null(am_value(params, absent[i]));
        assert_false(am_flag(params, absent[i]));
        assert_int_equal(am_seconds_ms(params, absent[i]), 0);
        assert_int_equal(am_choice(params, absent[i], names, array_length(names)), 0);
        am_list(params, absent[i], &list);
        assert_int_equal(list.count, 0);
    }
    assert_null(am_text(NULL, "text"));
    json_auto_t *empty = json_pack("{ss}", "text", "");
    assert_string_equal(am_text(empty, "text"), "");
    assert_null(am_filled(empty, "text"));
    assert_null(am_filled(NULL, "text"));
    assert_null(am_value(NULL, "text"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_am_get__options_that_were_given__are_read),
        cmocka_unit_test(test_am_get__options_that_were_not_given__are_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
