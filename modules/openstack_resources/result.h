/*
 * Station result: what the task returns.
 */
#ifndef OPENSTACK_RESOURCES_RESULT_H
#define OPENSTACK_RESOURCES_RESULT_H

#include "openstack_resources/state.h"

void resources_result(void *state, const struct error *failure, json_t *result);

#endif
