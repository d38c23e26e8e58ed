#include "kube/write_priv.h"

#include "json/js_get.h"
#include "unit/kube/writing.h"

#define SEEN WRITING_MAP("u-1", "7", "\"data\":{\"k\":\"w\"}")

/* Everything is there and every write is answered. */
static const struct fake_reply script[] = {
    WRITING_SERVES,
    {.when = "GET " WRITING_PATH, .body = SEEN},
    {.when = "DELETE " WRITING_PATH, .body = "{\"kind\":\"Status\",\"status\":\"Success\"}"},
    {.when = "PATCH " WRITING_PATH, .body = SEEN},
    {.when = "PUT " WRITING_PATH, .body = SEEN},
};

/* ---- delete */

static json_t *delete_body(const char *options)
{
    struct writing writing;
    writing_init(&writing);
    json_auto_t *given = options ? json_from(options) : NULL;
    writing.options.delete_options = given;
    writing_go(&writing, script, array_length(script), KUBE_DELETE);
    assert_null(writing.write->error);
    assert_true(writing.write->changed);
    assert_int_equal(writing_count(&writing, "GET"), 1);
    assert_int_equal(writing_count(&writing, "DELETE"), 1);
    json_t *body = writing_body(&writing, "DELETE", 0);
    writing_end(&writing);
    return body;
}

static void test_request__deletion__is_of_the_object_that_was_seen(maybe_unused void **state)
{
    static const struct {
        const char *options, *preconditions;
    } rows[] = {
        {NULL, "{'uid':'u-1'}"},
        {"{}", "{'uid':'u-1'}"},
        {"{'gracePeriodSeconds':0}", "{'uid':'u-1'}"},
        {"{'preconditions':null}", "{'uid':'u-1'}"},
        {"{'preconditions':{'uid':null,'resourceVersion':null}}", "{'uid':'u-1'}"},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        json_auto_t *body = delete_body(rows[i].options);
        assert_json(json_object_get(body, "preconditions"), rows[i].preconditions);
    }
}

static void
test_request__deletion_with_preconditions__keeps_them_as_they_are(maybe_unused void **state)
{
    json_auto_t *body = delete_body("{'preconditions':{'resourceVersion':'7'}}");
    assert_json(json_object_get(body, "preconditions"), "{'resourceVersion':'7'}");
    json_auto_t *other = delete_body("{'preconditions':{'uid':'u-2'}}");
    assert_json(json_object_get(other, "preconditions"), "{'uid':'u-2'}");
}

static void test_request__replacement__states_the_version_that_was_seen(maybe_unused void **state)
{
    struct writing writing;
    writing_init(&writing);
    writing_go(&writing, script, array_length(script), KUBE_REPLACE);
    json_auto_t *body = writing_body(&writing, "PUT", 0);
    assert_string_equal(js_str(body, "metadata", "resourceVersion", NULL), "7");
    writing_end(&writing);

    writing_init(&writing);
    writing.manifest = "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'a',"
                       "'namespace':'n','resourceVersion':'5'}}";
    writing_go(&writing, script, array_length(script), KUBE_REPLACE);
    json_auto_t *own = writing_body(&writing, "PUT", 0);
    assert_string_equal(js_str(own, "metadata", "resourceVersion", NULL), "5");
    writing_end(&writing);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request__deletion__is_of_the_object_that_was_seen),
        cmocka_unit_test(test_request__deletion_with_preconditions__keeps_them_as_they_are),
        cmocka_unit_test(test_request__replacement__states_the_version_that_was_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
