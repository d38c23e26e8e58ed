/*
 * What the APIs of all services have in common: whole collections, page by page and
 * many at a time, and single changes. Objects stay JSON, as the service writes them. Knows nothing
 * of what they mean.
 */
#ifndef OSTACK_REST_H
#define OSTACK_REST_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "ostack/client.h"

/* A collection that is to be read, or one object. */
struct osk_listing {
    enum osk_service service;
    char *path;         /* owned: behind the service's base URL, may hold a query */
    const char *member; /* static: of the answer, with the list or object; "": the answer itself */
    bool single;        /* the path is that of one object: a list of it, empty when there is none */
    json_t *items;      /* owned list of objects; NULL: not read yet */
    struct error *error; /* owned: why it cannot be read; from osk_listings_try alone */
};

/* Reads all COUNT listings whose items are NULL at once, each with all its pages. The first one
 * that fails ends it. */
int osk_listings_read(struct osk_client *client, struct osk_listing *listings, size_t count,
                      struct error **err) must_check;
/* The same, but a listing that fails gets an error, and the others go on. -1 only when nothing can
 * be asked at all, or a signal told us to stop. */
int osk_listings_try(struct osk_client *client, struct osk_listing *listings, size_t count,
                     struct error **err) must_check;
void osk_listing_clear(struct osk_listing *listing);

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
