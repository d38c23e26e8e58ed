/*
 * container_command: whether it has to run, running it, and what became of it.
 */
#ifndef LXC_CONTAINER_COMMAND_H
#define LXC_CONTAINER_COMMAND_H

#include "base/error.h"
#include "lxc_container/state.h"

/* Sets ct->skip_command when creates or removes can be looked at and say so. */
int command_observe(struct ct *ct, struct error **err) must_check;

/* Runs it in the running container; ct->done.command is its result also when it failed. */
int command_run(struct ct *ct, struct error **err) must_check;

#endif
