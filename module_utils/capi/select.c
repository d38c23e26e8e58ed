#include "capi/select.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "capi/select_priv.h"

/* ---- what clusterctl would take */

static enum capi_why base_why(const struct capi_node *node)
{
    if (node->wanted)
        return CAPI_WHY_EXTRA;
    if (capi_node_forced(node))
        return CAPI_WHY_FORCE;
    if (!node->tenant_count)
        return CAPI_WHY_NONE;
    return node->owner_count ? CAPI_WHY_OWNER : CAPI_WHY_SOFT;
}

static void decide_base(struct capi_node *node)
{
    node->why = node->observed ? base_why(node) : CAPI_WHY_NONE;
    node->skip = node->why == CAPI_WHY_NONE ? CAPI_SKIP_NO_TENANT : CAPI_SKIP_NONE;
    node->detached = node->wanted;
}

static void leave_out(struct capi_node *node, enum capi_skip skip)
{
    if (node->wanted || node->why == CAPI_WHY_NONE)
        return;
    node->why = CAPI_WHY_NONE;
    node->skip = skip;
}

/* ---- which clusters */

bool capi_select_names(const char *text, const struct capi_node *node)
{
    if (str_equal(text, node->name) ||
        (node->cluster && str_equal(text, node->cluster->magnum_uuid)))
        return true;
    auto_free char *full = xasprintf("%s/%s", node->namespace_, node->name);
    return str_equal(text, full);
}

static bool is_wanted(const struct capi_node *node, const struct strv *clusters)
{
    for (size_t i = 0; i < clusters->count; i++)
        if (capi_select_names(clusters->items[i], node))
            return true;
    return false;
}

static int check_names(const struct capi_graph *graph, const struct strv *clusters,
                       struct error **err)
{
    for (size_t c = 0; c < clusters->count; c++) {
        bool found = false;
        for (size_t i = 0; i < graph->count && !found; i++)
            found = capi_node_is_cluster(graph->nodes[i]) &&
                    capi_select_names(clusters->items[c], graph->nodes[i]);
        if (!found) {
            error_make(
                err, ERROR_NOT_FOUND,
                "clusters: there is no Cluster %s in the namespaces that are looked at; name "
                "it by its name, as namespace/name, or by Magnum's UUID",
                clusters->items[c]);
            return -1;
        }
    }
    return 0;
}

/* ---- leaving out what belongs to other clusters alone */

enum mark { MARK_NONE, MARK_KEEP, MARK_OUT };

/* Marks Clusters; returns whether any is out. */
static bool mark_clusters(struct capi_graph *graph, const struct capi_select_options *options)
{
    bool some_out = false;
    bool all = !options->clusters || !options->clusters->count;
    for (size_t i = 0; i < graph->count; i++) {
        struct capi_node *node = graph->nodes[i];
        node->mark = MARK_NONE;
        if (!capi_node_is_cluster(node))
            continue;
        bool keep = (all || is_wanted(node, options->clusters)) &&
                    !(options->skip_unready && node->cluster->reasons.count);
        node->mark = keep ? MARK_KEEP : MARK_OUT;
        some_out = some_out || !keep;
    }
    return some_out;
}

/* KEEP when a kept Cluster is a tenant, OUT when others alone are, else NONE. */
static enum mark cluster_tenants(const struct capi_node *node)
{
    enum mark found = MARK_NONE;
    for (size_t i = 0; i < node->tenant_count; i++) {
        if (!capi_node_is_cluster(node->tenants[i]))
            continue;
        if (node->tenants[i]->mark == MARK_KEEP)
            return MARK_KEEP;
        found = MARK_OUT;
    }
    return found;
}

/* What is out, unready clusters alone told from others that were not asked for. */
static void leave_out_clusters(struct capi_graph *graph, const struct capi_select_options *options)
{
    bool by_name = options->clusters && options->clusters->count;
    for (size_t i = 0; i < graph->count; i++) {
        struct capi_node *node = graph->nodes[i];
        if (cluster_tenants(node) != MARK_OUT)
            continue;
        bool wanted = !by_name;
        for (size_t t = 0; by_name && t < node->tenant_count; t++)
            wanted = wanted || (capi_node_is_cluster(node->tenants[t]) &&
                                is_wanted(node->tenants[t], options->clusters));
        leave_out(node, wanted ? CAPI_SKIP_NOT_READY : CAPI_SKIP_FILTERED);
    }
}

/* ---- a partial backup: what the wanted Clusters stand on, and no more */

static void push(struct capi_node **stack, size_t *depth, struct capi_node *node)
{
    if (node->mark == MARK_KEEP || node->why == CAPI_WHY_NONE)
        return;
    node->mark = MARK_KEEP;
    stack[(*depth)++] = node;
}

/* Owners travel along, and what they own unless it belongs to some Cluster. */
static void spread_keep(struct capi_node **stack, size_t depth)
{
    while (depth) {
        struct capi_node *node = stack[--depth];
        for (size_t i = 0; i < node->owner_count; i++)
            push(stack, &depth, node->owners[i].node);
        for (size_t i = 0; i < node->soft_owner_count; i++)
            push(stack, &depth, node->soft_owners[i]);
        for (size_t i = 0; i < node->dependent_count; i++)
            if (cluster_tenants(node->dependents[i]) == MARK_NONE)
                push(stack, &depth, node->dependents[i]);
    }
}

static void keep_what_clusters_need(struct capi_graph *graph)
{
    auto_free struct capi_node **stack = xcalloc(graph->count + 1, sizeof(*stack));
    size_t depth = 0;
    for (size_t i = 0; i < graph->count; i++) {
        struct capi_node *node = graph->nodes[i];
        if (node->why == CAPI_WHY_NONE || cluster_tenants(node) != MARK_KEEP)
            continue;
        node->mark = MARK_KEEP;
        stack[depth++] = node;
    }
    spread_keep(stack, depth);
    for (size_t i = 0; i < graph->count; i++)
        if (graph->nodes[i]->mark != MARK_KEEP)
            leave_out(graph->nodes[i], CAPI_SKIP_FILTERED);
}

/* ---- classes that nobody uses */

static bool is_unused_class(const struct capi_node *node)
{
    if (!capi_node_is_class(node))
        return false;
    for (size_t i = 0; i < node->dependent_count; i++)
        if (capi_node_is_cluster(node->dependents[i]) && node->dependents[i]->why != CAPI_WHY_NONE)
            return false;
    return true;
}

static bool only_unused_tenants(const struct capi_node *node)
{
    for (size_t i = 0; i < node->tenant_count; i++)
        if (node->tenants[i]->mark != MARK_OUT)
            return false;
    return node->tenant_count > 0;
}

static void leave_out_unused_classes(struct capi_graph *graph)
{
    for (size_t i = 0; i < graph->count; i++)
        graph->nodes[i]->mark = is_unused_class(graph->nodes[i]) ? MARK_OUT : MARK_NONE;
    for (size_t i = 0; i < graph->count; i++)
        if (only_unused_tenants(graph->nodes[i]))
            leave_out(graph->nodes[i], CAPI_SKIP_FILTERED);
}

/* ---- */

int capi_select(struct capi_graph *graph, const struct capi_select_options *options,
                struct error **err)
{
    if (options->clusters && check_names(graph, options->clusters, err) < 0)
        return -1;
    for (size_t i = 0; i < graph->count; i++)
        decide_base(graph->nodes[i]);
    if (mark_clusters(graph, options))
        leave_out_clusters(graph, options);
    if (options->clusters && options->clusters->count)
        keep_what_clusters_need(graph);
    if (!options->unused_classes)
        leave_out_unused_classes(graph);
    capi_select_credentials(graph, options);
    return 0;
}
