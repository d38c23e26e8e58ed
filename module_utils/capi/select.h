/*
 * What travels: the objects that clusterctl would move, and named extras; and why the rest does
 * not. Pure: decides on a linked graph, asks nobody.
 */
#ifndef CAPI_SELECT_H
#define CAPI_SELECT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/strv.h"
#include "capi/graph.h"

struct capi_select_options {
    const struct strv *clusters; /* names, ns/name, Magnum UUIDs; NULL or empty: all */
    bool unused_classes;         /* also ClusterClasses that no selected Cluster uses */
    bool cloud_configs;          /* Secret <cluster>-cloud-config */
    bool identities;             /* identityRef's Secret, or identity object and its Secret */
    bool skip_unready;           /* leave out what belongs to Clusters with reasons alone */
};

/*
 * Decides for every observed node: why, or skip. Call capi_graph_link before; capi_gate_check too
 * when skip_unready. A node that is wanted by name (extra_resources) travels as an extra.
 *
 * A partial selection holds the nodes that have a wanted Cluster as tenant, the (soft) owners of
 * these transitively, with their own dependents where those are shared by no other Cluster, and the
 * extras of the wanted Clusters. ERROR_NOT_FOUND names a wanted cluster that is not there.
 */
int capi_select(struct capi_graph *graph, const struct capi_select_options *options,
                struct error **err) must_check;

/* Whether TEXT is the name of NODE, a Cluster or ClusterClass, or its ns/name, or Magnum's UUID. */
bool capi_select_names(const char *text, const struct capi_node *node);

/* Objects that selected nodes refer to and the graph has not observed, to be read and added before
 * linking again: classes in other namespaces and their templates, identities, Secrets. Duplicates
 * are left out. An empty list: complete. */
struct capi_wants {
    struct capi_target *items; /* owned; kind and group as far as known */
    enum capi_why *why;        /* owned, parallel */
    size_t count;
};
void capi_select_wants(const struct capi_graph *graph, const struct capi_select_options *options,
                       struct capi_wants *wants);
void capi_wants_clear(struct capi_wants *wants);
#define auto_capi_wants cleanup_with(capi_wants_clear)

#endif
