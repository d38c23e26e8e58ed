/*
 * The objects of one collection as the API server told us: listed once, then kept by the events of
 * a watch. Of each object only the parts that are needed stay. Pure.
 */
#ifndef DAEMON_STORE_H
#define DAEMON_STORE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct store {
    const char *what;          /* static, for messages: "EndpointSlices" */
    const char *const *fields; /* static, ended by NULL: dotted paths that stay besides metadata */
    const char *stamp;        /* static: an annotation that is a mere sign of life; NULL: none is */
    char *path;               /* owned: of the collection; NULL: not known yet */
    json_t *items;            /* owned: name -> object */
    char *version;            /* owned: where a watch goes on; NULL: has to be listed */
    bool changed;             /* since the owner cleared this, versions and signs of life aside */
    bool cannot_watch;        /* it was refused: lists have to do */
    long long watch_again_at; /* by base/clock.h; when it is tried nevertheless */
    /* Told of each object that comes, changed or not; NULL: nobody is. */
    void (*seen)(void *context, const char *name, const json_t *object);
    void *context;
};

void store_init(struct store *store, const char *what, const char *const *fields);
void store_clear(struct store *store);

/* A whole list: pages of items, then the version that it is of. */
void store_begin(struct store *store);
void store_add_page(struct store *store, const json_t *list);
void store_end(struct store *store, const char *version);

/* One object as the server has it now, or without it. */
void store_put(struct store *store, const json_t *object);
void store_remove(struct store *store, const char *name);

/*
 * One line of a watch. -1: the watch cannot go on from where it is (ERROR_STATUS, or ERROR_PARSE
 * for what is no event); the collection then has to be listed again.
 */
int store_event(struct store *store, const char *line, size_t length, struct error **err)
    must_check;

#endif
