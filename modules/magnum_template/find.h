/*
 * Which of the templates that Magnum lists is the one that a task means. Pure.
 */
#ifndef MAGNUM_TEMPLATE_FIND_H
#define MAGNUM_TEMPLATE_FIND_H

#include "magnum_template/state.h"

/*
 * Fills found, foreign, version and listed of ITEM from ALL, the list of Magnum. ERROR_CONFLICT
 * lists the UUIDs when several templates fit: none of them is picked.
 */
int magnum_find(const struct magnum *magnum, struct magnum_item *item, const json_t *all,
                struct error **err) must_check;

/* NAME without the "-v2" of a version; *version is its number, 1 when there is none. Owned. */
char *magnum_base_name(const char *name, unsigned *version) must_check;

#endif
