#include "capi/gate.h"

#include "base/mem.h"
#include "base/str.h"

#define CANNOT "cannot start the move operation while "

/* The first reason only, as clusterctl 1.13 does: without infrastructure there is no control plane.
 */
static void check_cluster(const struct capi_node *node)
{
    struct capi_cluster *cluster = node->cluster;
    strv_clear(&cluster->reasons);
    strv_init(&cluster->reasons);
    cluster->machines = 0;
    cluster->control_plane_machines = 0;
    bool has_control_plane = cluster->control_plane.name || cluster->control_plane.kind;
    if (!cluster->infrastructure_ready)
        strv_printf(&cluster->reasons,
                    CANNOT "\"%s, Kind=Cluster\" %s/%s is still provisioning the infrastructure",
                    node->api_version, node->namespace_, node->name);
    else if (!cluster->initialized_condition ||
             (has_control_plane && !cluster->control_plane_ready))
        strv_printf(&cluster->reasons,
                    CANNOT
                    "the control plane for \"%s, Kind=Cluster\" %s/%s is not yet initialized",
                    node->api_version, node->namespace_, node->name);
}

static void check_machine(const struct capi_graph *graph, const struct capi_node *node)
{
    const struct capi_node *owner =
        node->cluster_name
            ? capi_graph_find(graph, CAPI_GROUP, "Cluster", node->namespace_, node->cluster_name)
            : NULL;
    if (!owner)
        return;
    owner->cluster->machines++;
    owner->cluster->control_plane_machines += node->labelled_control_plane;
    if (!node->has_node)
        strv_printf(&owner->cluster->reasons,
                    CANNOT "\"%s, Kind=Machine\" %s/%s is still provisioning the node",
                    node->api_version, node->namespace_, node->name);
}

size_t capi_gate_check(struct capi_graph *graph)
{
    size_t unready = 0;
    for (size_t i = 0; i < graph->count; i++)
        if (graph->nodes[i]->observed && graph->nodes[i]->cluster)
            check_cluster(graph->nodes[i]);
    for (size_t i = 0; i < graph->count; i++)
        if (graph->nodes[i]->observed && capi_node_is(graph->nodes[i], CAPI_GROUP, "Machine"))
            check_machine(graph, graph->nodes[i]);
    for (size_t i = 0; i < graph->count; i++)
        unready += graph->nodes[i]->cluster && graph->nodes[i]->cluster->reasons.count;
    return unready;
}

int capi_gate_strict(const struct capi_graph *graph, struct error **err)
{
    auto_strv struct strv all;
    strv_init(&all);
    for (size_t i = 0; i < graph->count; i++) {
        const struct capi_cluster *cluster = graph->nodes[i]->cluster;
        for (size_t r = 0; cluster && r < cluster->reasons.count; r++)
            strv_add(&all, cluster->reasons.items[r]);
    }
    if (!all.count)
        return 0;
    strv_sort(&all);
    auto_free char *text = strv_join(&all, ", ");
    error_make(err, ERROR_STATUS,
               all.count > 1 ? "failed to get object graph: failed to check for provisioned "
                               "infrastructure: [%s]"
                             : "failed to get object graph: failed to check for provisioned "
                               "infrastructure: %s",
               text);
    return -1;
}
