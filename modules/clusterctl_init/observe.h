/*
 * Station two: connects, reads the inventory and the files of the providers, and looks at the
 * objects that they are made of.
 */
#ifndef CLUSTERCTL_INIT_OBSERVE_H
#define CLUSTERCTL_INIT_OBSERVE_H

#include "clusterctl_init/state.h"

int cc_observe(void *state, struct error **err);

#endif
