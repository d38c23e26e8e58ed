/*
 * Whether the clusters are in a state to be moved, by clusterctl's rules and in its words. Pure.
 */
#ifndef CAPI_GATE_H
#define CAPI_GATE_H

#include <stddef.h>

#include "base/error.h"
#include "base/strv.h"
#include "capi/graph.h"

/*
 * Fills reasons, machines and control_plane_machines of every observed Cluster of the linked GRAPH:
 * "cannot start the move operation while "cluster.x-k8s.io/v1beta2, Kind=Cluster" ns/x is still
 * provisioning the infrastructure" and so on, also those of its Machines. Returns how many Clusters
 * have reasons.
 */
size_t capi_gate_check(struct capi_graph *graph);

/* 0, or -1 with ERROR_STATUS "failed to get object graph: failed to check for provisioned
 * infrastructure: …" and all reasons of all Clusters, sorted, in brackets when there are several.
 */
int capi_gate_strict(const struct capi_graph *graph, struct error **err) must_check;

#endif
