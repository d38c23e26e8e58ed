/*
 * What passes from station to station in magnum_template.
 */
#ifndef MAGNUM_TEMPLATE_STATE_H
#define MAGNUM_TEMPLATE_STATE_H

#include <jansson.h>
#include <stdbool.h>

#include "ansible/am_run.h"
#include "magnum_template/args.h"
#include "ostack/client.h"
#include "ostack/lookup.h"
#include "ostack/magnum.h"

enum magnum_action {
    ACTION_NONE,
    ACTION_CREATE,
    ACTION_UPDATE,
    ACTION_DELETE,
    ACTION_RECREATE,
    ACTION_NEW_VERSION,
};

/* One template of the task: what is there, what is to be done, what was done. */
struct magnum_item {
    const struct magnum_wish *wish; /* borrowed */

    /* observe */
    json_t *found;    /* owned: the template; NULL: none */
    json_t *listed;   /* owned list, with state info: all that match */
    bool foreign;     /* found belongs to another project */
    unsigned version; /* with new_version: the number of found, 1 for a name without one */

    /* plan */
    enum magnum_action action;
    json_t *differences; /* owned: attribute → {before, after}, in Magnum's shape */
    json_t *operations;  /* owned: of the one PATCH that does it all */
    json_t *body;        /* owned: of a POST */
    char *immutable;     /* owned: why found cannot become what is wanted; NULL: it can */
    struct strv warnings;

    /* apply, predict */
    json_t *after; /* owned: the template now, or as it would be */
    char *request_id;
    bool done;    /* the action was carried out, or there was none */
    bool changed; /* something was, although the action may have failed behind it */
};

struct magnum {
    struct am_context *context; /* borrowed */
    struct magnum_args args;
    struct osk_cloud cloud;
    struct osk_client *client;
    char *project;             /* of the token; owned: tokens are renewed; NULL: not known */
    bool admin;                /* the token has the role */
    struct magnum_item *items; /* owned */
    size_t count;
    struct osk_lookup *lookups; /* owned: what was looked up, once each */
    size_t lookup_count;
    struct strv texts; /* owned: texts of lookups */
};

/* args: from the validated parameters to the state. */
void *magnum_open(const json_t *params, struct am_context *context, struct error **err);
void magnum_close(void *state);

/* "template "k8s"", or with its UUID when it has no name in the task: for messages. Owned. */
char *magnum_label(const struct magnum_item *item) must_check;
/* What the item's last plan made is forgotten. */
void magnum_item_replan(struct magnum_item *item);
/* The answer to a question about TEXT; NULL: it was not asked. */
const struct osk_lookup *magnum_lookup_find(const struct magnum *magnum, enum osk_kind kind,
                                            const char *text);

#endif
