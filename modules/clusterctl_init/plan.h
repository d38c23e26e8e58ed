/*
 * Station three: the order of the steps is clusterctl's and fixed, and which they are is known once
 * the world was read; what is left is to warn of what the task will not do. Pure.
 */
#ifndef CLUSTERCTL_INIT_PLAN_H
#define CLUSTERCTL_INIT_PLAN_H

#include "clusterctl_init/state.h"

int cc_plan(void *state, struct error **err);

#endif
