/*
 * The order in which selected objects are created: groups, in which everything's owners are in
 * earlier ones. Pure, linear.
 */
#ifndef CAPI_SEQUENCE_H
#define CAPI_SEQUENCE_H

#include <stddef.h>

#include "capi/graph.h"

/*
 * Gives every selected node its group_index, from 1: one more than the highest of its owners and
 * soft owners (a detached node counts only those that travel). What cannot be placed, because an
 * owner does not travel or because owners form a cycle, loses its why and gets the skip instead, as
 * do its dependents. Call after capi_select. Returns the number of groups.
 */
size_t capi_sequence(struct capi_graph *graph);

/* The placed nodes by group_index, then capi_node_compare; *count of them. The array is owned, the
 * nodes are borrowed. */
struct capi_node **capi_sequence_list(const struct capi_graph *graph, size_t *count) must_check;

#endif
