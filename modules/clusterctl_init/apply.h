/*
 * Station four: walks the steps. In check mode the same walk with a dry-run client.
 */
#ifndef CLUSTERCTL_INIT_APPLY_H
#define CLUSTERCTL_INIT_APPLY_H

#include "clusterctl_init/state.h"

int cc_apply(void *state, struct error **err);

#endif
