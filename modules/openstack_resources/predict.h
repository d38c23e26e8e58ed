/*
 * Station predict, in check mode instead of apply: what would become of the resources.
 */
#ifndef OPENSTACK_RESOURCES_PREDICT_H
#define OPENSTACK_RESOURCES_PREDICT_H

#include "openstack_resources/state.h"

/* Asks nobody. */
int resources_predict(void *state, struct error **err);

#endif
