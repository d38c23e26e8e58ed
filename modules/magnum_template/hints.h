/*
 * What lies behind texts of Magnum that do not say it: the cause, and what to do.
 */
#ifndef MAGNUM_TEMPLATE_HINTS_H
#define MAGNUM_TEMPLATE_HINTS_H

#include "magnum_template/state.h"

/* Puts the remedy behind *err, the answer to a change of ITEM, where there is one. */
void magnum_hint(const struct magnum *magnum, const struct magnum_item *item, struct error **err);

#endif
