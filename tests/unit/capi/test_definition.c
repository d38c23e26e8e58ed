#include "support/unit.h"

#include "capi/definition.h"

static void test_definition__versions__are_found(void **state)
{
    (void)state;
    json_auto_t *crd = json_pack("{s{s[{ss sb}{ss sb}]}}", "spec", "versions", "name", "v1beta1",
                                 "storage", 0, "name", "v1beta2", "storage", 1);
    assert_string_equal(capi_definition_stored(crd), "v1beta2");
    assert_true(capi_definition_has(crd, "v1beta1"));
    assert_true(capi_definition_has(crd, "v1beta2"));
    assert_false(capi_definition_has(crd, "v1"));
}

static void test_definition__without_versions__has_none(void **state)
{
    (void)state;
    json_auto_t *crd = json_object();
    assert_null(capi_definition_stored(crd));
    assert_null(capi_definition_stored(NULL));
    assert_false(capi_definition_has(crd, "v1"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_definition__versions__are_found),
        cmocka_unit_test(test_definition__without_versions__has_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
