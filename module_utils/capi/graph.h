/*
 * Objects and what connects them, as clusterctl's object graph: owners, soft owners, and the
 * hierarchies (tenants) that decide what belongs together. Pure: no requests. Linear in nodes and
 * references.
 *
 * Unlike clusterctl, the identity of a node comes from its body, never from a reference to it.
 */
#ifndef CAPI_GRAPH_H
#define CAPI_GRAPH_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "capi/node.h"

struct capi_graph {
    struct capi_node **nodes; /* owned; observed ones and, once linked, referred ones */
    size_t count, room;
    json_t *by_uid;  /* owned: uid → position */
    json_t *by_name; /* owned: the same by identity, of observed nodes */
};

void capi_graph_init(struct capi_graph *graph);
void capi_graph_clear(struct capi_graph *graph);
#define auto_capi_graph cleanup_with(capi_graph_clear)

/* Adds NODE; one of the same uid is replaced. Links are gone until capi_graph_link. Borrowed
 * pointers to other observed nodes stay good. A node without uid is its own. */
void capi_graph_add_take(struct capi_graph *graph, struct capi_node *node_take);
/* Removes the observed nodes of one origin. Links are gone. */
void capi_graph_remove_origin(struct capi_graph *graph, size_t origin);

/*
 * Makes the links anew: owners (a node for every uid that is referred to), soft owners, dependents,
 * tenants, global hierarchies. Decisions of before are forgotten. May be called again after
 * changes.
 *
 * Soft owners: a Secret without ownerReferences named <cluster>-<purpose>, split at the last dash,
 * purpose one of kubeconfig ca etcd sa proxy: its Cluster; a Cluster with topology: its
 * ClusterClass; a ClusterResourceSetBinding: the Cluster in spec.clusterName. Cluster and others
 * are of one namespace.
 */
void capi_graph_link(struct capi_graph *graph);

/* Borrowed, or NULL. Only observed nodes are found by name; NAMESPACE is "" for global ones. */
struct capi_node *capi_graph_find_uid(const struct capi_graph *graph, const char *uid);
struct capi_node *capi_graph_find(const struct capi_graph *graph, const char *group,
                                  const char *kind, const char *namespace_, const char *name);

/* True when a kind or label makes the node travel by itself: move, or the head of a hierarchy. */
bool capi_node_forced(const struct capi_node *node);
/* True when TENANT is among the tenants of NODE. */
bool capi_node_has_tenant(const struct capi_node *node, const struct capi_node *tenant);

/* ---- what a Cluster needs to be whole */

/* One thing that CLUSTER needs and that is missing from the graph: "infrastructureRef
 * OpenStackCluster ns/x", "Secret ns/x-ca", "Secret ns/x-cloud-config of identityRef". */
struct capi_lack {
    char *what;                /* owned, for messages */
    struct capi_target target; /* owned; namespace_ "" when cluster-scoped */
};
struct capi_lacks {
    struct capi_lack *items; /* owned */
    size_t count;
};
/* Adds to LACKS what CLUSTER, an observed Cluster of the linked GRAPH, refers to and GRAPH has not
 * observed: infrastructure, control plane, CA and kubeconfig Secrets, the identities of its
 * hierarchy, its class. Whether they travel is not asked. */
void capi_graph_lacks(const struct capi_graph *graph, const struct capi_node *cluster,
                      struct capi_lacks *lacks);
void capi_lacks_clear(struct capi_lacks *lacks);
#define auto_capi_lacks cleanup_with(capi_lacks_clear)

#endif
