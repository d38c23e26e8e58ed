/*
 * Station four: does the steps of the plan; in check mode says of them that they were done.
 */
#ifndef LXC_CONTAINER_APPLY_H
#define LXC_CONTAINER_APPLY_H

#include "base/error.h"

int ct_apply(void *state, struct error **err);
int ct_predict(void *state, struct error **err);

#endif
