/*
 * What passes from station to station in openstack_resources.
 */
#ifndef OPENSTACK_RESOURCES_STATE_H
#define OPENSTACK_RESOURCES_STATE_H

#include <jansson.h>
#include <stdbool.h>

#include "ansible/am_run.h"
#include "openstack_resources/args.h"
#include "openstack_resources/content.h"
#include "ostack/client.h"
#include "ostack/rest.h"

enum resource_action {
    ACTION_NONE,
    ACTION_CREATE,
    ACTION_UPDATE,
    ACTION_REMOVE,
    ACTION_RECREATE,
};

/* One item of the task: what is there, what is to be done, what was done. */
struct resource {
    const struct wish *wish; /* borrowed */
    const struct kind *kind; /* of the wish */
    const json_t *options;   /* of the wish */

    /* observe */
    json_t *found;            /* owned: the object; NULL: none */
    json_t *objects;          /* owned list, of a wish for information: all that fit */
    const char *password_was; /* what a diff calls the one that has to change; NULL: none has */
    struct content content;   /* of an image: what is known of the wanted one */
    bool content_differs;     /* the image has another one */
    bool content_missing;     /* the image has none yet */

    /* plan */
    enum resource_action action;
    json_t *differences; /* owned: option → {before, after} */

    /* apply, predict */
    json_t *after; /* owned: the object as the service told it last; NULL: as found, or none */
    bool done;     /* the action was carried out, or there was none */
    bool changed;  /* something was, by a request of ours, although the action may have failed
                      behind it */
};

struct resources {
    struct am_context *context; /* borrowed */
    struct resources_args args;
    struct osk_cloud cloud;
    struct osk_client *client;
    struct resource *items; /* owned, in the task's order */
    size_t count;
    struct osk_listing *listings; /* owned: what was asked for, once each */
    size_t listing_count;
};

/* args: from the validated parameters to the state. */
void *resources_open(const json_t *params, struct am_context *context, struct error **err);
void resources_close(void *state);

/* The ID of the item's object, borrowed; NULL: there is none, or not yet. */
const char *resource_id(const struct resource *item);

/* The listing at PATH of the kind's service; NULL: it was not asked for. */
const struct osk_listing *resources_listing(const struct resources *all, const struct kind *kind,
                                            const char *path);

/* Every item once, in the order in which things are done: what is to be there in the order of the
 * kinds, what is not in the reverse. COUNT pointers, owned. */
struct resource **resources_in_order(const struct resources *all) must_check;

#endif
