#include "capi/overrides.h"

#include "support/json_text.h"

#define DEPLOYMENT                                                                                 \
    "{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'name':'capo','namespace':'n'},"      \
    "'spec':{'replicas':1,'template':{'spec':{'nodeSelector':{'a':'1'},"                           \
    "'tolerations':[{'key':'x'}],'containers':[{'name':'proxy'},"                                  \
    "{'name':'manager','env':[{'name':'A','value':'old'},{'name':'B','valueFrom':{}}]}]}}}}"

static const char *after_merge(const char *override)
{
    static char text[4000];
    json_auto_t *overrides = json_from(override);
    json_auto_t *objects = json_pack("[o]", json_from(DEPLOYMENT));
    capi_overrides_merge(overrides, "infrastructure-openstack", objects);
    json_auto_t *spec = json_incref(json_object_get(json_array_get(objects, 0), "spec"));
    auto_free char *dump = json_dumps(spec, JSON_SORT_KEYS | JSON_COMPACT);
    snprintf(text, sizeof(text), "%s", dump);
    for (char *at = text; *at; at++)
        if (*at == '"')
            *at = '\'';
    return text;
}

static void
test_overrides_merge__everything__stands_beside_what_was_there(maybe_unused void **state)
{
    const char *text =
        after_merge("[{'node_selector':{'b':2},'tolerations':[{'key':'x'},{'key':'y'}],"
                    "'env':{'A':'new','C':true},'replicas':3,"
                    "'resources':{'limits':{'cpu':'1'}},'container':'manager'}]");
    assert_string_equal(
        text, "{'replicas':3,'template':{'spec':{'containers':[{'name':'proxy'},"
              "{'env':[{'name':'A','value':'new'},{'name':'B','valueFrom':{}},"
              "{'name':'C','value':'true'}],'name':'manager','resources':{'limits':{'cpu':'1'}}}],"
              "'nodeSelector':{'a':'1','b':'2'},'tolerations':[{'key':'x'},{'key':'y'}]}}}");
}

static void test_overrides_merge__for_others__changes_nothing(maybe_unused void **state)
{
    static const char *const others[] = {
        "[{'providers':['cluster-api'],'replicas':3}]",
        "[{'deployment':'other','replicas':3}]",
        "[{'container':'nobody','replicas':3}]",
        "[]",
    };
    auto_free char *plain = xstrdup(after_merge("[]"));
    for (size_t i = 0; i < array_length(others); i++)
        assert_string_equal(after_merge(others[i]), plain);
}

static void test_overrides_merge__named_provider_and_deployment__fit(maybe_unused void **state)
{
    const char *text = after_merge("[{'providers':['infrastructure-openstack'],"
                                   "'deployment':'capo','replicas':7,'env':null}]");
    assert_non_null(strstr(text, "'replicas':7"));
}

static void test_overrides_hold__as_they_are_or_not__is_told(maybe_unused void **state)
{
    json_auto_t *deployment = json_from(DEPLOYMENT);
    json_auto_t *held = json_from("[{'node_selector':{'a':'1'},'env':{'A':'old'}}]");
    json_auto_t *lacking = json_from("[{'node_selector':{'a':'2'}}]");
    assert_true(capi_overrides_hold(held, "x", deployment));
    assert_false(capi_overrides_hold(lacking, "x", deployment));
    assert_true(capi_overrides_hold(NULL, "x", deployment));
    assert_true(capi_overrides_concern(lacking, "x", deployment));
    assert_false(capi_overrides_concern(NULL, "x", deployment));
}

static void test_overrides_body__what_is_set__and_the_tolerations_there(maybe_unused void **state)
{
    json_auto_t *deployment = json_from(DEPLOYMENT);
    json_auto_t *overrides =
        json_from("[{'tolerations':[{'key':'y'}],'env':{'A':'v'}},{'env':{'Z':1}},"
                  "{'node_selector':{'b':'2'},'providers':['other']}]");
    json_auto_t *body = capi_overrides_body(overrides, "x", deployment);
    assert_json(body, "{'apiVersion':'apps/v1','kind':'Deployment',"
                      "'metadata':{'name':'capo','namespace':'n'},'spec':{'template':{'spec':{"
                      "'containers':[{'name':'manager','env':[{'name':'A','value':'v'},"
                      "{'name':'Z','value':'1'}]}],'tolerations':[{'key':'x'},{'key':'y'}]}}}}");
}

static void test_overrides_body__no_container_needed__names_none(maybe_unused void **state)
{
    json_auto_t *deployment = json_from(DEPLOYMENT);
    json_auto_t *overrides = json_from("[{'node_selector':{'b':'2'}}]");
    json_auto_t *body = capi_overrides_body(overrides, "x", deployment);
    assert_json(json_object_get(body, "spec"),
                "{'template':{'spec':{'nodeSelector':{'a':'1','b':'2'}}}}");
}

static void test_overrides_body__two_node_selectors__hold_both(maybe_unused void **state)
{
    json_auto_t *deployment = json_from(DEPLOYMENT);
    json_auto_t *overrides = json_from("[{'node_selector':{'a':'2'},'tolerations':[{'key':'y'}]},"
                                       "{'node_selector':{'b':'3'},'tolerations':[{'key':'z'}]}]");
    json_auto_t *body = capi_overrides_body(overrides, "x", deployment);
    assert_json(json_object_get(body, "spec"),
                "{'template':{'spec':{'nodeSelector':{'a':'2','b':'3'},"
                "'tolerations':[{'key':'x'},{'key':'y'},{'key':'z'}]}}}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_overrides_merge__everything__stands_beside_what_was_there),
        cmocka_unit_test(test_overrides_merge__for_others__changes_nothing),
        cmocka_unit_test(test_overrides_merge__named_provider_and_deployment__fit),
        cmocka_unit_test(test_overrides_hold__as_they_are_or_not__is_told),
        cmocka_unit_test(test_overrides_body__what_is_set__and_the_tolerations_there),
        cmocka_unit_test(test_overrides_body__no_container_needed__names_none),
        cmocka_unit_test(test_overrides_body__two_node_selectors__hold_both),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
