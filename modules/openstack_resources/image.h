/*
 * Making, changing and replacing images of Glance: hooks of kind_image.c.
 */
#ifndef OPENSTACK_RESOURCES_IMAGE_H
#define OPENSTACK_RESOURCES_IMAGE_H

#include "openstack_resources/state.h"

/* The property with the SHA-256 of the content, under the name that openstacksdk gave it. */
#define IMAGE_SHA256 "owner_specified.openstack.sha256"

/* Whether every image has NAME as an attribute, so that it is no property. */
bool image_is_attribute(const char *name);

/* Makes the image, or takes one that is there without content, and uploads the file. When that
 * fails an image that was made here is removed again, and the error says so. */
int image_create(const struct resources *all, struct resource *item, struct error **err) must_check;
int image_update(const struct resources *all, struct resource *item, struct error **err) must_check;
int image_remove(const struct resources *all, struct resource *item, struct error **err) must_check;
/* Uploads the new content as another image of that name, which has everything else from the old one
 * that the item does not say, then removes that. */
int image_replace(const struct resources *all, struct resource *item, struct error **err)
    must_check;

#endif
