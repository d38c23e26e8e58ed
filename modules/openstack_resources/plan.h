/*
 * From what is wished and what is there to what has to be done. Pure: no requests, no clock.
 */
#ifndef OPENSTACK_RESOURCES_PLAN_H
#define OPENSTACK_RESOURCES_PLAN_H

#include "openstack_resources/state.h"

/* Station plan: fills action and differences of every item. */
int resources_plan(void *state, struct error **err);

#endif
