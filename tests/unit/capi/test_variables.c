/* The grammar is covered by golden/capi.variables; here is what a single template cannot show. */
#include "capi/variables.h"
#include "capi/variables_priv.h"
#include "unit/capi/support.h"

static const char *get(const void *context, const char *name)
{
    return json_string_value(json_object_get(context, name));
}

static struct capi_template *parse(const char *text)
{
    auto_error struct error *err = NULL;
    struct capi_template *template = capi_template_new(text, strlen(text), &err);
    if (!template)
        fail_msg("%s: %s", text, err->message);
    return template;
}

static void test_fill__of_unset_variables__names_all_at_once_in_its_detail(void **state)
{
    (void)state;
    auto_error struct error *err = NULL;
    auto_buf struct buf out = {0};
    auto_capi_template struct capi_template *template = parse("${B} ${A} ${C:=${D}} ${E}");
    json_auto_t *set = json_of("{'E': ''}");
    const struct capi_values values = {get, set};
    assert_int_equal(capi_template_fill(template, &values, &out, &err), -1);
    assert_json(err->detail, "{'missing_variables': ['A', 'B']}");
    assert_error_text(&err, ERROR_USAGE,
                      "value for variables [A, B] is not set. Please set the value using os "
                      "environment variables or the clusterctl config file");
    assert_int_equal(out.size, 0);
}

static void test_names__of_a_template__are_sorted_and_without_nested_ones(void **state)
{
    (void)state;
    auto_strv struct strv names = {0};
    auto_strv struct strv missing = {0};
    auto_capi_template struct capi_template *template = parse("${B} ${A:=${N}} ${B:=x} ${C}");
    json_auto_t *set = json_of("{'B': 'b'}");
    const struct capi_values values = {get, set};
    capi_template_names(template, &names);
    capi_template_missing(template, &values, &missing);
    assert_strv(&names, ",", "A,B,C");
    assert_strv(&missing, ",", "C");
}

static void test_new__of_an_error_in_a_later_line__tells_the_line(void **state)
{
    (void)state;
    static const char text[] = "a: ${A}\nb: x\nc: ${B.C}\n";
    auto_error struct error *err = NULL;
    assert_null(capi_template_new(text, strlen(text), &err));
    assert_json(err->detail, "{'line': 3}");
    assert_error_text(&err, ERROR_PARSE, "missing closing brace");
}

static void test_new__of_deep_nesting__is_refused(void **state)
{
    (void)state;
    auto_error struct error *err = NULL;
    auto_buf struct buf text = {0};
    for (int i = 0; i < CAPI_TEMPLATE_DEPTH; i++)
        buf_add_str(&text, "${A:=");
    buf_add_char(&text, 'x');
    for (int i = 0; i < CAPI_TEMPLATE_DEPTH; i++)
        buf_add_char(&text, '}');
    auto_capi_template struct capi_template *deep = parse(buf_str(&text));
    assert_non_null(deep);
    auto_free char *deeper = xasprintf("${A:=%s}", buf_str(&text));
    assert_null(capi_template_new(deeper, strlen(deeper), &err));
    assert_error(&err, ERROR_PARSE, "nested too deeply");
}

static void test_fill__of_bytes_that_are_no_utf8__keeps_them(void **state)
{
    (void)state;
    auto_error struct error *err = NULL;
    auto_buf struct buf out = {0};
    static const char text[] = "\xff\0${A^^}\xc3|${A#?}";
    auto_capi_template struct capi_template *template =
        capi_template_new(text, sizeof(text) - 1, &err);
    json_auto_t *set = json_object();
    json_object_set_new(set, "A", json_stringn_nocheck("\xfe\x62", 2));
    const struct capi_values broken = {get, set};
    assert_ok(capi_template_fill(template, &broken, &out, &err), &err);
    assert_int_equal(out.size, 7);
    assert_memory_equal(out.data, "\xff\0\xfe\x42\xc3|\x62", 7);
}

static void test_expand__of_unset_variables__leaves_them_empty(void **state)
{
    (void)state;
    auto_error struct error *err = NULL;
    auto_buf struct buf out = {0};
    json_auto_t *set = json_of("{'BASE': '/b'}");
    const struct capi_values values = {get, set};
    assert_ok(capi_expand("${BASE}/x${NONE}/${D:=d}", &values, &out, &err), &err);
    assert_string_equal(buf_str(&out), "/b/x/d");
    assert_int_equal(capi_expand("${", &values, &out, &err), -1);
    assert_error_text(&err, ERROR_PARSE, "unable to parse variable name");
}

static void test_replace__of_an_empty_text__works_between_letters(void **state)
{
    (void)state;
    auto_error struct error *err = NULL;
    auto_buf struct buf out = {0};
    auto_capi_template struct capi_template *template =
        parse("${A/${N}/-}|${A//${N}/-}|${A/#${N}/-}|${A/%${N}/-}");
    json_auto_t *set = json_of("{'A': 'xyä'}");
    const struct capi_values values = {get, set};
    assert_ok(capi_template_fill(template, &values, &out, &err), &err);
    assert_string_equal(buf_str(&out), "-xyä|-x-y-ä-|-xyä|xyä-");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fill__of_unset_variables__names_all_at_once_in_its_detail),
        cmocka_unit_test(test_names__of_a_template__are_sorted_and_without_nested_ones),
        cmocka_unit_test(test_new__of_an_error_in_a_later_line__tells_the_line),
        cmocka_unit_test(test_new__of_deep_nesting__is_refused),
        cmocka_unit_test(test_fill__of_bytes_that_are_no_utf8__keeps_them),
        cmocka_unit_test(test_expand__of_unset_variables__leaves_them_empty),
        cmocka_unit_test(test_replace__of_an_empty_text__works_between_letters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
