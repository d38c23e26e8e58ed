#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "capi/snapshot_priv.h"
#include "json/js_get.h"

enum { MAX_DIFFERENCES = 50 };

struct comparison {
    struct strv *differences;
    size_t found;
};

static void differ(struct snapshot_walk *walk, size_t list, const char *what, const char *kind,
                   const char *namespace_, const char *name)
{
    struct comparison *comparison = walk->context;
    walk->snapshot->lists[list].changed = true;
    if (comparison->found++ < MAX_DIFFERENCES)
        strv_printf(comparison->differences, "%s %s%s%s %s", kind, namespace_,
                    *namespace_ ? "/" : "", name, what);
}

/* ---- whether an object that did not travel would do so now */

static bool travels(const struct capi_graph *graph, const char *uid)
{
    const struct capi_node *node = uid ? capi_graph_find_uid(graph, uid) : NULL;
    return node && node->why != CAPI_WHY_NONE;
}

static bool has_traveling_owner(const struct capi_graph *graph, const json_t *metadata)
{
    size_t index = 0;
    json_t *reference = NULL;
    json_array_foreach (json_object_get(metadata, "ownerReferences"), index, reference)
        if (travels(graph, js_str(reference, "uid", NULL)))
            return true;
    return false;
}

/* A Secret that is named after a Cluster: a soft owner, or its credentials. */
static bool is_named_after_cluster(const struct capi_graph *graph, const char *namespace_,
                                   const char *name)
{
    static const char *const ends[] = {"-kubeconfig", "-ca",    "-etcd",
                                       "-sa",         "-proxy", "-cloud-config"};
    for (size_t i = 0; i < array_length(ends); i++) {
        if (!str_ends_with(name, ends[i]))
            continue;
        auto_free char *cluster = xmemdup(name, strlen(name) - strlen(ends[i]));
        const struct capi_node *node =
            capi_graph_find(graph, CAPI_GROUP, "Cluster", namespace_, cluster);
        return node && node->why != CAPI_WHY_NONE;
    }
    return false;
}

static bool would_travel(const struct capi_graph *graph, const struct capi_list *list,
                         const json_t *metadata, const char *namespace_, const char *name)
{
    const json_t *labels = json_object_get(metadata, "labels");
    if (list->why != CAPI_WHY_NONE || list->kind->move ||
        json_object_get(labels, CAPI_LABEL_MOVE) || json_object_get(labels, CAPI_LABEL_HIERARCHY))
        return true;
    if (has_traveling_owner(graph, metadata))
        return true;
    return str_equal(list->kind->kind, "Secret") && !*list->kind->group &&
           is_named_after_cluster(graph, namespace_, name);
}

/* ---- items */

static int compare_item(struct snapshot_walk *walk, size_t index, json_t *item, struct error **err)
{
    (void)err;
    const struct capi_graph *graph = walk->snapshot->graph;
    const struct capi_list *list = &walk->snapshot->lists[index];
    const json_t *metadata = json_object_get(item, "metadata");
    const char *uid = js_str(metadata, "uid", NULL);
    const char *name = js_str(metadata, "name", NULL);
    const char *namespace_ = js_str(metadata, "namespace", NULL);
    namespace_ = namespace_ ? namespace_ : "";
    if (!uid || !name)
        return 0;
    struct capi_node *node = capi_graph_find_uid(graph, uid);
    bool observed = node && node->observed;
    if (observed)
        node->mark = 1;
    char digest[65];
    capi_metadata_digest(metadata, digest);
    if (observed && str_equal(digest, node->digest))
        return 0;
    /* What was left out by the user's choice stays so; the next round would tell otherwise. */
    if ((observed && node->why != CAPI_WHY_NONE) ||
        (would_travel(graph, list, metadata, namespace_, name) &&
         !(observed && node->skip == CAPI_SKIP_FILTERED)))
        differ(walk, index, observed ? "has changed" : "is new", list->kind->kind, namespace_,
               name);
    return 0;
}

static void again(struct snapshot_walk *walk, size_t list)
{
    (void)walk, (void)list; /* marks and differences of the first pages stay true */
}

static void find_gone(struct snapshot_walk *walk)
{
    const struct capi_graph *graph = walk->snapshot->graph;
    for (size_t i = 0; i < graph->count; i++) {
        const struct capi_node *node = graph->nodes[i];
        if (node->observed && !node->mark && node->why != CAPI_WHY_NONE &&
            !walk->snapshot->lists[node->origin].refused)
            differ(walk, node->origin, "is gone", node->kind, node->namespace_, node->name);
    }
}

int capi_snapshot_compare(struct capi_snapshot *snapshot, struct strv *differences,
                          struct error **err)
{
    struct comparison comparison = {.differences = differences};
    struct snapshot_walk walk = {.snapshot = snapshot,
                                 .metadata = true,
                                 .item = compare_item,
                                 .restart = again,
                                 .context = &comparison};
    for (size_t i = 0; i < snapshot->graph->count; i++)
        snapshot->graph->nodes[i]->mark = 0;
    if (snapshot_walk(&walk, err) < 0)
        return -1;
    find_gone(&walk);
    return comparison.found > 0;
}
