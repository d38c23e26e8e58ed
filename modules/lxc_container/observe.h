/*
 * Station two: takes the lock, finds the container, its state and its configuration.
 */
#ifndef LXC_CONTAINER_OBSERVE_H
#define LXC_CONTAINER_OBSERVE_H

#include "base/error.h"
#include "lxc_container/state.h"

int ct_observe(void *state, struct error **err);

#endif
