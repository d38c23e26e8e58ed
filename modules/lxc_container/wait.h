/*
 * Waiting until a running container is ready, in the ways that the task asks for.
 */
#ifndef LXC_CONTAINER_WAIT_H
#define LXC_CONTAINER_WAIT_H

#include "base/error.h"
#include "lxc_container/state.h"

/* ERROR_TIMEOUT says what was not there; ERROR_IO when the container stops meanwhile. */
int wait_run(struct ct *ct, struct error **err) must_check;

/* Pure: 1: systemd has booted, 0: not yet, -1: it will not. WORD is the output of systemctl
 * is-system-running, RC its exit code. */
int wait_judge_systemd(const char *word, int rc);

#endif
