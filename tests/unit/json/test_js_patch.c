#include "support/unit.h"

#include "json/js_patch.h"
#include "support/json_text.h"

struct row {
    const char *doc;
    const char *ops;
    const char *result; /* NULL: see error */
    const char *error;
    size_t failed;
};

static void check(const struct row *row)
{
    json_auto_t *doc = json_from(row->doc);
    json_auto_t *ops = json_from(row->ops);
    auto_error struct error *error = NULL;
    size_t failed = 99;
    json_auto_t *result = js_patch_apply(doc, ops, &failed, &error);
    assert_json(doc, row->doc);
    assert_json(ops, row->ops);
    if (row->result) {
        assert_no_error(error);
        assert_json(result, row->result);
        assert_int_equal(failed, 99);
        return;
    }
    assert_null(result);
    assert_non_null(error);
    assert_string_equal(error->message, row->error);
    assert_int_equal(failed, row->failed);
}

static void check_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        check(&rows[i]);
}

static void test_js_patch__operations__change_a_copy(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"{'a': 1}", "[]", "{'a': 1}", NULL, 0},
        {"{}", "[{'op':'add','path':'/a','value':{'b':[]}}]", "{'a':{'b':[]}}", NULL, 0},
        {"{'a':1}", "[{'op':'add','path':'/a','value':2}]", "{'a':2}", NULL, 0},
        {"{'l':[1,3]}", "[{'op':'add','path':'/l/1','value':2}]", "{'l':[1,2,3]}", NULL, 0},
        {"{'l':[1]}", "[{'op':'add','path':'/l/-','value':2}]", "{'l':[1,2]}", NULL, 0},
        {"{'l':[1]}", "[{'op':'add','path':'/l/1','value':2}]", "{'l':[1,2]}", NULL, 0},
        {"{'a':1,'b':2}", "[{'op':'remove','path':'/a'}]", "{'b':2}", NULL, 0},
        {"{'l':[1,2,3]}", "[{'op':'remove','path':'/l/1'}]", "{'l':[1,3]}", NULL, 0},
        {"{'a':1}", "[{'op':'replace','path':'/a','value':[2]}]", "{'a':[2]}", NULL, 0},
        {"{'l':[1,2]}", "[{'op':'replace','path':'/l/0','value':9}]", "{'l':[9,2]}", NULL, 0},
        {"{'a':1}", "[{'op':'replace','path':'','value':{'b':2}}]", "{'b':2}", NULL, 0},
        {"{'a':{'x':1}}", "[{'op':'move','from':'/a/x','path':'/b'}]", "{'a':{},'b':1}", NULL, 0},
        {"{'a':1}", "[{'op':'move','from':'/a','path':'/a'}]", "{'a':1}", NULL, 0},
        {"{'l':[1,2,3]}", "[{'op':'move','from':'/l/0','path':'/l/2'}]", "{'l':[2,3,1]}", NULL, 0},
        {"{'a':{'x':1}}", "[{'op':'copy','from':'/a','path':'/b'}]", "{'a':{'x':1},'b':{'x':1}}",
         NULL, 0},
        {"{'a':{'x':[1]}}", "[{'op':'test','path':'/a','value':{'x':[1.0]}}]", "{'a':{'x':[1]}}",
         NULL, 0},
        {"{'a':1}", "[{'op':'test','path':'','value':{'a':1}}]", "{'a':1}", NULL, 0},
        {"{'':{'':1}}", "[{'op':'replace','path':'//','value':2}]", "{'':{'':2}}", NULL, 0},
    };
    check_rows(rows, array_length(rows));
}

static void test_js_patch__pointer_escapes__are_undone(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"{'a':{'x.io/y':1}}", "[{'op':'replace','path':'/a/x.io~1y','value':2}]",
         "{'a':{'x.io/y':2}}", NULL, 0},
        {"{'m~n':1}", "[{'op':'remove','path':'/m~0n'}]", "{}", NULL, 0},
        {"{'~1':1}", "[{'op':'remove','path':'/~01'}]", "{}", NULL, 0},
        {"{'~2':1}", "[{'op':'remove','path':'/~2'}]", "{}", NULL, 0},
    };
    check_rows(rows, array_length(rows));
}

static void test_js_patch__negative_indices__count_from_the_end(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"{'l':[1,2,3]}", "[{'op':'remove','path':'/l/-1'}]", "{'l':[1,2]}", NULL, 0},
        {"{'l':[1,2,3]}", "[{'op':'replace','path':'/l/-3','value':9}]", "{'l':[9,2,3]}", NULL, 0},
        {"{'l':[1,2]}", "[{'op':'add','path':'/l/-1','value':9}]", "{'l':[1,2,9]}", NULL, 0},
        {"{'l':[{'x':1}]}", "[{'op':'test','path':'/l/-1/x','value':1}]", "{'l':[{'x':1}]}", NULL,
         0},
        {"{'l':[1]}", "[{'op':'remove','path':'/l/-2'}]", NULL,
         "operation 0 (remove /l/-2): list index -2 is out of range", 0},
    };
    check_rows(rows, array_length(rows));
}

/* kube-apiserver's library takes more than the RFC allows. */
static void test_js_patch__absent_members__are_null_as_for_the_server(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"{}", "[{'op':'replace','path':'/a','value':1}]", "{'a':1}", NULL, 0},
        {"{}", "[{'op':'test','path':'/a','value':null}]", "{}", NULL, 0},
        {"{}", "[{'op':'test','path':'/a'}]", "{}", NULL, 0},
        {"{}", "[{'op':'copy','from':'/a','path':'/b'}]", "{'b':null}", NULL, 0},
        {"{}", "[{'op':'add','path':'/a'}]", "{'a':null}", NULL, 0},
        {"{}", "[{'op':'test','path':'/a','value':1}]", NULL,
         "operation 0 (test /a): the test failed: another value is there", 0},
        {"{'a':1}", "[{'op':'test','path':'/a','value':null}]", NULL,
         "operation 0 (test /a): the test failed: another value is there", 0},
    };
    check_rows(rows, array_length(rows));
}

static void test_js_patch__operation_that_does_not_apply__is_named_with_its_reason(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"{'a':1}", "[{'op':'test','path':'/a','value':1},{'op':'remove','path':'/b'}]", NULL,
         "operation 1 (remove /b): there is no \"b\"", 1},
        {"{'a':1}", "[{'op':'add','path':'/x/y/z','value':1}]", NULL,
         "operation 0 (add /x/y/z): there is no \"x\"", 0},
        {"{'a':1}", "[{'op':'add','path':'/a/b','value':1}]", NULL,
         "operation 0 (add /a/b): \"b\" is looked for in a number", 0},
        {"{'a':{'b':'t'}}", "[{'op':'add','path':'/a/b/c/d','value':1}]", NULL,
         "operation 0 (add /a/b/c/d): \"c\" is looked for in a string", 0},
        {"{'l':[1]}", "[{'op':'add','path':'/l/2','value':1}]", NULL,
         "operation 0 (add /l/2): list index 2 is out of range", 0},
        {"{'l':[1]}", "[{'op':'replace','path':'/l/1','value':1}]", NULL,
         "operation 0 (replace /l/1): list index 1 is out of range", 0},
        {"{'l':[1]}", "[{'op':'remove','path':'/l/-'}]", NULL,
         "operation 0 (remove /l/-): \"-\" is no list index", 0},
        {"{'l':[1]}", "[{'op':'test','path':'/l/x','value':1}]", NULL,
         "operation 0 (test /l/x): \"x\" is no list index", 0},
        {"{'l':[1]}", "[{'op':'add','path':'/l/1e0','value':1}]", NULL,
         "operation 0 (add /l/1e0): \"1e0\" is no list index", 0},
        {"{'a':1}", "[{'op':'move','from':'/b','path':'/c'}]", NULL,
         "operation 0 (move /c): there is no \"b\"", 0},
        {"{'a':{'b':1}}", "[{'op':'move','from':'/a','path':'/a/b'}]", NULL,
         "operation 0 (move /a/b): there is no \"a\"", 0},
        {"{'a':1}", "[{'op':'copy','from':'/x/y','path':'/c'}]", NULL,
         "operation 0 (copy /c): there is no \"x\"", 0},
        {"{'a':1}", "[{'op':'replace','path':'/x/y','value':1}]", NULL,
         "operation 0 (replace /x/y): there is no \"x\"", 0},
        {"{'a':1}", "[{'op':'test','path':'/x/y','value':null}]", NULL,
         "operation 0 (test /x/y): there is no \"x\"", 0},
        {"{'l':[1]}", "[{'op':'copy','from':'/l/3','path':'/c'}]", NULL,
         "operation 0 (copy /c): list index 3 is out of range", 0},
        {"{'a':1}", "[{'op':'add','path':'','value':{}}]", NULL,
         "operation 0 (add ): the whole document can only be replaced or tested", 0},
        {"{'a':1}", "[{'op':'remove','path':''}]", NULL,
         "operation 0 (remove ): the whole document can only be replaced or tested", 0},
        {"{'a':1}", "[{'op':'replace','path':'','value':3}]", NULL,
         "operation 0 (replace ): the document can only become an object or a list", 0},
    };
    check_rows(rows, array_length(rows));
}

static void test_js_patch__malformed_operation__is_the_user_s_mistake(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"{}", "[{'op':'frob','path':'/a'}]", NULL,
         "operation 0: \"op\" must be one of add, copy, move, remove, replace, test", 0},
        {"{}", "[{'path':'/a'}]", NULL,
         "operation 0: \"op\" must be one of add, copy, move, remove, replace, test", 0},
        {"{}", "['x']", NULL,
         "operation 0: \"op\" must be one of add, copy, move, remove, replace, test", 0},
        {"{}", "[{'op':'add','path':'a','value':1}]", NULL,
         "operation 0: \"path\" must be a text that starts with \"/\" or is empty", 0},
        {"{}", "[{'op':'add','path':1,'value':1}]", NULL,
         "operation 0: \"path\" must be a text that starts with \"/\" or is empty", 0},
        {"{}", "[{'op':'move','path':'/a'}]", NULL,
         "operation 0: \"from\" must be a text that starts with \"/\" or is empty", 0},
    };
    check_rows(rows, array_length(rows));
    json_auto_t *doc = json_object();
    json_auto_t *ops = json_from("[{'op':'frob','path':'/a'}]");
    auto_error struct error *error = NULL;
    assert_null(js_patch_apply(doc, ops, NULL, &error));
    assert_error(&error, ERROR_USAGE, "operation 0");
}

static void test_js_patch__failure_of_the_document__carries_the_server_s_code(void **state)
{
    (void)state;
    json_auto_t *doc = json_object();
    json_auto_t *ops = json_from("[{'op':'remove','path':'/a'}]");
    auto_error struct error *error = NULL;
    assert_null(js_patch_apply(doc, ops, NULL, &error));
    assert_int_equal(error->kind, ERROR_STATUS);
    assert_int_equal(error->code, 422);
}

static void test_js_patch__no_list__is_refused(void **state)
{
    (void)state;
    json_auto_t *doc = json_object();
    auto_error struct error *error = NULL;
    assert_null(js_patch_apply(doc, doc, NULL, &error));
    assert_error(&error, ERROR_USAGE, "a JSON patch must be a list, got object");
}

static void test_js_patch__result__shares_nothing_with_the_operations(void **state)
{
    (void)state;
    json_auto_t *doc = json_from("{}");
    json_auto_t *ops = json_from("[{'op':'add','path':'/a','value':{'x':1}},"
                                 "{'op':'copy','from':'/a','path':'/b'}]");
    auto_error struct error *error = NULL;
    json_auto_t *result = js_patch_apply(doc, ops, NULL, &error);
    assert_no_error(error);
    json_object_set_new(json_object_get(result, "a"), "x", json_integer(2));
    assert_json(result, "{'a':{'x':2},'b':{'x':1}}");
    assert_json(json_object_get(json_array_get(ops, 0), "value"), "{'x':1}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_js_patch__operations__change_a_copy),
        cmocka_unit_test(test_js_patch__pointer_escapes__are_undone),
        cmocka_unit_test(test_js_patch__negative_indices__count_from_the_end),
        cmocka_unit_test(test_js_patch__absent_members__are_null_as_for_the_server),
        cmocka_unit_test(test_js_patch__operation_that_does_not_apply__is_named_with_its_reason),
        cmocka_unit_test(test_js_patch__malformed_operation__is_the_user_s_mistake),
        cmocka_unit_test(test_js_patch__failure_of_the_document__carries_the_server_s_code),
        cmocka_unit_test(test_js_patch__no_list__is_refused),
        cmocka_unit_test(test_js_patch__result__shares_nothing_with_the_operations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
