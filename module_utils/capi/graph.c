#include "capi/graph.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"

void capi_graph_init(struct capi_graph *graph)
{
    *graph = (struct capi_graph){.by_uid = json_object(), .by_name = json_object()};
}

void capi_graph_clear(struct capi_graph *graph)
{
    for (size_t i = 0; i < graph->count; i++)
        capi_node_free(graph->nodes[i]);
    free(graph->nodes);
    json_decref(graph->by_uid);
    json_decref(graph->by_name);
    *graph = (struct capi_graph){0};
}

/* ---- the two indices */

static char *name_key(const char *group, const char *kind, const char *namespace_, const char *name)
{
    return xasprintf("%s/%s/%s/%s", group, kind, namespace_, name);
}

static void index_node(struct capi_graph *graph, size_t at)
{
    const struct capi_node *node = graph->nodes[at];
    if (!str_empty(node->uid))
        json_object_set_new(graph->by_uid, node->uid, json_integer((json_int_t)at));
    if (!node->observed)
        return;
    auto_free char *key = name_key(node->group, node->kind, node->namespace_, node->name);
    json_object_set_new(graph->by_name, key, json_integer((json_int_t)at));
}

/* Keeps the observed nodes whose origin is not ORIGIN, in order. */
static void sift(struct capi_graph *graph, size_t origin)
{
    size_t kept = 0;
    json_object_clear(graph->by_uid);
    json_object_clear(graph->by_name);
    for (size_t i = 0; i < graph->count; i++) {
        struct capi_node *node = graph->nodes[i];
        if (!node->observed || node->origin == origin) {
            capi_node_free(node);
            continue;
        }
        graph->nodes[kept] = node;
        index_node(graph, kept++);
    }
    graph->count = kept;
}

static struct capi_node *at_index(const struct capi_graph *graph, const json_t *position)
{
    return position ? graph->nodes[json_integer_value(position)] : NULL;
}

struct capi_node *capi_graph_find_uid(const struct capi_graph *graph, const char *uid)
{
    return at_index(graph, json_object_get(graph->by_uid, uid));
}

struct capi_node *capi_graph_find(const struct capi_graph *graph, const char *group,
                                  const char *kind, const char *namespace_, const char *name)
{
    auto_free char *key = name_key(group, kind, namespace_, name);
    return at_index(graph, json_object_get(graph->by_name, key));
}

/* ---- nodes */

static void append(struct capi_graph *graph, struct capi_node *node_take)
{
    if (graph->count == graph->room) {
        graph->room = graph->room ? graph->room * 2 : 64;
        graph->nodes = xreallocarray(graph->nodes, graph->room, sizeof(struct capi_node *));
    }
    graph->nodes[graph->count++] = node_take;
    index_node(graph, graph->count - 1);
}

void capi_graph_add_take(struct capi_graph *graph, struct capi_node *node_take)
{
    const json_t *position = json_object_get(graph->by_uid, node_take->uid);
    if (!position) {
        append(graph, node_take);
        return;
    }
    size_t at = (size_t)json_integer_value(position);
    node_take->wanted = node_take->wanted || graph->nodes[at]->wanted;
    capi_node_free(graph->nodes[at]);
    graph->nodes[at] = node_take;
    index_node(graph, at);
}

void capi_graph_remove_origin(struct capi_graph *graph, size_t origin)
{
    sift(graph, origin);
}

/* ---- owners */

static struct capi_node *new_referred(const struct capi_owner *owner)
{
    struct capi_node *node = xcalloc(1, sizeof(*node));
    const char *slash = strchr(owner->api_version, '/');
    node->uid = xstrdup(owner->uid);
    node->api_version = xstrdup(owner->api_version);
    node->kind = xstrdup(owner->kind);
    node->namespace_ = xstrdup("");
    node->name = xstrdup(owner->name);
    node->group_owned =
        slash ? xmemdup(owner->api_version, (size_t)(slash - owner->api_version)) : xstrdup("");
    node->group = node->group_owned;
    node->origin = SIZE_MAX;
    return node;
}

static void add_pointer(struct capi_node ***list, size_t *count, struct capi_node *node)
{
    /* Room for 1, 2, 4, 8 …: most nodes have one or two. */
    if ((*count & (*count - 1)) == 0)
        *list = xreallocarray(*list, *count ? *count * 2 : 1, sizeof(struct capi_node *));
    (*list)[(*count)++] = node;
}

static void link_owners(struct capi_graph *graph, struct capi_node *node)
{
    for (size_t i = 0; i < node->owner_count; i++) {
        struct capi_owner *owner = &node->owners[i];
        owner->node = capi_graph_find_uid(graph, owner->uid);
        if (!owner->node) {
            owner->node = new_referred(owner);
            append(graph, owner->node);
        }
        add_pointer(&owner->node->dependents, &owner->node->dependent_count, node);
    }
}

/* ---- soft owners */

static void link_softly(struct capi_node *node, struct capi_node *owner)
{
    if (!owner)
        return;
    add_pointer(&node->soft_owners, &node->soft_owner_count, owner);
    add_pointer(&owner->dependents, &owner->dependent_count, node);
}

/* apiserver-etcd-client is a purpose too, but holds a dash: clusterctl never finds its cluster. */
static bool is_purpose(const char *text)
{
    static const char *const purposes[] = {"kubeconfig", "ca", "etcd", "sa", "proxy"};
    for (size_t i = 0; i < array_length(purposes); i++)
        if (str_equal(purposes[i], text))
            return true;
    return false;
}

static struct capi_node *find_cluster(const struct capi_graph *graph, const char *namespace_,
                                      const char *name)
{
    return capi_graph_find(graph, CAPI_GROUP, "Cluster", namespace_, name);
}

static struct capi_node *cluster_of_secret(const struct capi_graph *graph,
                                           const struct capi_node *node)
{
    const char *dash = strrchr(node->name, '-');
    if (node->owner_count || !dash || !is_purpose(dash + 1))
        return NULL;
    auto_free char *cluster = xmemdup(node->name, (size_t)(dash - node->name));
    return find_cluster(graph, node->namespace_, cluster);
}

static void link_soft_owners(const struct capi_graph *graph, struct capi_node *node)
{
    if (capi_node_is(node, "", "Secret"))
        link_softly(node, cluster_of_secret(graph, node));
    else if (node->cluster && node->cluster->class_name)
        link_softly(node,
                    capi_graph_find(graph, CAPI_GROUP, "ClusterClass",
                                    node->cluster->class_namespace, node->cluster->class_name));
    else if (capi_node_is(node, CAPI_GROUP_ADDONS, "ClusterResourceSetBinding") &&
             node->cluster_name)
        link_softly(node, find_cluster(graph, node->namespace_, node->cluster_name));
}

/* ---- hierarchies */

static bool is_head(const struct capi_node *node)
{
    if (node->hierarchy || (node->type && node->type->hierarchy))
        return true;
    return capi_node_is(node, CAPI_GROUP, "Cluster") || capi_node_is_class(node) ||
           capi_node_is(node, CAPI_GROUP_ADDONS, "ClusterResourceSet");
}

bool capi_node_forced(const struct capi_node *node)
{
    return node->move || (node->type && node->type->move) || is_head(node);
}

bool capi_node_has_tenant(const struct capi_node *node, const struct capi_node *tenant)
{
    for (size_t i = 0; i < node->tenant_count; i++)
        if (node->tenants[i] == tenant)
            return true;
    return false;
}

/* Makes HEAD a tenant of itself and of all that it reaches. STACK has room for all nodes; MARK is
 * new for every head. */
static void spread(struct capi_node *head, struct capi_node **stack, size_t mark)
{
    size_t depth = 0;
    stack[depth++] = head;
    head->mark = mark;
    while (depth) {
        struct capi_node *node = stack[--depth];
        add_pointer(&node->tenants, &node->tenant_count, head);
        node->global_hierarchy = node->global_hierarchy || head->global;
        for (size_t i = 0; i < node->dependent_count; i++) {
            struct capi_node *next = node->dependents[i];
            if (next->mark == mark)
                continue;
            next->mark = mark;
            stack[depth++] = next;
        }
    }
}

/* ---- */

static void forget_links(struct capi_node *node)
{
    free(steal_ptr(node->soft_owners));
    free(steal_ptr(node->dependents));
    free(steal_ptr(node->tenants));
    node->soft_owner_count = 0;
    node->dependent_count = 0;
    node->tenant_count = 0;
    node->global_hierarchy = false;
    node->why = CAPI_WHY_NONE;
    node->skip = CAPI_SKIP_NONE;
    node->detached = false;
    node->group_index = 0;
    node->mark = 0;
}

void capi_graph_link(struct capi_graph *graph)
{
    sift(graph, SIZE_MAX);
    size_t observed = graph->count;
    for (size_t i = 0; i < observed; i++)
        forget_links(graph->nodes[i]);
    for (size_t i = 0; i < observed; i++) {
        link_owners(graph, graph->nodes[i]);
        link_soft_owners(graph, graph->nodes[i]);
    }
    auto_free struct capi_node **stack = xcalloc(graph->count + 1, sizeof(*stack));
    for (size_t i = 0; i < graph->count; i++)
        if (is_head(graph->nodes[i]))
            spread(graph->nodes[i], stack, i + 1);
}
