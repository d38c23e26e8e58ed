#include "unit/capi/support.h"

#include "capi/fold.h"
#include "json/js_read.h"

static void written_as_before(const char *text)
{
    json_auto_t *original = json_of(text);
    json_auto_t *folded = json_deep_copy(original);
    struct error *err = NULL;
    auto_buf struct buf out = {0};
    assert_ok(capi_fold(folded, &err), &err);
    assert_ok(capi_fold_write(&out, folded, &err), &err);
    json_error_t where;
    json_auto_t *again = js_read(buf_str(&out), out.size, &where);
    if (!json_equal(original, again))
        fail_msg("%s became %s", text, buf_str(&out));
}

static void test_fold__definition__loses_its_schemas_until_it_is_written(void **state)
{
    (void)state;
    json_auto_t *definition =
        json_of("{'kind': 'CustomResourceDefinition', 'spec': {'versions': [{'name': "
                "'v1', 'schema': {'a': {'b': 1}}}], 'group': 'g'}}");
    struct error *err = NULL;
    assert_ok(capi_fold(definition, &err), &err);
    const json_t *version =
        json_array_get(json_object_get(json_object_get(definition, "spec"), "versions"), 0);
    assert_null(json_object_get(version, "schema"));
    assert_string_equal(json_string_value(json_object_get(version, "name")), "v1");
    auto_buf struct buf out = {0};
    buf_add_str(&out, "before:");
    assert_ok(capi_fold_write(&out, definition, &err), &err);
    assert_string_equal(buf_str(&out),
                        "before:{\"kind\":\"CustomResourceDefinition\",\"spec\":{\"group\":\"g\","
                        "\"versions\":[{\"name\":\"v1\",\"schema\":{\"a\":{\"b\":1}}}]}}");
    /* What is written stays folded. */
    assert_null(json_object_get(version, "schema"));
}

static void test_fold__whatever_is_written__is_what_it_was(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "{'kind': 'ConfigMap', 'spec': {'versions': [{'schema': {}}]}}",
        "{'kind': 'CustomResourceDefinition'}",
        "{'kind': 'CustomResourceDefinition', 'spec': {'versions': 'text'}}",
        "{'kind': 'CustomResourceDefinition', 'spec': {'versions': []}}",
        "{'kind': 'CustomResourceDefinition', 'spec': {'versions': [1, {}, null]}}",
        "{'kind': 'CustomResourceDefinition', 'spec': {'versions': [{'schema': null}, "
        "{'schema': 'a\\u0022b'}, {'schema': ['\\u00e9', 1.5, false]}, {'name': 'x'}]}}",
        "{'spec': {'versions': [{'schema': {'deep': {'er': [{}]}}}], 'names': {}}, "
        "'kind': 'CustomResourceDefinition', 'metadata': {'name': 'n'}}",
    };
    for (size_t i = 0; i < array_length(rows); i++)
        written_as_before(rows[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fold__definition__loses_its_schemas_until_it_is_written),
        cmocka_unit_test(test_fold__whatever_is_written__is_what_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
