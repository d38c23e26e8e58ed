#include "unit/capi/objects.h"

static void test_graph_link__an_owner_that_is_not_there__is_referred_to(maybe_unused void **state)
{
    auto_capi_graph struct capi_graph graph;
    capi_graph_init(&graph);
    put(&graph, "v1", "Secret", "m", "x", OWNED(CORE, "Cluster", "gone"));
    capi_graph_link(&graph);
    assert_int_equal(graph.count, 2);
    const struct capi_node *owner = find(&graph, "Cluster/gone");
    assert_false(owner->observed);
    assert_string_equal(owner->group, CAPI_GROUP);
    assert_ptr_equal(find(&graph, "Secret/x")->owners[0].node, owner);
    assert_null(capi_graph_find(&graph, CAPI_GROUP, "Cluster", "", "gone"));
    /* Linking again neither doubles nor loses it, and an observed one takes its place. */
    capi_graph_link(&graph);
    assert_int_equal(graph.count, 2);
    put(&graph, "cluster.x-k8s.io/v1beta1", "Cluster", "m", "gone", NULL);
    capi_graph_link(&graph);
    assert_int_equal(graph.count, 2);
    assert_true(find(&graph, "Cluster/gone")->observed);
    assert_string_equal(find(&graph, "Cluster/gone")->api_version, "cluster.x-k8s.io/v1beta1");
}

static void test_graph_link__secrets_by_name__are_owned_softly(maybe_unused void **state)
{
    auto_capi_graph struct capi_graph graph;
    capi_graph_init(&graph);
    put(&graph, CORE, "Cluster", "m", "s", NULL);
    put(&graph, "v1", "Secret", "m", "s-ca", NULL);
    put(&graph, "v1", "Secret", "m", "s-sa", OWNED("apps/v1", "Foreign", "f"));
    put(&graph, "v1", "Secret", "m", "s-apiserver-etcd-client", NULL);
    put(&graph, "v1", "Secret", "m", "s-cloud-config", NULL);
    put(&graph, "v1", "ConfigMap", "m", "s-etcd", NULL);
    capi_graph_link(&graph);
    const struct capi_node *cluster = find(&graph, "Cluster/s");
    assert_true(capi_node_has_tenant(find(&graph, "Secret/s-ca"), cluster));
    assert_int_equal(find(&graph, "Secret/s-sa")->tenant_count, 0);
    assert_int_equal(find(&graph, "Secret/s-apiserver-etcd-client")->tenant_count, 0);
    assert_int_equal(find(&graph, "Secret/s-cloud-config")->tenant_count, 0);
    assert_int_equal(find(&graph, "ConfigMap/s-etcd")->tenant_count, 0);
}

static void test_graph_link__a_secret_of_another_namespace__is_not_linked(maybe_unused void **state)
{
    auto_capi_graph struct capi_graph graph;
    capi_graph_init(&graph);
    put(&graph, CORE, "Cluster", "y", "s", NULL);
    put(&graph, "v1", "Secret", "x", "s-ca", NULL);
    capi_graph_link(&graph);
    assert_int_equal(find(&graph, "Secret/s-ca")->soft_owner_count, 0);
}

static void test_graph_link__a_class_and_its_cluster__share_the_hierarchy(maybe_unused void **state)
{
    auto_capi_graph struct capi_graph graph;
    capi_graph_init(&graph);
    put_class(&graph, "c");
    put_cluster(&graph, "a");
    capi_graph_link(&graph);
    const struct capi_node *class = find(&graph, "ClusterClass/c");
    assert_ptr_equal(find(&graph, "Cluster/a")->soft_owners[0], class);
    assert_true(capi_node_has_tenant(find(&graph, "Machine/a-m"), class));
    assert_true(capi_node_has_tenant(find(&graph, "Machine/a-m"), find(&graph, "Cluster/a")));
    assert_true(capi_node_has_tenant(find(&graph, "ClusterResourceSetBinding/a"),
                                     find(&graph, "Cluster/a")));
    assert_false(capi_node_has_tenant(find(&graph, "OpenStackClusterTemplate/c"),
                                      find(&graph, "Cluster/a")));
}

static void test_graph_link__a_global_head__marks_its_hierarchy(maybe_unused void **state)
{
    auto_capi_graph struct capi_graph graph;
    capi_graph_init(&graph);
    put(&graph, INFRA, "Identity", "", "i",
        "{'metadata':{'labels':{'clusterctl.cluster.x-k8s.io/move-hierarchy':'false'}}}");
    put(&graph, "v1", "Secret", "capo-system", "x", OWNED(INFRA, "Identity", "i"));
    capi_graph_link(&graph);
    assert_true(find(&graph, "Secret/x")->global_hierarchy);
    assert_false(find(&graph, "Secret/x")->global);
    assert_true(find(&graph, "Identity/i")->global);
}

static void test_graph_link__owners_in_a_circle__ends(maybe_unused void **state)
{
    auto_capi_graph struct capi_graph graph;
    capi_graph_init(&graph);
    put(&graph, CORE, "Cluster", "m", "a", OWNED("v1", "Secret", "b"));
    put(&graph, "v1", "Secret", "m", "b", OWNED(CORE, "Cluster", "a"));
    capi_graph_link(&graph);
    assert_int_equal(find(&graph, "Secret/b")->tenant_count, 1);
}

static void test_graph_remove_origin__objects_of_one_list__are_gone(maybe_unused void **state)
{
    auto_capi_graph struct capi_graph graph;
    capi_graph_init(&graph);
    put(&graph, "v1", "Secret", "m", "a", NULL)->origin = 1;
    put(&graph, "v1", "Secret", "m", "b", NULL)->origin = 2;
    put(&graph, "v1", "Secret", "m", "c", NULL)->origin = 1;
    capi_graph_remove_origin(&graph, 1);
    assert_int_equal(graph.count, 1);
    assert_non_null(capi_graph_find(&graph, "", "Secret", "m", "b"));
    assert_null(capi_graph_find_uid(&graph, "Secret/a"));
}

static void test_graph_lacks__a_whole_cluster__lacks_nothing(maybe_unused void **state)
{
    auto_capi_graph struct capi_graph graph;
    capi_graph_init(&graph);
    put_class(&graph, "c");
    put_cluster(&graph, "a");
    capi_graph_link(&graph);
    auto_capi_lacks struct capi_lacks lacks = {0};
    capi_graph_lacks(&graph, find(&graph, "Cluster/a"), &lacks);
    assert_int_equal(lacks.count, 0);
}

static void test_graph_lacks__a_cluster_alone__lacks_all_it_refers_to(maybe_unused void **state)
{
    auto_capi_graph struct capi_graph graph;
    capi_graph_init(&graph);
    put(&graph, CORE, "Cluster", "m", "a",
        "{'spec':{'topology':{'class':'c','variables':[{'name':'clusterIdentityRefName',"
        "'value':'a-cloud-config'}]},'controlPlaneRef':{'kind':'KubeadmControlPlane','name':'k',"
        "'apiGroup':'controlplane.cluster.x-k8s.io'}}}");
    put(&graph, INFRA, "OpenStackMachine", "m", "o",
        "{'metadata':{'ownerReferences':[{'apiVersion':'x/v1','kind':'Cluster','name':'a',"
        "'uid':'Cluster/a'}]},'spec':{'identityRef':{'type':'ClusterIdentity','name':'id'}}}");
    capi_graph_link(&graph);
    auto_capi_lacks struct capi_lacks lacks = {0};
    capi_graph_lacks(&graph, find(&graph, "Cluster/a"), &lacks);
    static const char *const want[] = {
        "controlPlaneRef KubeadmControlPlane m/k",
        "Secret m/a-ca",
        "Secret m/a-kubeconfig",
        "ClusterClass m/c of the topology",
        "Secret m/a-cloud-config of clusterIdentityRefName",
        "OpenStackClusterIdentity id of identityRef",
    };
    assert_int_equal(lacks.count, array_length(want));
    for (size_t i = 0; i < array_length(want); i++)
        assert_string_equal(lacks.items[i].what, want[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_graph_link__an_owner_that_is_not_there__is_referred_to),
        cmocka_unit_test(test_graph_link__secrets_by_name__are_owned_softly),
        cmocka_unit_test(test_graph_link__a_secret_of_another_namespace__is_not_linked),
        cmocka_unit_test(test_graph_link__a_class_and_its_cluster__share_the_hierarchy),
        cmocka_unit_test(test_graph_link__a_global_head__marks_its_hierarchy),
        cmocka_unit_test(test_graph_link__owners_in_a_circle__ends),
        cmocka_unit_test(test_graph_remove_origin__objects_of_one_list__are_gone),
        cmocka_unit_test(test_graph_lacks__a_whole_cluster__lacks_nothing),
        cmocka_unit_test(test_graph_lacks__a_cluster_alone__lacks_all_it_refers_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
