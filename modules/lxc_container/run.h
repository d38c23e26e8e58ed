/*
 * The four verbs that change the state of a container, each with its limits of time.
 */
#ifndef LXC_CONTAINER_RUN_H
#define LXC_CONTAINER_RUN_H

#include "base/error.h"
#include "lxc_container/state.h"

/* One attempt; ERROR_IO with what liblxc logged first. A container without a root file system is
 * refused: it would run on the host's. */
int run_start(struct ct *ct, struct error **err) must_check;
/* Asks it to shut down, and after the time of the task kills it, or fails. */
int run_stop(struct ct *ct, struct error **err) must_check;
int run_freeze(struct ct *ct, struct error **err) must_check;
int run_thaw(struct ct *ct, struct error **err) must_check;

/* Kills what runs under the name of the container, whatever its state is. */
int run_kill(struct ct *ct, struct error **err) must_check;

#endif
