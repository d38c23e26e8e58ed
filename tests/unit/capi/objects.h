/* Small objects of Cluster API for tests of the graph: uids are "Kind/name". */
#ifndef TESTS_UNIT_CAPI_OBJECTS_H
#define TESTS_UNIT_CAPI_OBJECTS_H

#include "capi/graph.h"
#include "json/js_merge.h"
#include "unit/capi/support.h"

#define CORE   "cluster.x-k8s.io/v1beta2"
#define ADDONS "addons.cluster.x-k8s.io/v1beta2"
#define INFRA  "infrastructure.cluster.x-k8s.io/v1beta1"

/* Adds an object; MORE is merged into it, NULL for nothing. */
static inline struct capi_node *put(struct capi_graph *graph, const char *api_version,
                                    const char *kind, const char *namespace_, const char *name,
                                    const char *more)
{
    auto_free char *uid = xasprintf("%s/%s", kind, name);
    json_auto_t *base = json_pack("{s:s, s:s, s:{s:s, s:s}}", "apiVersion", api_version, "kind",
                                  kind, "metadata", "name", name, "uid", uid);
    if (*namespace_)
        json_object_set_new(json_object_get(base, "metadata"), "namespace",
                            json_string(namespace_));
    json_auto_t *patch = json_of(more ? more : "{}");
    json_auto_t *value = js_merge(base, patch);
    struct error *err = NULL;
    struct capi_node *node = capi_node_new(value, NULL, &err);
    assert_null(err);
    capi_graph_add_take(graph, node);
    return node;
}

/* The metadata of something that belongs to one owner. */
#define OWNED(API, KIND, NAME)                                                                     \
    "{'metadata':{'ownerReferences':[{'apiVersion':'" API "','kind':'" KIND "','name':'" NAME      \
    "','uid':'" KIND "/" NAME "','controller':true}]}}"

static inline struct capi_node *find(const struct capi_graph *graph, const char *uid)
{
    struct capi_node *node = capi_graph_find_uid(graph, uid);
    if (!node)
        fail_msg("no node %s", uid);
    return node;
}

#define READY                                                                                      \
    "'status':{'initialization':{'infrastructureProvisioned':true,"                                \
    "'controlPlaneInitialized':true},'conditions':[{'type':'ControlPlaneInitialized',"             \
    "'status':'True'}]}"

/* A Magnum-like cluster of class "c" in namespace m: ten objects that depend on each other. */
static inline void put_cluster(struct capi_graph *graph, const char *name)
{
    auto_free char *cluster =
        xasprintf("{'metadata':{'labels':{'cluster-uuid':'uuid-%s'}},"
                  "'spec':{'topology':{'classRef':{'name':'c'}},"
                  "'infrastructureRef':{'apiGroup':'" CAPI_GROUP_INFRASTRUCTURE
                  "','kind':'OpenStackCluster','name':'%s'}}," READY "}",
                  name, name);
    put(graph, CORE, "Cluster", "m", name, cluster);
    auto_free char *owned =
        xasprintf("{'metadata':{'ownerReferences':[{'apiVersion':'" CORE
                  "','kind':'Cluster','name':'%s','uid':'Cluster/%s'}]},'spec':{'identityRef':"
                  "{'name':'%s-cloud-config','cloudName':'default'}}}",
                  name, name, name);
    put(graph, INFRA, "OpenStackCluster", "m", name, owned);
    auto_free char *machine = xasprintf(
        "{'metadata':{'ownerReferences':[{'apiVersion':'" CORE
        "','kind':'Cluster','name':'%s','uid':'Cluster/%s'}]},'spec':{'clusterName':'%s'},"
        "'status':{'nodeRef':{'name':'n'}}}",
        name, name, name);
    auto_free char *machine_name = xasprintf("%s-m", name);
    put(graph, CORE, "Machine", "m", machine_name, machine);
    static const char *const secrets[] = {"ca", "kubeconfig", "cloud-config"};
    for (size_t i = 0; i < array_length(secrets); i++) {
        auto_free char *secret = xasprintf("%s-%s", name, secrets[i]);
        put(graph, "v1", "Secret", "m", secret, NULL);
    }
    auto_free char *set = xasprintf("%s-set", name);
    put(graph, ADDONS, "ClusterResourceSet", "m", set, NULL);
    auto_free char *payload_name = xasprintf("%s-payload", name);
    auto_free char *payload = xasprintf("{'metadata':{'ownerReferences':[{'apiVersion':'" ADDONS
                                        "','kind':'ClusterResourceSet','name':'%s',"
                                        "'uid':'ClusterResourceSet/%s'}]}}",
                                        set, set);
    put(graph, "v1", "Secret", "m", payload_name, payload);
    auto_free char *binding = xasprintf("{'metadata':{'ownerReferences':[{'apiVersion':'" ADDONS
                                        "','kind':'ClusterResourceSet','name':'%s',"
                                        "'uid':'ClusterResourceSet/%s'}]},"
                                        "'spec':{'clusterName':'%s'}}",
                                        set, set, name);
    put(graph, ADDONS, "ClusterResourceSetBinding", "m", name, binding);
}

static inline void put_class(struct capi_graph *graph, const char *name)
{
    put(graph, CORE, "ClusterClass", "m", name,
        "{'spec':{'infrastructure':{'templateRef':{'kind':'OpenStackClusterTemplate',"
        "'apiVersion':'" INFRA "','name':'c'}}}}");
    auto_free char *owned =
        xasprintf("{'metadata':{'ownerReferences':[{'apiVersion':'" CORE
                  "','kind':'ClusterClass','name':'%s','uid':'ClusterClass/%s'}]}}",
                  name, name);
    put(graph, INFRA, "OpenStackClusterTemplate", "m", name, owned);
}

#endif
