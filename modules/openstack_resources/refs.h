/*
 * What the names in an item stand for: objects that are there, or that another item of the task
 * makes. Pure: reads what was observed, asks nobody.
 */
#ifndef OPENSTACK_RESOURCES_REFS_H
#define OPENSTACK_RESOURCES_REFS_H

#include "openstack_resources/state.h"

struct ref {
    const char *id;               /* borrowed; NULL: there is no such object, or not yet */
    const struct resource *maker; /* the item that makes it; NULL: none does */
};

/*
 * What the item's OPTION, which refers to another kind, stands for. 0 also when there is no such
 * thing: *out is empty then, as it is when the option was not given. -1: several have the name.
 */
int ref_of_option(const struct resources *all, const struct resource *item, const char *option,
                  struct ref *out, struct error **err) must_check;

/* The same, but -1 with an ERROR_NOT_FOUND when there is no ID. */
int ref_need(const struct resources *all, const struct resource *item, const char *option,
             struct ref *out, struct error **err) must_check;

/* -1 with an error when something that ITEM refers to is neither there nor going to be. */
int refs_check(const struct resources *all, const struct resource *item, struct error **err)
    must_check;

/* The path of the listing that holds what FIELD of ITEM refers to; NULL: there can be none, or
 * nothing is referred to. Owned. */
char *ref_listing(const struct resources *all, const struct resource *item,
                  const struct field *field) must_check;
/* The path of the listing that holds ITEM's object itself; NULL: there can be none. Owned. */
char *own_listing(const struct resources *all, const struct resource *item) must_check;

#endif
