#include "kube/discovery_read.h"

#include "support/json_text.h"

static void check_list(const char *body, const char *api_version, const char *expected)
{
    json_auto_t *value = json_from(body);
    auto_error struct error *error = NULL;
    json_auto_t *resources = discovery_read_resource_list(value, api_version, &error);
    assert_null(error);
    assert_json(resources, expected);
}

static void test_070__read_resource_list__legacy__without_subresources(maybe_unused void **state)
{
    check_list(
        "{'kind':'APIResourceList','groupVersion':'apps/v1','resources':["
        "{'name':'deployments','singularName':'deployment','namespaced':true,"
        "'kind':'Deployment','verbs':['get','patch'],'shortNames':['deploy'],"
        "'categories':['all'],'storageVersionHash':'x'},"
        "{'name':'deployments/scale','singularName':'','namespaced':true,'group':'autoscaling',"
        "'version':'v1','kind':'Scale','verbs':['get']}]}",
        "apps/v1",
        "[{'group':'apps','version':'v1','kind':'Deployment','name':'deployments',"
        "'singularName':'deployment','namespaced':true,'verbs':['get','patch'],"
        "'shortNames':['deploy']}]");
}

static void test_read_resource_list__subresource_status__is_marked(maybe_unused void **state)
{
    check_list("{'resources':[{'name':'a/status','kind':'A'},{'name':'a','kind':'A'},"
               "{'name':'b','kind':'B'},{'name':'b/scale','kind':'Scale'}]}",
               "g/v1",
               "[{'group':'g','version':'v1','kind':'A','name':'a','status':true},"
               "{'group':'g','version':'v1','kind':'B','name':'b'}]");
}

static void test_read_resource_list__core__empty_group(maybe_unused void **state)
{
    check_list("{'resources':[{'name':'namespaces','kind':'Namespace','namespaced':false}]}", "v1",
               "[{'group':'','version':'v1','kind':'Namespace','name':'namespaces',"
               "'namespaced':false}]");
}

static void
test_read_resource_list__kind_of_foreign_group__group_of_the_path(maybe_unused void **state)
{
    check_list("{'resources':[{'name':'a','kind':'A','group':'other','version':'v9'}]}", "g/v1",
               "[{'group':'g','version':'v1','kind':'A','name':'a'}]");
}

static void test_read_resource_list__nameless_entries__passed_over(maybe_unused void **state)
{
    check_list("{'resources':[{'kind':'A'},{'name':'b'},'odd',null]}", "g/v1", "[]");
}

static void test_read_resource_list__no_list__error_names_the_version(maybe_unused void **state)
{
    const char *const bodies[] = {"{}", "{'resources':null}", "[]", "{'kind':'Status'}"};
    for (size_t i = 0; i < array_length(bodies); i++) {
        json_auto_t *value = json_from(bodies[i]);
        auto_error struct error *error = NULL;
        assert_null(discovery_read_resource_list(value, "apps/v1", &error));
        assert_int_equal(error->kind, ERROR_PARSE);
        assert_string_equal(error->message, "the answer about apps/v1 lists no resources");
    }
}

/* What reading BODY adds to the group-versions known so far. */
static void check_document(const char *body, const char *known_before, const char *known,
                           const char *groups)
{
    json_auto_t *value = json_from(body);
    json_auto_t *got_known = json_from(known_before);
    json_auto_t *got_groups = json_array();
    assert_int_equal(discovery_read_document(value, got_known, got_groups, NULL), 0);
    assert_json(got_known, known);
    assert_json(got_groups, groups);
}

static void test_read_document__aggregated__lists_and_order(maybe_unused void **state)
{
    check_document(
        "{'kind':'APIGroupDiscoveryList','items':[{'metadata':{'name':'apps'},'versions':["
        "{'version':'v1','freshness':'Current','resources':[{'resource':'deployments',"
        "'responseKind':{'group':'apps','version':'v1','kind':'Deployment'},'scope':'Namespaced',"
        "'singularResource':'deployment','verbs':['get'],'shortNames':['deploy'],"
        "'subresources':[{'subresource':'scale','responseKind':{'kind':'Scale'}},"
        "{'subresource':'status'}]}]},"
        "{'version':'v1beta1','resources':[]}]}]}",
        "{}",
        "{'apps/v1':[{'group':'apps','version':'v1','kind':'Deployment','name':'deployments',"
        "'singularName':'deployment','namespaced':true,'verbs':['get'],'shortNames':['deploy'],"
        "'status':true}],'apps/v1beta1':[]}",
        "['apps/v1','apps/v1beta1']");
}

static void test_read_document__aggregated_core__no_group_name(maybe_unused void **state)
{
    const char *known = "{'v1':[{'group':'','version':'v1','kind':'Node','name':'nodes',"
                        "'namespaced':false}]}";
    const char *versions = "'versions':[{'version':'v1','resources':[{'resource':'nodes',"
                           "'responseKind':{'group':'','version':'','kind':'Node'},"
                           "'scope':'Cluster'}]}]";
    auto_free char *absent = xasprintf("{'kind':'APIGroupDiscoveryList','items':[{%s}]}", versions);
    auto_free char *empty = xasprintf(
        "{'kind':'APIGroupDiscoveryList','items':[{'metadata':{'name':''},%s}]}", versions);
    check_document(absent, "{}", known, "['v1']");
    check_document(empty, "{}", known, "['v1']");
}

static void test_069__read_document__stale_group__left_to_be_asked_for(maybe_unused void **state)
{
    check_document("{'kind':'APIGroupDiscoveryList','items':[{'metadata':{'name':'metrics.k8s.io'},"
                   "'versions':[{'version':'v1beta1','freshness':'Stale'}]}]}",
                   "{}", "{}", "['metrics.k8s.io/v1beta1']");
}

static void
test_read_document__resource_without_kind_or_name__passed_over(maybe_unused void **state)
{
    check_document(
        "{'kind':'APIGroupDiscoveryList','items':[{'metadata':{'name':'g'},'versions':["
        "{'version':'v1','resources':[{'resource':'a'},{'resource':'b','responseKind':"
        "{'kind':''}},{'responseKind':{'kind':'C'}},{'resource':'d','responseKind':"
        "{'group':'other','version':'v9','kind':'D'},'scope':'Cluster'}]}]}]}",
        "{}", "{'g/v1':[{'group':'g','version':'v1','kind':'D','name':'d','namespaced':false}]}",
        "['g/v1']");
}

static void test_read_document__known_already__kept(maybe_unused void **state)
{
    check_document("{'kind':'APIGroupDiscoveryList','items':[{'metadata':{'name':'g'},'versions':["
                   "{'version':'v1','resources':[]},{'resources':[]}]}]}",
                   "{'g/v1':[{'kind':'Kept'}]}", "{'g/v1':[{'kind':'Kept'}]}", "['g/v1']");
}

static void test_070__read_document__legacy_lists__group_versions_only(maybe_unused void **state)
{
    check_document("{'kind':'APIVersions','versions':['v1',7]}", "{}", "{}", "['v1']");
    check_document(
        "{'kind':'APIGroupList','groups':[{'name':'apps','versions':[{'groupVersion':"
        "'apps/v1','version':'v1'},{'groupVersion':'apps/v1beta2'},{}],'preferredVersion':"
        "{'groupVersion':'apps/v1'}},{'name':'batch','versions':[{'groupVersion':"
        "'batch/v1'}]}]}",
        "{}", "{}", "['apps/v1','apps/v1beta2','batch/v1']");
}

static void test_read_document__something_else__error_names_it(maybe_unused void **state)
{
    json_auto_t *known = json_object();
    json_auto_t *groups = json_array();
    json_auto_t *status = json_from("{'kind':'Status'}");
    json_auto_t *list = json_from("[]");
    auto_error struct error *error = NULL;
    auto_error struct error *other = NULL;
    assert_int_equal(discovery_read_document(status, known, groups, &error), -1);
    assert_int_equal(error->kind, ERROR_PARSE);
    assert_string_equal(error->message,
                        "discovery answered with a Status, which is no list of API groups");
    assert_int_equal(discovery_read_document(list, known, groups, &other), -1);
    assert_string_equal(
        other->message,
        "discovery answered with a document without kind, which is no list of API groups");
}

#define RESOURCES                                                                                  \
    "[{'kind':'Deployment','name':'deployments','singularName':'deployment',"                      \
    "'shortNames':['deploy','dep'],'verbs':['get']},"                                              \
    "{'kind':'Scale','name':'few','verbs':['get']},"                                               \
    "{'kind':'Scale','name':'most','verbs':['get','patch','create']},"                             \
    "{'kind':'Scale','name':'some','verbs':['get','patch']}]"

static void check_found(const char *name, enum discovery_by by, const char *plural)
{
    json_auto_t *resources = json_from(RESOURCES);
    json_t *found = discovery_find(resources, name, by);
    if (!plural) {
        assert_null(found);
        return;
    }
    assert_string_equal(json_string_value(json_object_get(found, "name")), plural);
}

static void test_071__find__kind_plural_singular_or_short__exact(maybe_unused void **state)
{
    check_found("Deployment", DISCOVERY_BY_KIND, "deployments");
    check_found("deployments", DISCOVERY_BY_PLURAL, "deployments");
    check_found("deployment", DISCOVERY_BY_SINGULAR, "deployments");
    check_found("deploy", DISCOVERY_BY_SHORT, "deployments");
    check_found("dep", DISCOVERY_BY_SHORT, "deployments");
    check_found("deployment", DISCOVERY_BY_KIND, NULL);
    check_found("Deployment", DISCOVERY_BY_PLURAL, NULL);
    check_found("deploy", DISCOVERY_BY_SINGULAR, NULL);
    check_found("deployments", DISCOVERY_BY_SHORT, NULL);
    assert_null(discovery_find(NULL, "Deployment", DISCOVERY_BY_KIND));
}

static void test_find__several_of_one_kind__most_verbs(maybe_unused void **state)
{
    check_found("Scale", DISCOVERY_BY_KIND, "most");
}

static void test_describe__resource__pointers_and_verbs(maybe_unused void **state)
{
    json_auto_t *full = json_from("{'group':'apps','version':'v1','kind':'Deployment',"
                                  "'name':'deployments','namespaced':true,"
                                  "'verbs':['get','list','patch','create']}");
    struct kube_resource resource;
    discovery_describe(full, &resource);
    assert_string_equal(resource.group, "apps");
    assert_string_equal(resource.version, "v1");
    assert_string_equal(resource.kind, "Deployment");
    assert_string_equal(resource.plural, "deployments");
    assert_true(resource.namespaced);
    assert_true(resource.can_get);
    assert_true(resource.can_patch);
    assert_true(resource.can_create);
}

static void test_023__describe__create_only_kind__cannot_be_read(maybe_unused void **state)
{
    json_auto_t *review = json_from("{'kind':'SelfSubjectAccessReview','verbs':['create']}");
    struct kube_resource resource;
    discovery_describe(review, &resource);
    assert_false(resource.namespaced);
    assert_false(resource.can_get);
    assert_false(resource.can_patch);
    assert_true(resource.can_create);
    json_auto_t *none = json_from("{'kind':'A'}");
    discovery_describe(none, &resource);
    assert_false(resource.can_create);
}

static void test_describe__no_subresource_status__plain_status(maybe_unused void **state)
{
    json_auto_t *without = json_from("{'kind':'A'}");
    json_auto_t *with = json_from("{'kind':'A','status':true}");
    struct kube_resource resource;
    discovery_describe(without, &resource);
    assert_true(resource.plain_status);
    discovery_describe(with, &resource);
    assert_false(resource.plain_status);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_070__read_resource_list__legacy__without_subresources),
        cmocka_unit_test(test_read_resource_list__subresource_status__is_marked),
        cmocka_unit_test(test_read_resource_list__core__empty_group),
        cmocka_unit_test(test_read_resource_list__kind_of_foreign_group__group_of_the_path),
        cmocka_unit_test(test_read_resource_list__nameless_entries__passed_over),
        cmocka_unit_test(test_read_resource_list__no_list__error_names_the_version),
        cmocka_unit_test(test_read_document__aggregated__lists_and_order),
        cmocka_unit_test(test_read_document__aggregated_core__no_group_name),
        cmocka_unit_test(test_069__read_document__stale_group__left_to_be_asked_for),
        cmocka_unit_test(test_read_document__resource_without_kind_or_name__passed_over),
        cmocka_unit_test(test_read_document__known_already__kept),
        cmocka_unit_test(test_070__read_document__legacy_lists__group_versions_only),
        cmocka_unit_test(test_read_document__something_else__error_names_it),
        cmocka_unit_test(test_071__find__kind_plural_singular_or_short__exact),
        cmocka_unit_test(test_find__several_of_one_kind__most_verbs),
        cmocka_unit_test(test_describe__resource__pointers_and_verbs),
        cmocka_unit_test(test_describe__no_subresource_status__plain_status),
        cmocka_unit_test(test_023__describe__create_only_kind__cannot_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
