/*
 * From what is wished and what is there to what has to be done. Pure: no requests, no clock.
 */
#ifndef MAGNUM_TEMPLATE_PLAN_H
#define MAGNUM_TEMPLATE_PLAN_H

#include "magnum_template/state.h"

/* Station plan: fills action, differences, operations, body and immutable of every item. */
int magnum_plan(void *state, struct error **err);

/* The same for one item, again, after found changed. */
int magnum_plan_item(struct magnum *magnum, struct magnum_item *item, struct error **err)
    must_check;

/* Whether every difference is one that a template in use may have, each on its own. */
bool magnum_fits_in_use(const struct magnum_item *item);

/* The operations of a PATCH for the attributes of DIFFERENCES that are named in ONLY (NULL: all).
 * Owned. */
json_t *magnum_operations(const json_t *differences, const char *only) must_check;

/*
 * What becomes of ITEM, which cannot become what is wanted for the reason WHY: another action, by
 * on_immutable, or an error.
 */
int magnum_plan_immutable(struct magnum *magnum, struct magnum_item *item, const char *why,
                          struct error **err) must_check;

/* Runs the label rules over TEMPLATE, as far as the task wants that: warnings to the item, or one
 * ERROR_USAGE with all of them. */
int magnum_check_labels(const struct magnum *magnum, struct magnum_item *item,
                        const json_t *template_, struct error **err) must_check;

#endif
