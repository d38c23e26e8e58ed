/*
 * Station four: does the steps of the plan. In check mode there is nothing left to find out.
 */
#ifndef LXC_CONTAINER_APPLY_H
#define LXC_CONTAINER_APPLY_H

#include "base/error.h"

int ct_apply(void *state, struct error **err);
int ct_predict(void *state, struct error **err);

#endif
