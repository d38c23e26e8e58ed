/*
 * Which settings of a running container a new configuration reaches only by a restart, and whether
 * the running one has them. A change that was not followed by a restart is found again in a later
 * run, because the process that watches the container is asked.
 */
#ifndef LXC_CONTAINER_RESTART_H
#define LXC_CONTAINER_RESTART_H

#include <stdbool.h>

#include "base/strv.h"
#include "lxc_container/lib.h"

/* A running container does not notice a change of KEY. Pure. */
bool restart_needs(const char *key);

/* DISK (NULL: unknown) and RUNNING (NULL: empty or unknown) differ in a way that counts. Pure. */
bool restart_differs(const char *key, const char *disk, const char *running);

/* Adds the keys that tell whether VIEW has other network devices than what runs: those of its own
 * devices, and the one that lists all. */
void restart_network_keys(struct lxc_container *view, struct strv *keys);

/* Any of KEYS needs a restart and differs between VIEW, a loaded configuration, and what CONTAINER
 * runs with. CHANGED are those whose lines change: they count when the values cannot be had. */
bool restart_pending(struct lxc_container *view, struct lxc_container *container,
                     const struct strv *keys, const struct strv *changed);

#endif
