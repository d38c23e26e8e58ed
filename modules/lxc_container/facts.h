/*
 * What can be told about a container, as it is now.
 */
#ifndef LXC_CONTAINER_FACTS_H
#define LXC_CONTAINER_FACTS_H

#include <jansson.h>

#include "lxc_container/state.h"

/* The store of a defined container, "dir" or what stands before the path of its root file system,
 * owned. */
char *facts_store(const struct ct *ct) must_check;

/* The root file system that goes with a defined container, apart from its folder, owned; of an
 * overlay the upper layer. NULL when it stays, or there is none. */
char *facts_managed_rootfs(const struct ct *ct) must_check;

/* Adds state, init_pid, interfaces, ips, autostart, rootfs_path, backing_store, networks and
 * snapshots to FACTS. Never fails: what cannot be found out is empty. */
void facts_add(struct ct *ct, json_t *facts);

#endif
