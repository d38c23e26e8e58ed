/*
 * Snapshots of a container: copies below its own folder that liblxc counts.
 */
#ifndef LXC_CONTAINER_SNAPSHOT_H
#define LXC_CONTAINER_SNAPSHOT_H

#include <jansson.h>

#include "base/error.h"
#include "base/strv.h"
#include "lxc_container/state.h"

/* The names of the snapshots that there are. */
void snapshot_names(const struct ct *ct, struct strv *names);
/* [{name, timestamp, comment}, …], owned. */
json_t *snapshot_list(const struct ct *ct) must_check;

/* Sets ct->do_snapshot. ERROR_USAGE for a name that cannot be had, ERROR_NOT_FOUND for one that is
 * not there. */
int snapshot_observe(struct ct *ct, struct error **err) must_check;
/* Pure: the files of the container itself are copied or replaced. */
bool snapshot_needs_rest(const struct ct_snapshot *snapshot);
/* Pure: a snapshot takes the place of the container, which is removed for it. */
bool snapshot_replaces(const struct ct_args *args);
/* Does what the option asks, with a container that is stopped where that is needed. */
int snapshot_run(struct ct *ct, struct error **err) must_check;

#endif
