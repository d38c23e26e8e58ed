/*
 * Which of the objects that were listed is an item's. Pure.
 */
#ifndef OPENSTACK_RESOURCES_FIND_H
#define OPENSTACK_RESOURCES_FIND_H

#include "openstack_resources/state.h"

/* Fills found, or objects for information. -1 with an ERROR_CONFLICT that lists the IDs when
 * several fit. */
int resource_find(const struct resources *all, struct resource *item, struct error **err)
    must_check;

#endif
