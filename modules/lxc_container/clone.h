/*
 * A copy of the container under another name.
 */
#ifndef LXC_CONTAINER_CLONE_H
#define LXC_CONTAINER_CLONE_H

#include "base/error.h"
#include "lxc_container/state.h"

/* Sets ct->do_clone. A full copy needs the program rsync: ERROR_NOT_FOUND names it. */
int clone_observe(struct ct *ct, struct error **err) must_check;

/* Makes the copy of the stopped container, and takes out of it what only one can have. */
int clone_run(struct ct *ct, struct error **err) must_check;

/* ERROR_NOT_FOUND unless rsync is there, or the container is of a store that copies by itself. */
int clone_check_rsync(const struct ct *ct, struct error **err) must_check;

#endif
