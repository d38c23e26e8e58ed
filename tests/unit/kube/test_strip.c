#include "kube/strip.h"

#include "support/json_text.h"

#define FULL                                                                                       \
    "{'kind':'Widget','metadata':{'name':'a','creationTimestamp':null,'generation':3,"             \
    "'managedFields':[{}],'resourceVersion':'7','selfLink':'/x','uid':'u','labels':{'uid':'l'}},"  \
    "'spec':{'status':'kept','generation':1},'status':{'phase':'x'}}"

static void check(void (*strip)(json_t *, bool), const char *before, const char *after)
{
    json_auto_t *value = json_from(before);
    strip(value, false);
    assert_json(value, after);
}

static void
test_015__strip_for_write__exported_object__keeps_version_and_uid(maybe_unused void **state)
{
    check(kube_strip_for_write, FULL,
          "{'kind':'Widget','metadata':{'name':'a','resourceVersion':'7','uid':'u',"
          "'labels':{'uid':'l'}},'spec':{'status':'kept','generation':1}}");
}

static void test_strip_for_compare__full_object__keeps_uid_and_times(maybe_unused void **state)
{
    check(kube_strip_for_compare, FULL,
          "{'kind':'Widget','metadata':{'name':'a','creationTimestamp':null,'selfLink':'/x',"
          "'uid':'u','labels':{'uid':'l'}},'spec':{'status':'kept','generation':1}}");
}

static void test_strip_for_diff__full_object__keeps_what_people_wrote(maybe_unused void **state)
{
    check(kube_strip_for_diff, FULL,
          "{'kind':'Widget','metadata':{'name':'a','labels':{'uid':'l'}},"
          "'spec':{'status':'kept','generation':1}}");
}

static void test_strip__metadata_missing_or_no_object__left_alone(maybe_unused void **state)
{
    void (*const all[])(json_t *, bool) = {kube_strip_for_write, kube_strip_for_compare,
                                           kube_strip_for_diff};
    for (size_t i = 0; i < array_length(all); i++) {
        check(all[i], "{'kind':'A','status':1}", "{'kind':'A'}");
        check(all[i], "{'metadata':'odd'}", "{'metadata':'odd'}");
        check(all[i], "['status']", "['status']");
        check(all[i], "{'metadata':{}}", "{'metadata':{}}");
        all[i](NULL, false);
    }
}

static void test_strip__plain_status__is_a_field_like_any_other(maybe_unused void **state)
{
    void (*const all[])(json_t *, bool) = {kube_strip_for_write, kube_strip_for_compare,
                                           kube_strip_for_diff};
    json_auto_t *one = json_from("{'metadata':{'generation':1},'status':{'n':1}}");
    json_auto_t *other = json_from("{'metadata':{'generation':2},'status':{'n':2}}");
    assert_true(kube_strip_equal(one, other, false));
    assert_false(kube_strip_equal(one, other, true));
    for (size_t i = 0; i < array_length(all); i++) {
        json_auto_t *value = json_deep_copy(one);
        all[i](value, true);
        assert_json(value, "{'metadata':{},'status':{'n':1}}");
    }
}

static void test_strip_equal__what_never_counts__makes_no_difference(maybe_unused void **state)
{
    json_auto_t *one = json_from("{'metadata':{'name':'a','resourceVersion':'1'},'spec':{'n':1}}");
    json_auto_t *same = json_from("{'metadata':{'name':'a','generation':2},'spec':{'n':1},"
                                  "'status':{}}");
    json_auto_t *other = json_from("{'metadata':{'name':'a'},'spec':{'n':2}}");
    assert_true(kube_strip_equal(one, same, false));
    assert_false(kube_strip_equal(one, other, false));
    assert_false(kube_strip_equal(NULL, one, false));
    assert_true(kube_strip_equal(NULL, NULL, false));
    assert_non_null(json_object_get(same, "status"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_015__strip_for_write__exported_object__keeps_version_and_uid),
        cmocka_unit_test(test_strip_for_compare__full_object__keeps_uid_and_times),
        cmocka_unit_test(test_strip_for_diff__full_object__keeps_what_people_wrote),
        cmocka_unit_test(test_strip__metadata_missing_or_no_object__left_alone),
        cmocka_unit_test(test_strip__plain_status__is_a_field_like_any_other),
        cmocka_unit_test(test_strip_equal__what_never_counts__makes_no_difference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
