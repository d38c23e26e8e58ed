#include "kube/mask.h"

#include "support/json_text.h"

#define LAST_APPLIED "kubectl.kubernetes.io/last-applied-configuration"

static void check(const char *before, const char *after, bool masked)
{
    json_auto_t *value = json_from(before);
    assert_int_equal(kube_mask(value), masked);
    assert_json(value, after);
}

static void
test_045__mask__secret_with_everything__values_and_annotation_hidden(maybe_unused void **state)
{
    check("{'apiVersion':'v1','kind':'Secret','metadata':{'name':'s','annotations':{'" LAST_APPLIED
          "':'{}','keep':'me'}},'type':'Opaque','data':{'a':'YQ==','b':1,'n':null},"
          "'stringData':{'c':'see'}}",
          "{'apiVersion':'v1','kind':'Secret','metadata':{'name':'s','annotations':{'" LAST_APPLIED
          "':'***','keep':'me'}},'type':'Opaque','data':{'a':'***','b':'***','n':'***'},"
          "'stringData':{'c':'***'}}",
          true);
}

static void test_mask__secret_without_version_or_loosely_named__hidden(maybe_unused void **state)
{
    check("{'kind':'Secret','data':{'a':'x'}}", "{'kind':'Secret','data':{'a':'***'}}", true);
    check("{'kind':'secrets','apiVersion':'v1','data':{'a':'x'}}",
          "{'kind':'secrets','apiVersion':'v1','data':{'a':'***'}}", true);
    check("{'kind':'secret','apiVersion':null,'data':{'a':'x'}}",
          "{'kind':'secret','apiVersion':null,'data':{'a':'***'}}", true);
}

static void test_mask__other_kinds__untouched(maybe_unused void **state)
{
    const char *const others[] = {
        "{'apiVersion':'v1','kind':'ConfigMap','data':{'a':'x'}}",
        "{'apiVersion':'example.com/v1','kind':'Secret','data':{'a':'x'}}",
        "{'apiVersion':'v1','kind':'SecretStore','data':{'a':'x'}}",
        "{'data':{'a':'x'}}",
        "'Secret'",
    };
    for (size_t i = 0; i < array_length(others); i++)
        check(others[i], others[i], false);
    assert_false(kube_mask(NULL));
}

static void test_mask__secret_without_values__nothing_masked(maybe_unused void **state)
{
    const char *const empty[] = {
        "{'kind':'Secret'}",
        "{'kind':'Secret','data':{},'stringData':null}",
        "{'kind':'Secret','metadata':{'annotations':{'x':'y'}}}",
    };
    for (size_t i = 0; i < array_length(empty); i++)
        check(empty[i], empty[i], false);
}

static void test_mask__data_that_is_no_object__hidden_as_a_whole(maybe_unused void **state)
{
    check("{'kind':'Secret','data':'clear','stringData':['x']}",
          "{'kind':'Secret','data':'***','stringData':'***'}", true);
}

static void test_mask__odd_data_alone__counts_as_masked(maybe_unused void **state)
{
    check("{'kind':'Secret','data':'clear'}", "{'kind':'Secret','data':'***'}", true);
}

static void test_mask__annotation_alone__counts_as_masked(maybe_unused void **state)
{
    check("{'kind':'Secret','metadata':{'annotations':{'" LAST_APPLIED "':'{}'}}}",
          "{'kind':'Secret','metadata':{'annotations':{'" LAST_APPLIED "':'***'}}}", true);
}

static void test_mask__secret_by_its_metadata__annotation_hidden(maybe_unused void **state)
{
    json_auto_t *partial =
        json_from("{'apiVersion':'meta.k8s.io/v1','kind':'PartialObjectMetadata',"
                  "'metadata':{'annotations':{'" LAST_APPLIED "':'{}','keep':'me'}}}");
    assert_false(kube_mask(partial));
    assert_true(kube_mask_secret(partial));
    assert_json(partial, "{'apiVersion':'meta.k8s.io/v1','kind':'PartialObjectMetadata',"
                         "'metadata':{'annotations':{'" LAST_APPLIED "':'***','keep':'me'}}}");
    assert_false(kube_mask_secret(NULL));
}

static void test_mask__lists__secrets_inside_hidden(maybe_unused void **state)
{
    check("{'apiVersion':'v1','kind':'List','items':[{'kind':'ConfigMap','data':{'a':'x'}},"
          "{'kind':'List','items':[{'kind':'Secret','data':{'a':'x'}}]}]}",
          "{'apiVersion':'v1','kind':'List','items':[{'kind':'ConfigMap','data':{'a':'x'}},"
          "{'kind':'List','items':[{'kind':'Secret','data':{'a':'***'}}]}]}",
          true);
    check("{'apiVersion':'v1','kind':'SecretList','items':[{'data':{'a':'x'}}]}",
          "{'apiVersion':'v1','kind':'SecretList','items':[{'data':{'a':'***'}}]}", true);
    check("[{'kind':'Secret','data':{'a':'x'}}]", "[{'kind':'Secret','data':{'a':'***'}}]", true);
    check("{'kind':'ConfigMapList','items':[{'data':{'a':'x'}}]}",
          "{'kind':'ConfigMapList','items':[{'data':{'a':'x'}}]}", false);
}

static void check_pair(const char *before, const char *after, const char *want_before,
                       const char *want_after)
{
    json_auto_t *a = json_from(before);
    json_auto_t *b = json_from(after);
    kube_mask_pair(a, b);
    assert_json(a, want_before);
    assert_json(b, want_after);
}

static void
test_045__mask_pair__values_of_both_sides__only_differing_ones_marked(maybe_unused void **state)
{
    check_pair("{'kind':'Secret','data':{'same':'YQ==','differ':'YQ==','gone':'YQ=='}}",
               "{'kind':'Secret','data':{'same':'YQ==','differ':'Yg==','new':'YQ=='}}",
               "{'kind':'Secret','data':{'same':'***','differ':'*** (before)','gone':'***'}}",
               "{'kind':'Secret','data':{'same':'***','differ':'*** (after)','new':'***'}}");
}

static void test_mask_pair__string_data_against_data__compared_decoded(maybe_unused void **state)
{
    check_pair("{'kind':'Secret','data':{'same':'YQ==','differ':'YQ=='}}",
               "{'kind':'Secret','stringData':{'same':'a','differ':'b','new':'c'}}",
               "{'kind':'Secret','data':{'same':'***','differ':'*** (before)'}}",
               "{'kind':'Secret','stringData':{'same':'***','differ':'*** (after)','new':'***'}}");
    check_pair("{'kind':'Secret','stringData':{'k':'a'}}",
               "{'kind':'Secret','stringData':{'k':'b'}}",
               "{'kind':'Secret','stringData':{'k':'*** (before)'}}",
               "{'kind':'Secret','stringData':{'k':'*** (after)'}}");
}

static void test_mask_pair__string_data_over_data__string_data_counts(maybe_unused void **state)
{
    check_pair("{'kind':'Secret','data':{'k':'YQ=='}}",
               "{'kind':'Secret','data':{'k':'Yg=='},'stringData':{'k':'a'}}",
               "{'kind':'Secret','data':{'k':'***'}}",
               "{'kind':'Secret','data':{'k':'***'},'stringData':{'k':'***'}}");
}

static void test_mask_pair__broken_base64__compared_as_it_is(maybe_unused void **state)
{
    check_pair("{'kind':'Secret','data':{'a':'!','b':'!','c':1}}",
               "{'kind':'Secret','data':{'a':'!','b':'?','c':2}}",
               "{'kind':'Secret','data':{'a':'***','b':'*** (before)','c':'*** (before)'}}",
               "{'kind':'Secret','data':{'a':'***','b':'*** (after)','c':'*** (after)'}}");
}

static void test_mask_pair__null_value__counts_as_absent(maybe_unused void **state)
{
    check_pair("{'kind':'Secret','data':{'k':'YQ=='}}", "{'kind':'Secret','data':{'k':null}}",
               "{'kind':'Secret','data':{'k':'***'}}", "{'kind':'Secret','data':{'k':'***'}}");
}

#define ANNOTATED(TEXT)                                                                            \
    "{'kind':'Secret','metadata':{'annotations':{'" LAST_APPLIED "':'" TEXT "'}}}"

static void test_045__mask_pair__annotation__marked_when_it_differs(maybe_unused void **state)
{
    check_pair(ANNOTATED("a"), ANNOTATED("b"), ANNOTATED("*** (before)"), ANNOTATED("*** (after)"));
    check_pair(ANNOTATED("a"), ANNOTATED("a"), ANNOTATED("***"), ANNOTATED("***"));
    check_pair(ANNOTATED("a"), "{'kind':'Secret'}", ANNOTATED("***"), "{'kind':'Secret'}");
}

static void test_mask_pair__one_side_only__plainly_masked(maybe_unused void **state)
{
    json_auto_t *value = json_from("{'kind':'Secret','data':{'k':'YQ=='}}");
    kube_mask_pair(NULL, value);
    assert_json(value, "{'kind':'Secret','data':{'k':'***'}}");
    json_auto_t *other = json_from("{'kind':'Secret','data':{'k':'YQ=='}}");
    kube_mask_pair(other, NULL);
    assert_json(other, "{'kind':'Secret','data':{'k':'***'}}");
    kube_mask_pair(NULL, NULL);
}

static void test_mask_pair__other_kind__untouched(maybe_unused void **state)
{
    check_pair("{'kind':'ConfigMap','data':{'k':'a'}}", "{'kind':'ConfigMap','data':{'k':'b'}}",
               "{'kind':'ConfigMap','data':{'k':'a'}}", "{'kind':'ConfigMap','data':{'k':'b'}}");
}

static void test_mask_pair__only_one_is_a_secret__only_that_one_masked(maybe_unused void **state)
{
    check_pair("{'kind':'ConfigMap','data':{'k':'a'}}", "{'kind':'Secret','data':{'k':'b'}}",
               "{'kind':'ConfigMap','data':{'k':'a'}}", "{'kind':'Secret','data':{'k':'***'}}");
    check_pair("{'kind':'Secret','data':{'k':'b'}}", "{'data':{'k':'a'}}",
               "{'kind':'Secret','data':{'k':'***'}}", "{'data':{'k':'a'}}");
    check_pair("{'data':{'k':'a'}}", "{'kind':'Secret','data':{'k':'b'}}", "{'data':{'k':'a'}}",
               "{'kind':'Secret','data':{'k':'***'}}");
}

/* The texts collected with MINIMUM 3, joined by '|'. */
static void check_collected(const char *value, const char *expected)
{
    auto_strv struct strv texts;
    strv_init(&texts);
    json_auto_t *object = json_from(value);
    kube_mask_collect(object, 3, &texts);
    auto_free char *joined = strv_join(&texts, "|");
    assert_string_equal(joined, expected);
}

static void test_mask_collect__data__encoded_and_decoded(maybe_unused void **state)
{
    /* "hunter2", "ab" (too short when decoded), not base64. */
    check_collected("{'kind':'Secret','data':{'a':'aHVudGVyMg==','b':'YWI=','c':'!!!!','n':7}}",
                    "aHVudGVyMg==|hunter2|YWI=|!!!!");
}

static void
test_mask_collect__values_that_are_no_strings__numbers_and_what_is_inside(maybe_unused void **state)
{
    check_collected("{'kind':'Secret','data':{'n':987654321,'t':true},"
                    "'stringData':{'r':12.5,'l':['nested',{'k':'deep'}]}}",
                    "987654321|12.5|nested|deep");
}

static void test_mask_collect__string_data__as_it_is(maybe_unused void **state)
{
    check_collected("{'kind':'Secret','stringData':{'a':'aHVudGVyMg==','b':'xy'}}", "aHVudGVyMg==");
}

static void test_mask_collect__value_with_line_end__with_and_without(maybe_unused void **state)
{
    check_collected("{'kind':'Secret','stringData':{'a':'pass\\n','b':'xy\\n'}}",
                    "pass\n|pass|xy\n");
    check_collected("{'kind':'Secret','stringData':{'a':'abc\\n'}}", "abc\n|abc");
}

static void test_mask_collect__binary_values__only_encoded(maybe_unused void **state)
{
    /* "ab\0c" and the bytes ff fe fd. */
    check_collected("{'kind':'Secret','data':{'a':'YWIAYw==','b':'//79'}}", "YWIAYw==|//79");
}

static void test_mask_collect__annotation__values_of_the_earlier_secret(maybe_unused void **state)
{
    check_collected("{'kind':'Secret','metadata':{'annotations':{'" LAST_APPLIED
                    "':'{\\'kind\\':\\'Secret\\',\\'stringData\\':{\\'a\\':\\'earlier\\'}}'}},"
                    "'stringData':{'a':'later'}}",
                    "later|earlier");
    check_collected("{'kind':'Secret','metadata':{'annotations':{'" LAST_APPLIED "':'{broken'}}}",
                    "");
}

static void test_mask_collect__odd_data__as_it_is(maybe_unused void **state)
{
    check_collected("{'kind':'Secret','data':'aHVudGVyMg==','stringData':'clear'}",
                    "aHVudGVyMg==|clear");
}

static void test_mask_collect__no_secret__nothing(maybe_unused void **state)
{
    check_collected("{'kind':'ConfigMap','data':{'a':'open'}}", "");
    check_collected("{'data':{'a':'open'}}", "");
    check_collected("{'kind':'Secret','metadata':{'annotations':{'" LAST_APPLIED
                    "':'{\\'data\\':{\\'a\\':\\'open\\'}}'}}}",
                    "");
}

static void test_mask_collect__lists_and_duplicates__each_once(maybe_unused void **state)
{
    check_collected("[{'kind':'Secret','stringData':{'a':'one','b':'one'}},"
                    "{'kind':'ConfigMap','data':{'a':'open'}}]",
                    "one");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_045__mask__secret_with_everything__values_and_annotation_hidden),
        cmocka_unit_test(test_mask__secret_without_version_or_loosely_named__hidden),
        cmocka_unit_test(test_mask__other_kinds__untouched),
        cmocka_unit_test(test_mask__secret_without_values__nothing_masked),
        cmocka_unit_test(test_mask__data_that_is_no_object__hidden_as_a_whole),
        cmocka_unit_test(test_mask__odd_data_alone__counts_as_masked),
        cmocka_unit_test(test_mask__annotation_alone__counts_as_masked),
        cmocka_unit_test(test_mask__secret_by_its_metadata__annotation_hidden),
        cmocka_unit_test(test_mask__lists__secrets_inside_hidden),
        cmocka_unit_test(test_045__mask_pair__values_of_both_sides__only_differing_ones_marked),
        cmocka_unit_test(test_mask_pair__string_data_against_data__compared_decoded),
        cmocka_unit_test(test_mask_pair__string_data_over_data__string_data_counts),
        cmocka_unit_test(test_mask_pair__broken_base64__compared_as_it_is),
        cmocka_unit_test(test_mask_pair__null_value__counts_as_absent),
        cmocka_unit_test(test_045__mask_pair__annotation__marked_when_it_differs),
        cmocka_unit_test(test_mask_pair__one_side_only__plainly_masked),
        cmocka_unit_test(test_mask_pair__other_kind__untouched),
        cmocka_unit_test(test_mask_pair__only_one_is_a_secret__only_that_one_masked),
        cmocka_unit_test(test_mask_collect__odd_data__as_it_is),
        cmocka_unit_test(test_mask_collect__no_secret__nothing),
        cmocka_unit_test(test_mask_collect__data__encoded_and_decoded),
        cmocka_unit_test(test_mask_collect__values_that_are_no_strings__numbers_and_what_is_inside),
        cmocka_unit_test(test_mask_collect__string_data__as_it_is),
        cmocka_unit_test(test_mask_collect__value_with_line_end__with_and_without),
        cmocka_unit_test(test_mask_collect__binary_values__only_encoded),
        cmocka_unit_test(test_mask_collect__annotation__values_of_the_earlier_secret),
        cmocka_unit_test(test_mask_collect__lists_and_duplicates__each_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
