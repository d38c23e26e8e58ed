/*
 * What the APIs of Keystone, Glance and Nova have in common: whole collections, page by page and
 * many at a time, and single changes. Objects stay JSON, as the service writes them. Knows nothing
 * of what they mean.
 */
#ifndef OSTACK_REST_H
#define OSTACK_REST_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "ostack/client.h"

/* A collection that is to be read. */
struct osk_listing {
    enum osk_service service;
    char *path;         /* owned: behind the service's base URL, may hold a query */
    const char *member; /* static: of the answer, with the list */
    json_t *items;      /* owned list of objects; NULL: not read yet */
};

/* Reads all COUNT listings whose items are NULL at once, each with all its pages. The first one
 * that fails ends it. */
int osk_listings_read(struct osk_client *client, struct osk_listing *listings, size_t count,
                      struct error **err) must_check;
void osk_listing_clear(struct osk_listing *listing);

/* The marker of the page behind PAGE, decoded and owned, whichever service's it is; NULL: there is
 * none. Of the URL with the marker nothing else counts: behind a proxy it names a host and a scheme
 * that only the server knows. */
char *osk_page_marker(const json_t *page, const char *member) must_check;
/* PATH with the marker in its query, owned. MARKER may be NULL. */
char *osk_page_path(const char *path, const char *marker) must_check;

/* A change. */
struct osk_change_request {
    enum osk_service service;
    const char *method; /* static */
    const char *path;
    const json_t *body;       /* NULL: none */
    const char *content_type; /* static; NULL: application/json */
    bool credentials;         /* the body holds some */
};

/* Sends it. *answer, which may be NULL, receives the answer's object, owned, or NULL when the
 * answer has no body. */
int osk_rest_send(struct osk_client *client, const struct osk_change_request *request,
                  json_t **answer, struct error **err) must_check;
/* Sends SIZE bytes of the open file FD as they are (application/octet-stream), without ever holding
 * more than a piece of them. */
int osk_rest_upload(struct osk_client *client, const struct osk_change_request *request, int fd,
                    unsigned long long size, struct error **err) must_check;
/* GET. The answer's object, owned. */
json_t *osk_rest_get(struct osk_client *client, enum osk_service service, const char *path,
                     struct error **err) must_check;
/* DELETE. 1: deleted; 0: there was none; -1: failed. */
int osk_rest_delete_lookup(struct osk_client *client, enum osk_service service, const char *path,
                           struct error **err) must_check;

#endif
