#include "capi/namespace.h"
#include "unit/capi/support.h"

/* OBJECT alone, moved to foo, has to be WANT (a Namespace is added beside it). */
static void check_moved(const char *object, const char *want)
{
    auto_error struct error *err = NULL;
    auto_free char *text = xasprintf("[%s]", object);
    json_auto_t *objects = json_of(text);
    assert_ok(capi_namespace_set(objects, "foo", &err), &err);
    assert_json(json_array_get(objects, 0), want);
}

static void check_failure(const char *object, const char *message)
{
    auto_error struct error *err = NULL;
    auto_free char *text = xasprintf("[%s]", object);
    json_auto_t *objects = json_of(text);
    assert_int_equal(capi_namespace_set(objects, "foo", &err), -1);
    assert_error_text(&err, ERROR_PARSE, message);
}

static void test_049__namespaced_kinds__move_and_others_stay(void **state)
{
    (void)state;
    static const char *const namespaced[] = {"ServiceAccount", "Role",         "Deployment",
                                             "Service",        "Issuer",       "ClusterIssuer",
                                             "APIService",     "IngressClass", "Anything"};
    static const char *const clustered[] = {"ClusterRole", "PriorityClass", "Node", "CSINode"};
    for (size_t i = 0; i < array_length(namespaced); i++) {
        auto_free char *object = xasprintf(
            "{'kind': '%s', 'metadata': {'name': 'n', 'namespace': 'old'}}", namespaced[i]);
        auto_free char *want = xasprintf(
            "{'kind': '%s', 'metadata': {'name': 'n', 'namespace': 'foo'}}", namespaced[i]);
        check_moved(object, want);
        assert_false(capi_kind_is_cluster_scoped(namespaced[i]));
    }
    for (size_t i = 0; i < array_length(clustered); i++) {
        auto_free char *object =
            xasprintf("{'kind': '%s', 'metadata': {'name': 'n'}}", clustered[i]);
        check_moved(object, object);
        assert_true(capi_kind_is_cluster_scoped(clustered[i]));
    }
    check_moved("{'a': 1}", "{'a': 1, 'metadata': {'namespace': 'foo'}}");
    assert_false(capi_kind_is_cluster_scoped(NULL));
}

static void test_050__subjects__move_when_they_have_a_namespace(void **state)
{
    (void)state;
    check_moved("{'kind': 'ClusterRoleBinding', 'subjects': [{'namespace': 'any'}, {'name': 'u'},"
                " {'namespace': ''}]}",
                "{'kind': 'ClusterRoleBinding', 'subjects': [{'namespace': 'foo'}, {'name': 'u'},"
                " {'namespace': ''}]}");
    check_moved("{'kind': 'RoleBinding', 'subjects': [{'namespace': 'any'}]}",
                "{'kind': 'RoleBinding', 'metadata': {'namespace': 'foo'},"
                " 'subjects': [{'namespace': 'foo'}]}");
}

static void test_051__webhooks_and_injections__move(void **state)
{
    (void)state;
    static const char *const kinds[] = {"MutatingWebhookConfiguration",
                                        "ValidatingWebhookConfiguration"};
    for (size_t i = 0; i < array_length(kinds); i++) {
        auto_free char *object = xasprintf(
            "{'kind': '%s', 'apiVersion': 'a/v1', 'metadata': {'annotations':"
            " {'cert-manager.io/inject-ca-from': 'old/cert', 'x': 'y'}}, 'webhooks':"
            " [{'clientConfig': {'service': {'namespace': 'old', 'name': 's'}}},"
            " {'clientConfig': {'url': 'u'}}, {'clientConfig': {'service': {'name': 's'}}}]}",
            kinds[i]);
        auto_free char *want =
            xasprintf("{'kind': '%s', 'apiVersion': 'a/v1', 'metadata': {'annotations':"
                      " {'cert-manager.io/inject-ca-from': 'foo/cert', 'x': 'y'}}, 'webhooks':"
                      " [{'clientConfig': {'service': {'namespace': 'foo', 'name': 's'}}},"
                      " {'clientConfig': {'url': 'u'}},"
                      " {'clientConfig': {'service': {'name': 's', 'namespace': 'foo'}}}]}",
                      kinds[i]);
        check_moved(object, want);
    }
    check_moved("{'kind': 'CustomResourceDefinition', 'apiVersion': 'a/v1', 'metadata':"
                " {'annotations': {'cert-manager.io/inject-ca-from': 'a/'}}}",
                "{'kind': 'CustomResourceDefinition', 'apiVersion': 'a/v1', 'metadata':"
                " {'annotations': {'cert-manager.io/inject-ca-from': 'foo/'}}}");
}

static void test_052__conversions_of_definitions__move(void **state)
{
    (void)state;
    check_moved("{'kind': 'CustomResourceDefinition', 'apiVersion': 'a/v1', 'spec': {'conversion':"
                " {'webhook': {'clientConfig': {'service': {'namespace': 'old'}}}}}}",
                "{'kind': 'CustomResourceDefinition', 'apiVersion': 'a/v1', 'spec': {'conversion':"
                " {'webhook': {'clientConfig': {'service': {'namespace': 'foo'}}}}}}");
    check_moved("{'kind': 'CustomResourceDefinition', 'apiVersion': 'a/v1beta1', 'spec':"
                " {'conversion': {'webhookClientConfig': {'service': {'namespace': 'old'}}}}}",
                "{'kind': 'CustomResourceDefinition', 'apiVersion': 'a/v1beta1', 'spec':"
                " {'conversion': {'webhookClientConfig': {'service': {'namespace': 'foo'}}}}}");
    check_moved("{'kind': 'CustomResourceDefinition', 'apiVersion': 'a/v1', 'spec': {}}",
                "{'kind': 'CustomResourceDefinition', 'apiVersion': 'a/v1', 'spec': {}}");
    check_failure("{'kind': 'CustomResourceDefinition', 'apiVersion': 'a/v2'}",
                  "failed to patch v2 CustomResourceDefinition");
    check_failure("{'kind': 'MutatingWebhookConfiguration', 'apiVersion': 'a/v1alpha1'}",
                  "failed to patch v1alpha1 MutatingWebhookConfiguration");
    check_failure("{'kind': 'ValidatingWebhookConfiguration'}",
                  "failed to patch  ValidatingWebhookConfiguration");
}

static void test_053__names_of_certificates__move(void **state)
{
    (void)state;
    check_moved(
        "{'kind': 'Certificate', 'metadata': {'namespace': 'old'}, 'spec': {'dnsNames':"
        " ['s.old.svc', 's.old.svc.cluster.local', 'a.old.old.svc', 'other', 3, 'old.x']}}",
        "{'kind': 'Certificate', 'metadata': {'namespace': 'foo'}, 'spec': {'dnsNames':"
        " ['s.foo.svc', 's.foo.svc.cluster.local', 'a.foo.old.svc', 'other', 3, 'old.x']}}");
    check_moved("{'kind': 'Certificate', 'spec': {'dnsNames': ['s..svc']}}",
                "{'kind': 'Certificate', 'metadata': {'namespace': 'foo'},"
                " 'spec': {'dnsNames': ['s.foo.svc']}}");
    check_failure("{'kind': 'Certificate', 'metadata': {'name': 'd'}, 'spec': {'dnsNames': 'x'}}",
                  "failed to get .spec.dnsNames from Certificate foo/d: .spec.dnsNames accessor "
                  "error: x is of the type string, expected []interface{}");
}

static void test_054__an_injection_without_exactly_one_slash__is_an_error(void **state)
{
    (void)state;
    static const char *const wrong[] = {"x", "a/b/c", ""};
    for (size_t i = 0; i < array_length(wrong); i++) {
        auto_free char *object =
            xasprintf("{'kind': 'CustomResourceDefinition', 'apiVersion': 'a/v1', 'metadata':"
                      " {'name': 'n', 'annotations': {'cert-manager.io/inject-ca-from': '%s'}}}",
                      wrong[i]);
        check_failure(object, "object CustomResourceDefinition n does not have a correct value for "
                              "cert-manager.io/inject-ca-from");
    }
}

static void test_041__two_namespaces__are_an_error(void **state)
{
    (void)state;
    auto_error struct error *err = NULL;
    auto_free char *name = NULL;
    json_auto_t *objects = json_of("[{'kind': 'Namespace'}, {'kind': 'Namespace'}]");
    assert_int_equal(capi_namespace_find(objects, &name, &err), -1);
    assert_error_text(&err, ERROR_USAGE,
                      "Invalid manifest. There should be no more than one resource with Kind "
                      "Namespace in the provider components yaml");
}

static void test_find__of_one_and_of_none__gives_its_name_or_nothing(void **state)
{
    (void)state;
    auto_error struct error *err = NULL;
    auto_free char *name = NULL;
    auto_free char *none = NULL;
    json_auto_t *one = json_of("[{'kind': 'X'}, {'kind': 'Namespace', 'metadata': {'name': 'n'}}]");
    json_auto_t *other = json_of("[{'kind': 'X'}]");
    assert_ok(capi_namespace_find(one, &name, &err), &err);
    assert_string_equal(name, "n");
    assert_ok(capi_namespace_find(other, &none, &err), &err);
    assert_null(none);
}

static void test_043__without_a_namespace__one_is_added_with_both_labels(void **state)
{
    (void)state;
    auto_error struct error *err = NULL;
    json_auto_t *objects = json_of("[{'kind': 'Service'}]");
    assert_ok(capi_namespace_set(objects, "foo", &err), &err);
    capi_labels_set(objects, "infrastructure-x");
    assert_int_equal(json_array_size(objects), 2);
    assert_json(json_array_get(objects, 1),
                "{'apiVersion': 'v1', 'kind': 'Namespace', 'metadata': {'name': 'foo', 'labels':"
                " {'clusterctl.cluster.x-k8s.io': '',"
                " 'cluster.x-k8s.io/provider': 'infrastructure-x'}}}");
    json_auto_t *named = json_of("[{'kind': 'Namespace', 'metadata': {'name': 'old'}}]");
    assert_ok(capi_namespace_set(named, "foo", &err), &err);
    assert_json(named, "[{'kind': 'Namespace', 'metadata': {'name': 'foo'}}]");
}

static void test_labels_set__on_objects_with_labels__keeps_the_others(void **state)
{
    (void)state;
    json_auto_t *objects =
        json_of("[{'metadata': {'labels': {'a': 'b', 'clusterctl.cluster.x-k8s.io': 'x'}}},"
                " {'metadata': {'labels': {'a': 'b', 'c': 3}}}, {}]");
    capi_labels_set(objects, "l");
    assert_json(objects, "[{'metadata': {'labels': {'a': 'b', 'clusterctl.cluster.x-k8s.io': '',"
                         " 'cluster.x-k8s.io/provider': 'l'}}},"
                         " {'metadata': {'labels': {'clusterctl.cluster.x-k8s.io': '',"
                         " 'cluster.x-k8s.io/provider': 'l'}}},"
                         " {'metadata': {'labels': {'clusterctl.cluster.x-k8s.io': '',"
                         " 'cluster.x-k8s.io/provider': 'l'}}}]");
}

static void test_creation_order__of_a_file__is_that_of_clusterctl(void **state)
{
    (void)state;
    json_auto_t *objects =
        json_of("[{'kind': 'A'}, {'kind': 'B'}, {'apiVersion': 'cert-manager.io/v1', 'kind':"
                " 'Certificate'}, {'apiVersion': 'cert-manager.io/v1', 'kind': 'Issuer'},"
                " {'kind': 'Namespace'}, {'apiVersion': 'x.cert-manager.io/v1', 'kind': 'C'}]");
    json_auto_t *ordered = capi_creation_order(objects);
    auto_strv struct strv kinds = {0};
    for (size_t i = 0; i < json_array_size(ordered); i++)
        strv_add(&kinds, json_string_value(json_object_get(json_array_get(ordered, i), "kind")));
    assert_strv(&kinds, " ", "Namespace Issuer Certificate A B C");
    assert_ptr_equal(json_array_get(ordered, 3), json_array_get(objects, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_049__namespaced_kinds__move_and_others_stay),
        cmocka_unit_test(test_050__subjects__move_when_they_have_a_namespace),
        cmocka_unit_test(test_051__webhooks_and_injections__move),
        cmocka_unit_test(test_052__conversions_of_definitions__move),
        cmocka_unit_test(test_053__names_of_certificates__move),
        cmocka_unit_test(test_054__an_injection_without_exactly_one_slash__is_an_error),
        cmocka_unit_test(test_041__two_namespaces__are_an_error),
        cmocka_unit_test(test_find__of_one_and_of_none__gives_its_name_or_nothing),
        cmocka_unit_test(test_043__without_a_namespace__one_is_added_with_both_labels),
        cmocka_unit_test(test_labels_set__on_objects_with_labels__keeps_the_others),
        cmocka_unit_test(test_creation_order__of_a_file__is_that_of_clusterctl),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
