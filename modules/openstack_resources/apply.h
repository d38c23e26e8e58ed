/*
 * Station apply: does what the plan says.
 */
#ifndef OPENSTACK_RESOURCES_APPLY_H
#define OPENSTACK_RESOURCES_APPLY_H

#include "openstack_resources/state.h"

int resources_apply(void *state, struct error **err);

#endif
