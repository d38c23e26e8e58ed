#include "support/unit.h"

#include "base/mem.h"
#include "json/js_members.h"

static void test_js_members__sorted__goes_by_bytes_also_behind_a_nul(void **state)
{
    (void)state;
    json_auto_t *object = json_object();
    json_object_setn_new(object, "a\0b", 3, json_integer(2));
    json_object_set_new(object, "b", json_integer(4));
    json_object_set_new(object, "a", json_integer(1));
    json_object_set_new(object, "\xC3\xA4", json_integer(5));
    json_object_set_new(object, "aa", json_integer(3));
    size_t count = 0;
    auto_free void **members = js_members(object, true, &count);
    assert_int_equal(count, 5);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(json_integer_value(json_object_iter_value(members[i])), i + 1);
}

static void test_js_members__not_sorted__stand_as_they_came(void **state)
{
    (void)state;
    json_auto_t *object = json_pack("{s:i, s:i}", "z", 0, "a", 1);
    size_t count = 0;
    auto_free void **members = js_members(object, false, &count);
    assert_int_equal(count, 2);
    assert_string_equal(json_object_iter_key(members[0]), "z");
}

static void test_js_members__empty_object__has_none(void **state)
{
    (void)state;
    json_auto_t *object = json_object();
    size_t count = 1;
    free(js_members(object, true, &count));
    assert_int_equal(count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_js_members__sorted__goes_by_bytes_also_behind_a_nul),
        cmocka_unit_test(test_js_members__not_sorted__stand_as_they_came),
        cmocka_unit_test(test_js_members__empty_object__has_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
