/*
 * Cluster templates of Magnum's API, v1: list, create, patch, delete; and which clusters use them.
 * Templates stay JSON, as Magnum writes them.
 */
#ifndef OSTACK_MAGNUM_H
#define OSTACK_MAGNUM_H

#include <jansson.h>
#include <stdbool.h>

#include "ostack/client.h"

/*
 * Magnum works within a project: ERROR_USAGE when the token is one for a domain or for the system.
 * Logs in when that has not happened yet.
 */
int osk_magnum_check_scope(struct osk_client *client, struct error **err) must_check;

/* The project of the token; borrowed, until the next login, which any request may bring; NULL: not
 * known. */
const char *osk_magnum_project(const struct osk_client *client);
/* Whether the token has the role ROLE. */
bool osk_magnum_has_role(const struct osk_client *client, const char *role);

/* All templates that are visible, page by page, as a list; owned. */
json_t *osk_magnum_list(struct osk_client *client, struct error **err) must_check;

/* The templates that clusters refer to: an object template UUID → number of visible clusters. */
json_t *osk_magnum_references(struct osk_client *client, struct error **err) must_check;

/* What a change came to. */
struct osk_change {
    json_t *template_; /* owned: as Magnum answered; NULL after a delete */
    char *request_id;  /* owned or NULL */
};

void osk_change_clear(struct osk_change *change);

/* POST. BODY is the bare template. */
int osk_magnum_create(struct osk_client *client, const json_t *body, struct osk_change *out,
                      struct error **err) must_check;
/* PATCH with OPERATIONS, a list of {op, path, value}. */
int osk_magnum_patch(struct osk_client *client, const char *uuid, const json_t *operations,
                     struct osk_change *out, struct error **err) must_check;
/* DELETE. 1: deleted; 0: there was none; -1: failed. */
int osk_magnum_delete_lookup(struct osk_client *client, const char *uuid, struct osk_change *out,
                             struct error **err) must_check;

/* Whether ERROR says that clusters use the template. */
bool osk_magnum_is_referenced(const struct error *error);

#endif
