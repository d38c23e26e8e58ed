/*
 * Station apply: does what the plan says.
 */
#ifndef MAGNUM_TEMPLATE_APPLY_H
#define MAGNUM_TEMPLATE_APPLY_H

#include "magnum_template/state.h"

int magnum_apply(void *state, struct error **err);

#endif
