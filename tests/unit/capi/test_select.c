#include "capi/select.h"

#include "capi/gate.h"
#include "capi/saved.h"
#include "capi/sequence.h"
#include "unit/capi/objects.h"

static const struct capi_select_options everything = {
    .unused_classes = true, .cloud_configs = true, .identities = true};

static void decide(struct capi_graph *graph, const struct capi_select_options *options)
{
    struct error *err = NULL;
    capi_graph_link(graph);
    capi_gate_check(graph);
    assert_ok(capi_select(graph, options, &err), &err);
    (void)capi_sequence(graph);
}

static void assert_why(const struct capi_graph *graph, const char *uid, enum capi_why why)
{
    assert_string_equal(capi_why_text(find(graph, uid)->why), capi_why_text(why));
}

static void assert_skip(const struct capi_graph *graph, const char *uid, enum capi_skip skip)
{
    assert_string_equal(capi_why_text(find(graph, uid)->why), "none");
    assert_string_equal(capi_skip_text(find(graph, uid)->skip), capi_skip_text(skip));
}

static void test_select__everything__as_clusterctl_and_the_credentials(maybe_unused void **state)
{
    auto_capi_graph struct capi_graph graph;
    capi_graph_init(&graph);
    put_class(&graph, "c");
    put_cluster(&graph, "a");
    put(&graph, "v1", "Secret", "m", "stray", NULL);
    put(&graph, "v1", "Secret", "m", "free",
        "{'metadata':{'labels':{'clusterctl.cluster.x-k8s.io/move':'false'}}}");
    decide(&graph, &everything);
    assert_why(&graph, "Cluster/a", CAPI_WHY_FORCE);
    assert_why(&graph, "Machine/a-m", CAPI_WHY_OWNER);
    assert_why(&graph, "Secret/a-ca", CAPI_WHY_SOFT);
    assert_why(&graph, "Secret/a-cloud-config", CAPI_WHY_EXTRA);
    assert_why(&graph, "Secret/free", CAPI_WHY_FORCE);
    assert_skip(&graph, "Secret/stray", CAPI_SKIP_NO_TENANT);
    assert_int_equal(find(&graph, "ClusterClass/c")->group_index, 1);
    assert_int_equal(find(&graph, "Cluster/a")->group_index, 2);
    assert_int_equal(find(&graph, "Machine/a-m")->group_index, 3);
    assert_int_equal(find(&graph, "Secret/a-cloud-config")->group_index, 1);
    assert_int_equal(find(&graph, "ClusterResourceSetBinding/a")->group_index, 3);
}

static void test_select__without_credentials__only_what_clusterctl_takes(maybe_unused void **state)
{
    auto_capi_graph struct capi_graph graph;
    capi_graph_init(&graph);
    put_class(&graph, "c");
    put_cluster(&graph, "a");
    const struct capi_select_options options = {.unused_classes = true};
    decide(&graph, &options);
    assert_skip(&graph, "Secret/a-cloud-config", CAPI_SKIP_NO_TENANT);
}

static void test_select__one_of_two_clusters__takes_what_it_stands_on(maybe_unused void **state)
{
    static const char *const names[] = {"a", "m/a", "uuid-a"};
    for (size_t i = 0; i < array_length(names); i++) {
        auto_capi_graph struct capi_graph graph;
        auto_strv struct strv clusters;
        strv_init(&clusters);
        strv_add(&clusters, names[i]);
        capi_graph_init(&graph);
        put_class(&graph, "c");
        put_class(&graph, "unused");
        put_cluster(&graph, "a");
        put_cluster(&graph, "b");
        struct capi_select_options options = everything;
        options.clusters = &clusters;
        decide(&graph, &options);
        assert_why(&graph, "Cluster/a", CAPI_WHY_FORCE);
        assert_why(&graph, "ClusterClass/c", CAPI_WHY_FORCE);
        assert_why(&graph, "OpenStackClusterTemplate/c", CAPI_WHY_OWNER);
        assert_why(&graph, "ClusterResourceSet/a-set", CAPI_WHY_FORCE);
        assert_why(&graph, "Secret/a-payload", CAPI_WHY_OWNER);
        assert_why(&graph, "Secret/a-cloud-config", CAPI_WHY_EXTRA);
        assert_skip(&graph, "Cluster/b", CAPI_SKIP_FILTERED);
        assert_skip(&graph, "Secret/b-payload", CAPI_SKIP_FILTERED);
        assert_skip(&graph, "Secret/b-ca", CAPI_SKIP_FILTERED);
        assert_skip(&graph, "ClusterClass/unused", CAPI_SKIP_FILTERED);
        assert_skip(&graph, "OpenStackClusterTemplate/unused", CAPI_SKIP_FILTERED);
    }
}

static void test_select__a_shared_resource_set__stays_whole(maybe_unused void **state)
{
    auto_capi_graph struct capi_graph graph;
    auto_strv struct strv clusters;
    strv_init(&clusters);
    strv_add(&clusters, "a");
    capi_graph_init(&graph);
    put(&graph, CORE, "Cluster", "m", "a", NULL);
    put(&graph, CORE, "Cluster", "m", "b", NULL);
    put(&graph, ADDONS, "ClusterResourceSet", "m", "r", NULL);
    put(&graph, "v1", "ConfigMap", "m", "r", OWNED(ADDONS, "ClusterResourceSet", "r"));
    put(&graph, ADDONS, "ClusterResourceSetBinding", "m", "a",
        "{'metadata':{'ownerReferences':[{'apiVersion':'" ADDONS "','kind':'ClusterResourceSet',"
        "'name':'r','uid':'ClusterResourceSet/r'}]},'spec':{'clusterName':'a'}}");
    put(&graph, ADDONS, "ClusterResourceSetBinding", "m", "b",
        "{'metadata':{'ownerReferences':[{'apiVersion':'" ADDONS "','kind':'ClusterResourceSet',"
        "'name':'r','uid':'ClusterResourceSet/r'}]},'spec':{'clusterName':'b'}}");
    struct capi_select_options options = everything;
    options.clusters = &clusters;
    decide(&graph, &options);
    assert_why(&graph, "ClusterResourceSet/r", CAPI_WHY_FORCE);
    assert_why(&graph, "ConfigMap/r", CAPI_WHY_OWNER);
    assert_why(&graph, "ClusterResourceSetBinding/a", CAPI_WHY_OWNER);
    assert_skip(&graph, "ClusterResourceSetBinding/b", CAPI_SKIP_FILTERED);
}

static void test_select__a_cluster_that_is_not_there__is_named(maybe_unused void **state)
{
    auto_capi_graph struct capi_graph graph;
    auto_strv struct strv clusters;
    strv_init(&clusters);
    strv_add(&clusters, "nobody");
    capi_graph_init(&graph);
    put_cluster(&graph, "a");
    capi_graph_link(&graph);
    struct capi_select_options options = everything;
    options.clusters = &clusters;
    struct error *err = NULL;
    assert_int_equal(capi_select(&graph, &options, &err), -1);
    assert_error(&err, ERROR_NOT_FOUND, "no Cluster nobody");
}

static void test_select__unused_classes__travel_when_wanted(maybe_unused void **state)
{
    for (int wanted = 0; wanted < 2; wanted++) {
        auto_capi_graph struct capi_graph graph;
        capi_graph_init(&graph);
        put_class(&graph, "c");
        put_class(&graph, "unused");
        put_cluster(&graph, "a");
        struct capi_select_options options = everything;
        options.unused_classes = wanted;
        decide(&graph, &options);
        assert_why(&graph, "OpenStackClusterTemplate/c", CAPI_WHY_OWNER);
        if (wanted) {
            assert_why(&graph, "OpenStackClusterTemplate/unused", CAPI_WHY_OWNER);
        } else {
            assert_skip(&graph, "ClusterClass/unused", CAPI_SKIP_FILTERED);
            assert_skip(&graph, "OpenStackClusterTemplate/unused", CAPI_SKIP_FILTERED);
        }
    }
}

static void test_select__an_owner_that_does_not_travel__is_told(maybe_unused void **state)
{
    auto_capi_graph struct capi_graph graph;
    capi_graph_init(&graph);
    put(&graph, CORE, "Cluster", "m", "a", NULL);
    put(&graph, "v1", "Secret", "m", "x",
        "{'metadata':{'ownerReferences':[{'apiVersion':'" CORE
        "','kind':'Cluster','name':'a','uid':'Cluster/a'},{'apiVersion':'f/v1','kind':'F',"
        "'name':'f','uid':'F/f'}]}}");
    put(&graph, "v1", "ConfigMap", "m", "y", OWNED("v1", "Secret", "x"));
    decide(&graph, &everything);
    assert_skip(&graph, "Secret/x", CAPI_SKIP_OWNER_NOT_IN_SET);
    assert_skip(&graph, "ConfigMap/y", CAPI_SKIP_OWNER_NOT_IN_SET);
    assert_why(&graph, "Cluster/a", CAPI_WHY_FORCE);
}

static void test_select__owners_in_a_circle__are_told(maybe_unused void **state)
{
    auto_capi_graph struct capi_graph graph;
    capi_graph_init(&graph);
    put(&graph, CORE, "Cluster", "m", "a", NULL);
    put(&graph, "v1", "Secret", "m", "x",
        "{'metadata':{'ownerReferences':[{'apiVersion':'" CORE
        "','kind':'Cluster','name':'a','uid':'Cluster/a'},{'apiVersion':'v1','kind':'Secret',"
        "'name':'y','uid':'Secret/y'}]}}");
    put(&graph, "v1", "Secret", "m", "y", OWNED("v1", "Secret", "x"));
    decide(&graph, &everything);
    assert_skip(&graph, "Secret/x", CAPI_SKIP_CYCLE);
    assert_skip(&graph, "Secret/y", CAPI_SKIP_CYCLE);
    size_t count = 0;
    auto_free struct capi_node **list = capi_sequence_list(&graph, &count);
    assert_int_equal(count, 1);
    assert_string_equal(list[0]->name, "a");
}

static void test_select__an_unready_cluster__is_left_out_when_asked(maybe_unused void **state)
{
    auto_capi_graph struct capi_graph graph;
    capi_graph_init(&graph);
    put_class(&graph, "c");
    put_cluster(&graph, "a");
    put(&graph, CORE, "Cluster", "m", "bad", "{'spec':{'topology':{'class':'c'}}}");
    put(&graph, "v1", "Secret", "m", "bad-ca", NULL);
    struct capi_select_options options = everything;
    options.skip_unready = true;
    decide(&graph, &options);
    assert_skip(&graph, "Cluster/bad", CAPI_SKIP_NOT_READY);
    assert_skip(&graph, "Secret/bad-ca", CAPI_SKIP_NOT_READY);
    assert_why(&graph, "Cluster/a", CAPI_WHY_FORCE);
    assert_why(&graph, "ClusterClass/c", CAPI_WHY_FORCE);
    struct error *err = NULL;
    assert_int_equal(capi_gate_strict(&graph, &err), -1);
    assert_error_text(&err, ERROR_STATUS,
                      "failed to get object graph: failed to check for provisioned infrastructure: "
                      "cannot start the "
                      "move operation while \"cluster.x-k8s.io/v1beta2, Kind=Cluster\" m/bad is "
                      "still provisioning "
                      "the infrastructure");
}

static void test_gate__a_machine_without_node__is_its_clusters_reason(maybe_unused void **state)
{
    auto_capi_graph struct capi_graph graph;
    capi_graph_init(&graph);
    put_cluster(&graph, "a");
    put(&graph, CORE, "Machine", "m", "slow",
        "{'metadata':{'labels':{'cluster.x-k8s.io/control-plane':''}},"
        "'spec':{'clusterName':'a'}}");
    capi_graph_link(&graph);
    assert_int_equal(capi_gate_check(&graph), 1);
    const struct capi_cluster *cluster = find(&graph, "Cluster/a")->cluster;
    assert_int_equal(cluster->machines, 2);
    assert_int_equal(cluster->control_plane_machines, 1);
    assert_strv(&cluster->reasons, "|",
                "cannot start the move operation while \"cluster.x-k8s.io/v1beta2, Kind=Machine\" "
                "m/slow is still provisioning the node");
}

static void test_select_wants__what_is_referred_to_elsewhere__is_named(maybe_unused void **state)
{
    auto_capi_graph struct capi_graph graph;
    capi_graph_init(&graph);
    put(&graph, CORE, "Cluster", "m", "a",
        "{'spec':{'topology':{'classRef':{'name':'c','namespace':'o'}}}}");
    put(&graph, INFRA, "OpenStackCluster", "m", "a",
        "{'metadata':{'ownerReferences':[{'apiVersion':'" CORE "','kind':'Cluster','name':'a',"
        "'uid':'Cluster/a'}]},'spec':{'identityRef':{'type':'ClusterIdentity','name':'i'}}}");
    decide(&graph, &everything);
    auto_capi_wants struct capi_wants wants = {0};
    capi_select_wants(&graph, &everything, &wants);
    assert_int_equal(wants.count, 3);
    assert_string_equal(wants.items[0].kind, "ClusterClass");
    assert_string_equal(wants.items[0].namespace_, "o");
    assert_string_equal(wants.items[1].name, "a-cloud-config");
    assert_string_equal(wants.items[2].kind, "OpenStackClusterIdentity");
    assert_string_equal(wants.items[2].namespace_, "");
    capi_wants_clear(&wants);

    put(&graph, CORE, "ClusterClass", "o", "c",
        "{'spec':{'infrastructure':{'templateRef':{'kind':'T','apiVersion':'" INFRA
        "','name':'t'}}}}");
    put(&graph, INFRA, "OpenStackClusterIdentity", "", "i",
        "{'spec':{'secretRef':{'name':'s','namespace':'capo-system'}}}");
    put(&graph, "v1", "Secret", "m", "a-cloud-config", NULL);
    decide(&graph, &everything);
    capi_select_wants(&graph, &everything, &wants);
    assert_int_equal(wants.count, 2);
    assert_string_equal(wants.items[0].kind, "T");
    assert_string_equal(wants.items[0].namespace_, "o");
    assert_string_equal(wants.items[1].name, "s");
    assert_string_equal(wants.items[1].namespace_, "capo-system");
    assert_why(&graph, "OpenStackClusterIdentity/i", CAPI_WHY_IDENTITY);
}

/* ---- the saved copy */

static char *saved(const struct capi_node *node, struct strv *modified)
{
    struct buf out = {0};
    struct error *err = NULL;
    assert_ok(capi_saved_copy(node, &out, modified, &err), &err);
    return buf_steal(&out);
}

static void test_saved_copy__heads__are_paused(maybe_unused void **state)
{
    auto_capi_graph struct capi_graph graph;
    capi_graph_init(&graph);
    put_class(&graph, "c");
    put(&graph, CORE, "Cluster", "m", "a",
        "{'metadata':{'annotations':{'capi-backup/paused-by':'r'}}}");
    put(&graph, CORE, "Cluster", "m", "p", "{'spec':{'paused':true}}");
    decide(&graph, &everything);
    auto_strv struct strv modified = {0};
    auto_free char *class = saved(find(&graph, "ClusterClass/c"), &modified);
    assert_non_null(strstr(class, "\"annotations\":{\"cluster.x-k8s.io/paused\":\"\"}"));
    auto_free char *cluster = saved(find(&graph, "Cluster/a"), &modified);
    assert_string_equal(cluster,
                        "{\"apiVersion\":\"cluster.x-k8s.io/v1beta2\",\"kind\":\"Cluster\","
                        "\"metadata\":{\"name\":\"a\",\"namespace\":\"m\",\"uid\":\"Cluster/a\"},"
                        "\"spec\":{\"paused\":true}}\n");
    assert_strv(&modified, "|", "paused|paused|annotation:capi-backup/paused-by");
    strv_clear(&modified);
    auto_free char *paused = saved(find(&graph, "Cluster/p"), &modified);
    assert_int_equal(modified.count, 0);
    assert_string_equal(paused + strlen(paused) - 2, "}\n");
}

/* What a backup or a restore has paused is not to stay so. */
static void test_saved_was_paused__by_its_operator__alone(maybe_unused void **state)
{
#define NOTED(KEY) "'annotations':{'" KEY "':'x','cluster.x-k8s.io/paused':''}"
    static const struct {
        const char *kind, *more;
        bool was;
    } rows[] = {
        {"Cluster", "{}", false},
        {"Cluster", "{'spec':{'paused':true}}", true},
        {"Cluster", "{'metadata':{" NOTED("a") "}}", true},
        {"Cluster", "{'metadata':{" NOTED("capi-backup/paused-by") "},'spec':{'paused':true}}",
         false},
        {"Cluster", "{'metadata':{" NOTED("capi-backup/restoring") "},'spec':{'paused':true}}",
         false},
        {"ClusterClass", "{'metadata':{" NOTED("a") "}}", true},
        {"ClusterClass", "{'metadata':{" NOTED("capi-backup/restoring") "}}", false},
        {"Machine", "{'metadata':{" NOTED("a") "}}", false},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_capi_graph struct capi_graph graph;
        capi_graph_init(&graph);
        const struct capi_node *node = put(&graph, CORE, rows[i].kind, "m", "a", rows[i].more);
        assert_int_equal(capi_saved_was_paused(node), rows[i].was);
    }
}

static void test_saved_copy__a_stale_reference__names_the_saved_version(maybe_unused void **state)
{
    auto_capi_graph struct capi_graph graph;
    capi_graph_init(&graph);
    put(&graph, CORE, "Cluster", "m", "a", NULL);
    put(&graph, "v1", "Secret", "m", "x", OWNED("cluster.x-k8s.io/v1beta1", "Cluster", "a"));
    decide(&graph, &everything);
    auto_strv struct strv modified = {0};
    auto_free char *text = saved(find(&graph, "Secret/x"), &modified);
    assert_non_null(strstr(text, "\"apiVersion\":\"" CORE "\",\"controller\":true"));
    assert_strv(&modified, "|", "ownerReferences:Cluster/a");
}

static void test_saved_copy__an_extra__is_labelled_and_detached(maybe_unused void **state)
{
    auto_capi_graph struct capi_graph graph;
    capi_graph_init(&graph);
    put(&graph, "v1", "Secret", "m", "x", OWNED("apps/v1", "Foreign", "f"))->wanted = true;
    decide(&graph, &everything);
    assert_why(&graph, "Secret/x", CAPI_WHY_EXTRA);
    auto_strv struct strv modified = {0};
    auto_free char *text = saved(find(&graph, "Secret/x"), &modified);
    assert_string_equal(text, "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"labels\":"
                              "{\"clusterctl.cluster.x-k8s.io/move\":\"\"},\"name\":\"x\","
                              "\"namespace\":\"m\",\"uid\":\"Secret/x\"}}\n");
    assert_strv(&modified, "|",
                "label:clusterctl.cluster.x-k8s.io/move|ownerReferences:-Foreign/f");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_select__everything__as_clusterctl_and_the_credentials),
        cmocka_unit_test(test_select__without_credentials__only_what_clusterctl_takes),
        cmocka_unit_test(test_select__one_of_two_clusters__takes_what_it_stands_on),
        cmocka_unit_test(test_select__a_shared_resource_set__stays_whole),
        cmocka_unit_test(test_select__a_cluster_that_is_not_there__is_named),
        cmocka_unit_test(test_select__unused_classes__travel_when_wanted),
        cmocka_unit_test(test_select__an_owner_that_does_not_travel__is_told),
        cmocka_unit_test(test_select__owners_in_a_circle__are_told),
        cmocka_unit_test(test_select__an_unready_cluster__is_left_out_when_asked),
        cmocka_unit_test(test_gate__a_machine_without_node__is_its_clusters_reason),
        cmocka_unit_test(test_select_wants__what_is_referred_to_elsewhere__is_named),
        cmocka_unit_test(test_saved_copy__heads__are_paused),
        cmocka_unit_test(test_saved_was_paused__by_its_operator__alone),
        cmocka_unit_test(test_saved_copy__a_stale_reference__names_the_saved_version),
        cmocka_unit_test(test_saved_copy__an_extra__is_labelled_and_detached),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
