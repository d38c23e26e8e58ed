/*
 * The requests by which objects are changed, as the tables of the kinds describe them: for station
 * apply and the hooks of the kinds.
 */
#ifndef OPENSTACK_RESOURCES_SEND_H
#define OPENSTACK_RESOURCES_SEND_H

#include "openstack_resources/state.h"

/* The body of a request: what the item says of the attributes, without what is around them. WHOLE:
 * with everything that a new object gets; else only what differs. NULL with an error when something
 * that the item refers to has no ID. Owned. */
json_t *resource_body(const struct resources *all, const struct resource *item, bool whole,
                      struct error **err) must_check;

/* "/users/ID" of the item's object, owned. */
char *resource_path(const struct resource *item) must_check;

/* POST and PATCH with BODY, which has everything around it. What the service answers becomes
 * after. */
int resource_post(const struct resources *all, struct resource *item, const json_t *body,
                  struct error **err) must_check;
int resource_patch(const struct resources *all, struct resource *item, const json_t *body,
                   struct error **err) must_check;

/* DELETE. What is not there any more is as wanted, and no change. */
int resource_delete(const struct resources *all, struct resource *item, struct error **err)
    must_check;
int resource_delete_at(const struct resources *all, struct resource *item, const char *path,
                       struct error **err) must_check;

/* Makes, changes and removes the item's object in the usual way. */
int resource_create(const struct resources *all, struct resource *item, struct error **err)
    must_check;
int resource_update(const struct resources *all, struct resource *item, struct error **err)
    must_check;

#endif
