/*
 * Removing a container: as liblxc does it, or by hand where liblxc cannot read it.
 */
#ifndef LXC_CONTAINER_DESTROY_H
#define LXC_CONTAINER_DESTROY_H

#include "base/error.h"
#include "lxc_container/state.h"

/* Whether a task that removes the container, or puts a snapshot in its place, can do so:
 * ERROR_USAGE names the mounts, snapshots or clones that are in the way, before anything is
 * stopped. Of mounts nothing is said yet where the container runs and has hooks for its end, which
 * may unmount them. */
int destroy_check(const struct ct *ct, struct error **err) must_check;
/* The same of mounts alone, for a container that is stopped. */
int destroy_check_mounts(const struct ct *ct, struct error **err) must_check;
/* The container is stopped. */
int destroy_run(struct ct *ct, struct error **err) must_check;

/* What liblxc leaves where the root file system is not managed, although it says that it has
 * removed the container: nothing goes but the files that are known to be no part of that, the
 * configuration last, and the folders that are empty then. */
int destroy_rest(const struct ct *ct, struct error **err) must_check;

/* Kills what runs under the name, unmounts what is mounted below the folder, removes the folder.
 * Never leaves the folder. */
int destroy_by_force(struct ct *ct, struct error **err) must_check;

#endif
