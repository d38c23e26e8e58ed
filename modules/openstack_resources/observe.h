/*
 * Station observe: the cloud, the token, and what is there of what the task names. Everything that
 * can be asked at the same time is.
 */
#ifndef OPENSTACK_RESOURCES_OBSERVE_H
#define OPENSTACK_RESOURCES_OBSERVE_H

#include "openstack_resources/state.h"

int resources_observe(void *state, struct error **err);

#endif
