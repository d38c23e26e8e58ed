#include "capi/node.h"

#include "crypto/digest.h"
#include "unit/capi/objects.h"

static struct capi_node *node_of(const char *text)
{
    json_auto_t *value = json_of(text);
    struct error *err = NULL;
    struct capi_node *node = capi_node_new(value, NULL, &err);
    assert_null(err);
    return node;
}

static void test_node_new__bodies_of_both_contracts__give_the_same_facts(maybe_unused void **state)
{
    static const char *const bodies[] = {
        "{'apiVersion':'cluster.x-k8s.io/v1beta1','kind':'Cluster','metadata':{'name':'a',"
        "'namespace':'m','uid':'u'},'spec':{'paused':true,'topology':{'class':'c',"
        "'classNamespace':'o'},'infrastructureRef':{'apiVersion':"
        "'infrastructure.cluster.x-k8s.io/v1beta1','kind':'OpenStackCluster','name':'i',"
        "'namespace':'m'}},'status':{'infrastructureReady':true,'controlPlaneReady':true,"
        "'conditions':[{'type':'ControlPlaneInitialized','status':'True'}]}}",
        "{'apiVersion':'cluster.x-k8s.io/v1beta2','kind':'Cluster','metadata':{'name':'a',"
        "'namespace':'m','uid':'u'},'spec':{'paused':true,'topology':{'classRef':{'name':'c',"
        "'namespace':'o'}},'infrastructureRef':{'apiGroup':'infrastructure.cluster.x-k8s.io',"
        "'kind':'OpenStackCluster','name':'i'}}," READY "}",
    };
    for (size_t i = 0; i < array_length(bodies); i++) {
        auto_capi_node struct capi_node *node = node_of(bodies[i]);
        const struct capi_cluster *cluster = node->cluster;
        assert_non_null(cluster);
        assert_string_equal(cluster->class_name, "c");
        assert_string_equal(cluster->class_namespace, "o");
        assert_string_equal(cluster->infrastructure.group, CAPI_GROUP_INFRASTRUCTURE);
        assert_string_equal(cluster->infrastructure.kind, "OpenStackCluster");
        assert_string_equal(cluster->infrastructure.namespace_, "m");
        assert_null(cluster->control_plane.name);
        assert_true(cluster->paused && cluster->infrastructure_ready &&
                    cluster->control_plane_ready && cluster->initialized_condition);
    }
}

static void test_node_new__two_references_to_one_uid__the_last_wins(maybe_unused void **state)
{
    auto_capi_node struct capi_node *node =
        node_of("{'apiVersion':'v1','kind':'Secret','metadata':{'name':'s','uid':'u',"
                "'ownerReferences':[{'uid':'1','apiVersion':'a/v1','kind':'A','name':'x'},"
                "{'uid':'2','apiVersion':'a/v1','kind':'B','name':'y','controller':true},"
                "{'uid':'1','apiVersion':'a/v2','kind':'A','name':'x','controller':false}]}}");
    assert_int_equal(node->owner_count, 2);
    assert_string_equal(node->owners[0].api_version, "a/v2");
    assert_int_equal(node->owners[0].controller, 0);
    assert_int_equal(node->owners[0].block, -1);
    assert_int_equal(node->owners[1].controller, 1);
    assert_true(node->sensitive);
}

static void test_node_new__the_text__is_what_go_writes(maybe_unused void **state)
{
    auto_capi_node struct capi_node *node =
        node_of("{'kind':'ConfigMap','apiVersion':'v1','metadata':{'uid':'u','name':'s'},"
                "'data':{'b':'<a>&','a':'\\u00e4\\u2028'}}");
    assert_string_equal(node->text,
                        "{\"apiVersion\":\"v1\",\"data\":{\"a\":\"\u00e4\\u2028\",\"b\":"
                        "\"\\u003ca\\u003e\\u0026\"},\"kind\":\"ConfigMap\",\"metadata\":{"
                        "\"name\":\"s\",\"uid\":\"u\"}}");
    assert_int_equal(node->text_size, strlen(node->text));
    struct error *err = NULL;
    json_auto_t *value = capi_node_parse(node, &err);
    assert_string_equal(json_string_value(json_object_get(json_object_get(value, "data"), "b")),
                        "<a>&");
}

static void test_node_new__an_object_without_identity__is_refused(maybe_unused void **state)
{
    static const struct {
        const char *text, *message;
    } rows[] = {
        {"{'kind':'A','metadata':{'name':'x'}}", "lacks apiVersion"},
        {"{'apiVersion':'v1','metadata':{'name':'x'}}", "lacks kind"},
        {"{'apiVersion':'v1','kind':'A','metadata':{}}", "lacks metadata.name"},
        {"{'apiVersion':'v1','kind':'A'}", "metadata"},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        json_auto_t *value = json_of(rows[i].text);
        struct error *err = NULL;
        assert_null(capi_node_new(value, NULL, &err));
        assert_error(&err, ERROR_PARSE, rows[i].message);
    }
}

static void test_node_new__a_class__knows_its_templates(maybe_unused void **state)
{
    auto_capi_node struct capi_node *node = node_of(
        "{'apiVersion':'cluster.x-k8s.io/v1beta1','kind':'ClusterClass','metadata':{'name':'c',"
        "'namespace':'m','uid':'u'},'spec':{'infrastructure':{'ref':{'apiVersion':'i/v1',"
        "'kind':'I','name':'1'}},'controlPlane':{'ref':{'apiVersion':'k/v1','kind':'K',"
        "'name':'2'},'machineInfrastructure':{'ref':{'apiVersion':'i/v1','kind':'M','name':'3'}}},"
        "'workers':{'machineDeployments':[{'template':{'bootstrap':{'ref':{'apiVersion':'b/v1',"
        "'kind':'B','name':'4'}},'infrastructure':{'ref':{'apiVersion':'i/v1','kind':'M',"
        "'name':'5'}}}}]},'patches':[{'ref':{'kind':'X','name':'no'}}]}}");
    assert_int_equal(node->template_count, 5);
    assert_string_equal(node->templates[3].group, "b");
    assert_string_equal(node->templates[3].namespace_, "m");
}

static void test_metadata_digest__changes__are_those_that_matter(maybe_unused void **state)
{
    static const struct {
        const char *before, *after;
        bool differs;
    } rows[] = {
        {"{'uid':'u','generation':1,'resourceVersion':'1'}",
         "{'uid':'u','generation':1,'resourceVersion':'2','managedFields':[{}]}", false},
        {"{'uid':'u','resourceVersion':'1'}", "{'uid':'u','resourceVersion':'2'}", true},
        {"{'uid':'u','generation':1}", "{'uid':'u','generation':2}", true},
        {"{'uid':'u','generation':1,'labels':{'a':'1','b':'2'}}",
         "{'uid':'u','generation':1,'labels':{'b':'2','a':'1'}}", false},
        {"{'uid':'u','generation':1,'labels':{'a':'1'}}",
         "{'uid':'u','generation':1,'annotations':{'a':'1'}}", true},
        {"{'uid':'u','generation':1,'finalizers':['x']}", "{'uid':'u','generation':1}", true},
        {"{'uid':'u','generation':1,'finalizers':[]}", "{'uid':'u','generation':1}", false},
        {"{'uid':'u','generation':1}",
         "{'uid':'u','generation':1,'deletionTimestamp':'2026-01-01T00:00:00Z'}", true},
        {"{'uid':'u','generation':1}", "{'uid':'u','generation':1,'ownerReferences':[{}]}", true},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        char digests[2][65];
        json_auto_t *before = json_of(rows[i].before);
        json_auto_t *after = json_of(rows[i].after);
        capi_metadata_digest(before, digests[0]);
        capi_metadata_digest(after, digests[1]);
        if ((strcmp(digests[0], digests[1]) != 0) != rows[i].differs)
            fail_msg("row %zu", i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_node_new__bodies_of_both_contracts__give_the_same_facts),
        cmocka_unit_test(test_node_new__two_references_to_one_uid__the_last_wins),
        cmocka_unit_test(test_node_new__the_text__is_what_go_writes),
        cmocka_unit_test(test_node_new__an_object_without_identity__is_refused),
        cmocka_unit_test(test_node_new__a_class__knows_its_templates),
        cmocka_unit_test(test_metadata_digest__changes__are_those_that_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
