/* Credentials: what clusterctl forgets and a cluster cannot live without. */
#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "capi/select_priv.h"

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

/* What something is called; borrowed. */
struct named {
    const char *group, *kind, *namespace_, *name;
};

/* Told of everything that a selected node logs in with: NODE is NULL where it was not observed. */
typedef void (*visit_credential)(void *context, const struct named *named, struct capi_node *node,
                                 enum capi_why why);

struct search {
    const struct capi_graph *graph;
    const struct capi_select_options *options;
    visit_credential visit;
    void *context;
};

static struct capi_node *visit_named(const struct search *search, const struct named *named,
                                     enum capi_why why)
{
    struct capi_node *node =
        capi_graph_find(search->graph, named->group, named->kind, named->namespace_, named->name);
    search->visit(search->context, named, node, why);
    return node;
}

static void visit_secret(const struct search *search, const char *namespace_, const char *name,
                         enum capi_why why)
{
    const struct named secret = {"", "Secret", or_empty(namespace_), name};
    visit_named(search, &secret, why);
}

static void visit_identity(const struct search *search, const struct capi_node *node)
{
    const struct capi_target *target = &node->identity;
    if (!target->name)
        return;
    bool secret = str_equal(target->kind, "Secret");
    if (secret ? !search->options->cloud_configs : !search->options->identities)
        return;
    const struct named named = {or_empty(target->group), target->kind, or_empty(target->namespace_),
                                target->name};
    const struct capi_node *identity = visit_named(search, &named, CAPI_WHY_IDENTITY);
    if (!secret && identity && identity->secret_ref)
        visit_secret(search, identity->secret_ref_namespace, identity->secret_ref,
                     CAPI_WHY_IDENTITY);
}

static void visit_cluster(const struct search *search, const struct capi_node *node)
{
    if (!search->options->cloud_configs)
        return;
    auto_free char *name = xasprintf("%s-cloud-config", node->name);
    visit_secret(search, node->namespace_, name, CAPI_WHY_EXTRA);
    if (node->cluster->identity_name && !str_equal(node->cluster->identity_name, name))
        visit_secret(search, node->namespace_, node->cluster->identity_name, CAPI_WHY_IDENTITY);
}

static void visit_credentials(const struct search *search)
{
    for (size_t i = 0; i < search->graph->count; i++) {
        const struct capi_node *node = search->graph->nodes[i];
        if (node->why == CAPI_WHY_NONE)
            continue;
        if (node->cluster)
            visit_cluster(search, node);
        visit_identity(search, node);
    }
}

/* ---- those that are there travel */

static void take(maybe_unused void *context, maybe_unused const struct named *named,
                 struct capi_node *node, enum capi_why why)
{
    if (!node || node->why != CAPI_WHY_NONE)
        return;
    node->why = capi_node_forced(node) ? CAPI_WHY_FORCE : why;
    node->skip = CAPI_SKIP_NONE;
    node->detached = true;
}

void capi_select_credentials(struct capi_graph *graph, const struct capi_select_options *options)
{
    const struct search search = {graph, options, take, NULL};
    visit_credentials(&search);
}

/* ---- those that are not there are wanted */

static void want(struct capi_wants *wants, const struct named *named, enum capi_why why)
{
    for (size_t i = 0; i < wants->count; i++) {
        const struct capi_target *item = &wants->items[i];
        if (str_equal(item->name, named->name) && str_equal(item->kind, named->kind) &&
            str_equal(item->group, named->group) && str_equal(item->namespace_, named->namespace_))
            return;
    }
    wants->items = xreallocarray(wants->items, wants->count + 1, sizeof(*wants->items));
    wants->why = xreallocarray(wants->why, wants->count + 1, sizeof(*wants->why));
    wants->items[wants->count] =
        (struct capi_target){xstrdup(named->group), xstrdup(named->kind),
                             xstrdup(named->namespace_), xstrdup(named->name)};
    wants->why[wants->count++] = why;
}

static void want_missing(void *context, const struct named *named, struct capi_node *node,
                         enum capi_why why)
{
    if (!node)
        want(context, named, why);
}

/* A class in a namespace that was not read, and then its templates. */
static void want_class(const struct capi_graph *graph, const struct capi_node *node,
                       struct capi_wants *wants)
{
    const struct capi_cluster *cluster = node->cluster;
    if (!cluster->class_name || str_equal(cluster->class_namespace, node->namespace_))
        return;
    const struct capi_node *class = capi_graph_find(graph, CAPI_GROUP, "ClusterClass",
                                                    cluster->class_namespace, cluster->class_name);
    if (!class) {
        const struct named missing = {CAPI_GROUP, "ClusterClass", cluster->class_namespace,
                                      cluster->class_name};
        want(wants, &missing, CAPI_WHY_NONE);
        return;
    }
    for (size_t i = 0; i < class->template_count; i++) {
        const struct capi_target *target = &class->templates[i];
        const struct named named = {or_empty(target->group), target->kind,
                                    or_empty(target->namespace_), target->name};
        if (!capi_graph_find(graph, named.group, named.kind, named.namespace_, named.name))
            want(wants, &named, CAPI_WHY_NONE);
    }
}

void capi_select_wants(const struct capi_graph *graph, const struct capi_select_options *options,
                       struct capi_wants *wants)
{
    for (size_t i = 0; i < graph->count; i++)
        if (graph->nodes[i]->cluster && graph->nodes[i]->why != CAPI_WHY_NONE)
            want_class(graph, graph->nodes[i], wants);
    const struct search search = {graph, options, want_missing, wants};
    visit_credentials(&search);
}

void capi_wants_clear(struct capi_wants *wants)
{
    for (size_t i = 0; i < wants->count; i++)
        capi_target_clear(&wants->items[i]);
    free(wants->items);
    free(wants->why);
    *wants = (struct capi_wants){0};
}
