/* What is read from the bodies of the kinds that a backup knows more of. */
#include "capi/node_priv.h"

#include "unit/capi/objects.h"

#define HEAD(API, KIND)                                                                            \
    "{'apiVersion':'" API "','kind':'" KIND "','metadata':{'name':'a','namespace':'m','uid':'u'"

static struct capi_node *node_of(const char *text)
{
    json_auto_t *value = json_of(text);
    struct error *err = NULL;
    struct capi_node *node = capi_node_new(value, NULL, &err);
    assert_null(err);
    return node;
}

/* "group kind namespace/name", or "" where nothing is referred to. */
static void assert_target(const struct capi_target *target, const char *want)
{
    auto_free char *text = target->name ? xasprintf("%s %s %s/%s", target->group, target->kind,
                                                    target->namespace_, target->name)
                                        : xstrdup("");
    assert_string_equal(text, want);
}

static void test_facts__of_a_cluster__its_class_is_in_its_namespace_unless_told(void **state)
{
    (void)state;
    static const struct {
        const char *topology, *name, *namespace_;
    } rows[] = {
        {"{'class':'c'}", "c", "m"},
        {"{'class':'c','classNamespace':'o'}", "c", "o"},
        {"{'classRef':{'name':'c'}}", "c", "m"},
        {"{'classRef':{'name':'c','namespace':'o'}}", "c", "o"},
        {"{'classRef':{'name':'c'},'class':'old','classNamespace':'o'}", "c", "m"},
        {"{'class':''}", NULL, NULL},
        {"{}", NULL, NULL},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_free char *text =
            xasprintf(HEAD(CORE, "Cluster") "},'spec':{'topology':%s}}", rows[i].topology);
        auto_capi_node struct capi_node *node = node_of(text);
        if (!str_equal(node->cluster->class_name, rows[i].name) ||
            !str_equal(node->cluster->class_namespace, rows[i].namespace_))
            fail_msg("row %zu", i);
    }
}

static void test_facts__of_a_cluster__magnum_names_its_uuid_and_its_credential(void **state)
{
    (void)state;
    auto_capi_node struct capi_node *node =
        node_of(HEAD(CORE, "Cluster") ",'labels':{'cluster-uuid':'magnum'}},'spec':{'topology':{"
                                      "'variables':[{'name':'x','value':'no'},"
                                      "{'name':'clusterIdentityRefName','value':'secret'}]}}}");
    assert_string_equal(node->cluster->magnum_uuid, "magnum");
    assert_string_equal(node->cluster->identity_name, "secret");
    auto_capi_node struct capi_node *other =
        node_of(HEAD(CORE, "Cluster") "},'spec':{'topology':{'variables':[{'name':"
                                      "'clusterIdentityRefName','value':{'not':'a text'}}]}}}");
    assert_null(other->cluster->magnum_uuid);
    assert_null(other->cluster->identity_name);
}

static void test_facts__of_a_cluster__it_is_ready_when_its_status_says_so(void **state)
{
    (void)state;
    static const struct {
        const char *status;
        bool infrastructure, control_plane, condition;
    } rows[] = {
        {"{}", false, false, false},
        {"{'infrastructureReady':true}", true, false, false},
        {"{'controlPlaneReady':true}", false, true, false},
        {"{'initialization':{'infrastructureProvisioned':true}}", true, false, false},
        {"{'initialization':{'controlPlaneInitialized':true}}", false, true, false},
        {"{'initialization':{'controlPlaneInitialized':false}}", false, false, false},
        {"{'conditions':[{'type':'ControlPlaneInitialized','status':'True'}]}", false, false, true},
        {"{'conditions':[{'type':'ControlPlaneInitialized','status':'False'}]}", false, false,
         false},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_free char *text = xasprintf(HEAD(CORE, "Cluster") "},'status':%s}", rows[i].status);
        auto_capi_node struct capi_node *node = node_of(text);
        if (node->cluster->infrastructure_ready != rows[i].infrastructure ||
            node->cluster->control_plane_ready != rows[i].control_plane ||
            node->cluster->initialized_condition != rows[i].condition)
            fail_msg("row %zu", i);
    }
}

static void
test_facts__of_a_class__only_references_with_a_name_and_a_kind_are_templates(void **state)
{
    (void)state;
    auto_capi_node struct capi_node *node = node_of(
        HEAD(CORE, "ClusterClass") "},'spec':{'infrastructure':{'templateRef':{'apiVersion':'i/v1',"
                                   "'kind':'I','name':'1'}},'controlPlane':{'templateRef':{'kind':"
                                   "'K'}},'workers':{'machinePools':[{'infrastructure':{'ref':{"
                                   "'apiVersion':'i/v1','kind':'P','name':'2','namespace':'o'}}}],"
                                   "'machineDeployments':[{'bootstrap':{'ref':{'name':'3'}}}]},"
                                   "'variables':[{'ref':{'kind':'X','name':'no'}}]}}");
    assert_int_equal(node->template_count, 2);
    assert_target(&node->templates[0], "i I m/1");
    assert_target(&node->templates[1], "i P o/2");
}

static void test_facts__of_infrastructure__its_credential_is_a_secret_unless_told(void **state)
{
    (void)state;
    static const struct {
        const char *spec, *identity;
    } rows[] = {
        {"{'identityRef':{'name':'s','cloudName':'c'}}", " Secret m/s"},
        {"{'identityRef':{'name':'s','kind':'Secret'}}", " Secret m/s"},
        {"{'identityRef':{'name':'i','type':'ClusterIdentity'}}",
         CAPI_GROUP_INFRASTRUCTURE " OpenStackClusterIdentity /i"},
        {"{'identityRef':{'name':'i','kind':'AWSClusterRoleIdentity'}}",
         CAPI_GROUP_INFRASTRUCTURE " AWSClusterRoleIdentity /i"},
        {"{'template':{'spec':{'identityRef':{'name':'s'}}}}", " Secret m/s"},
        {"{'identityRef':{'kind':'Secret'}}", ""},
        {"{}", ""},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_free char *text =
            xasprintf(HEAD(INFRA, "OpenStackCluster") "},'spec':%s}", rows[i].spec);
        auto_capi_node struct capi_node *node = node_of(text);
        assert_target(&node->identity, rows[i].identity);
    }
}

static void test_facts__of_an_identity__its_secret_may_be_elsewhere(void **state)
{
    (void)state;
    auto_capi_node struct capi_node *node =
        node_of(HEAD(INFRA, "OpenStackClusterIdentity") "},'spec':{'secretRef':{'name':'s',"
                                                        "'namespace':'o'}}}");
    assert_string_equal(node->secret_ref, "s");
    assert_string_equal(node->secret_ref_namespace, "o");
}

static void test_facts__of_what_belongs_to_a_cluster_by_name__it_is_read(void **state)
{
    (void)state;
    static const struct {
        const char *text, *cluster;
        bool has_node;
    } rows[] = {
        {HEAD(CORE, "Machine") "},'spec':{'clusterName':'c'},'status':{'nodeRef':{'name':'n'}}}",
         "c", true},
        {HEAD(CORE, "Machine") "},'spec':{'clusterName':'c'},'status':{'nodeRef':{'name':''}}}",
         "c", false},
        {HEAD(CORE, "Machine") "}}", NULL, false},
        {HEAD(ADDONS, "ClusterResourceSetBinding") "},'spec':{'clusterName':'c'}}", "c", false},
        {HEAD("other/v1", "Machine") "},'spec':{'clusterName':'c'}}", NULL, false},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_capi_node struct capi_node *node = node_of(rows[i].text);
        if (!str_equal(node->cluster_name, rows[i].cluster) || node->has_node != rows[i].has_node)
            fail_msg("row %zu", i);
        assert_null(node->cluster);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_facts__of_a_cluster__its_class_is_in_its_namespace_unless_told),
        cmocka_unit_test(test_facts__of_a_cluster__magnum_names_its_uuid_and_its_credential),
        cmocka_unit_test(test_facts__of_a_cluster__it_is_ready_when_its_status_says_so),
        cmocka_unit_test(
            test_facts__of_a_class__only_references_with_a_name_and_a_kind_are_templates),
        cmocka_unit_test(test_facts__of_infrastructure__its_credential_is_a_secret_unless_told),
        cmocka_unit_test(test_facts__of_an_identity__its_secret_may_be_elsewhere),
        cmocka_unit_test(test_facts__of_what_belongs_to_a_cluster_by_name__it_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
