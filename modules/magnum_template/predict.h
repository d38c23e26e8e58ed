/*
 * Station predict, in check mode instead of apply: what would become of the templates, and what
 * Magnum would refuse.
 */
#ifndef MAGNUM_TEMPLATE_PREDICT_H
#define MAGNUM_TEMPLATE_PREDICT_H

#include "magnum_template/state.h"

/* Asks which templates are in use, because that decides what can be changed; changes nothing. */
int magnum_predict(void *state, struct error **err);

#endif
