#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "capi/graph.h"

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

/* Takes the texts of TARGET as they are, copied. */
static void add_lack(struct capi_lacks *lacks, const char *what, const struct capi_target *target)
{
    for (size_t i = 0; i < lacks->count; i++)
        if (str_equal(lacks->items[i].what, what))
            return;
    lacks->items = xreallocarray(lacks->items, lacks->count + 1, sizeof(*lacks->items));
    lacks->items[lacks->count++] = (struct capi_lack){
        .what = xstrdup(what),
        .target = {xstrdup(or_empty(target->group)), xstrdup(or_empty(target->kind)),
                   xstrdup(or_empty(target->namespace_)), xstrdup(or_empty(target->name))},
    };
}

/* Adds TARGET unless it is there. FORMAT has the label of the target as its only argument. */
static const struct capi_node *need(const struct capi_graph *graph, struct capi_lacks *lacks,
                                    const struct capi_target *target, const char *before,
                                    const char *after)
{
    if (!target->name)
        return NULL;
    const struct capi_node *found =
        capi_graph_find(graph, or_empty(target->group), or_empty(target->kind),
                        or_empty(target->namespace_), target->name);
    if (found)
        return found;
    auto_free char *what =
        xasprintf("%s%s %s%s%s%s", before, or_empty(target->kind), or_empty(target->namespace_),
                  str_empty(target->namespace_) ? "" : "/", target->name, after);
    add_lack(lacks, what, target);
    return NULL;
}

static const struct capi_node *need_secret(const struct capi_graph *graph, struct capi_lacks *lacks,
                                           const char *namespace_, const char *name,
                                           const char *after)
{
    auto_free char *where = xstrdup(namespace_);
    auto_free char *what = xstrdup(name);
    auto_free char *kind = xstrdup("Secret");
    const struct capi_target target = {.kind = kind, .namespace_ = where, .name = what};
    return need(graph, lacks, &target, "", after);
}

static void need_identity(const struct capi_graph *graph, struct capi_lacks *lacks,
                          const struct capi_node *node)
{
    const struct capi_node *identity = need(graph, lacks, &node->identity, "", " of identityRef");
    if (identity && identity->secret_ref)
        need_secret(graph, lacks, or_empty(identity->secret_ref_namespace), identity->secret_ref,
                    " of secretRef");
}

/* Whatever the hierarchy of CLUSTER logs in with. */
static void need_identities(const struct capi_graph *graph, const struct capi_node *cluster,
                            struct capi_lacks *lacks)
{
    size_t room = 16;
    size_t depth = 0;
    auto_free const struct capi_node **stack = xcalloc(room, sizeof(*stack));
    /* Each node once: hierarchies are small, and a set beside the graph keeps it const. */
    json_auto_t *seen = json_object();
    stack[depth++] = cluster;
    while (depth) {
        const struct capi_node *node = stack[--depth];
        need_identity(graph, lacks, node);
        for (size_t i = 0; i < node->dependent_count; i++) {
            auto_free char *key = xasprintf("%p", (void *)node->dependents[i]);
            if (json_object_get(seen, key))
                continue;
            json_object_set_new(seen, key, json_true());
            if (depth == room)
                stack = xreallocarray(stack, room *= 2, sizeof(*stack));
            stack[depth++] = node->dependents[i];
        }
    }
}

void capi_graph_lacks(const struct capi_graph *graph, const struct capi_node *cluster,
                      struct capi_lacks *lacks)
{
    static const char *const secrets[] = {"ca", "kubeconfig"};
    const struct capi_cluster *facts = cluster->cluster;
    need(graph, lacks, &facts->infrastructure, "infrastructureRef ", "");
    need(graph, lacks, &facts->control_plane, "controlPlaneRef ", "");
    for (size_t i = 0; i < array_length(secrets); i++) {
        auto_free char *name = xasprintf("%s-%s", cluster->name, secrets[i]);
        need_secret(graph, lacks, cluster->namespace_, name, "");
    }
    if (facts->class_name) {
        const struct capi_target class = {.group = (char[]){CAPI_GROUP},
                                          .kind = (char[]){"ClusterClass"},
                                          .namespace_ = facts->class_namespace,
                                          .name = facts->class_name};
        need(graph, lacks, &class, "", " of the topology");
    }
    if (facts->identity_name)
        need_secret(graph, lacks, cluster->namespace_, facts->identity_name,
                    " of clusterIdentityRefName");
    need_identities(graph, cluster, lacks);
}

void capi_lacks_clear(struct capi_lacks *lacks)
{
    for (size_t i = 0; i < lacks->count; i++) {
        free(lacks->items[i].what);
        capi_target_clear(&lacks->items[i].target);
    }
    free(lacks->items);
    *lacks = (struct capi_lacks){0};
}
