/*
 * Removing a container: as liblxc does it, or by hand where liblxc cannot read it.
 */
#ifndef LXC_CONTAINER_DESTROY_H
#define LXC_CONTAINER_DESTROY_H

#include "base/error.h"
#include "lxc_container/state.h"

/* The container is stopped. ERROR_USAGE names the snapshots or clones that are in the way. */
int destroy_run(struct ct *ct, struct error **err) must_check;

/* Kills what runs under the name, unmounts what is mounted below the folder, removes the folder.
 * Never leaves the folder. */
int destroy_by_force(struct ct *ct, struct error **err) must_check;

#endif
