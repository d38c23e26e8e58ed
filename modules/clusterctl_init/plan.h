/*
 * Station three: the order of the steps is clusterctl's and fixed; what is left to plan is whether
 * the task can work at all. Pure.
 */
#ifndef CLUSTERCTL_INIT_PLAN_H
#define CLUSTERCTL_INIT_PLAN_H

#include "clusterctl_init/state.h"

int cc_plan(void *state, struct error **err);

#endif
