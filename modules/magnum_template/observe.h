/*
 * Station observe: the cloud, the token, the templates, and what names stand for.
 */
#ifndef MAGNUM_TEMPLATE_OBSERVE_H
#define MAGNUM_TEMPLATE_OBSERVE_H

#include "magnum_template/state.h"

int magnum_observe(void *state, struct error **err);

/* Reads the templates again and finds ITEM's. */
int magnum_observe_again(struct magnum *magnum, struct magnum_item *item, struct error **err)
    must_check;

#endif
