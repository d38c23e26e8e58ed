/*
 * A connection to a cluster in the making: each namespace that may lead there, each address in it,
 * until one answers.
 */
#ifndef DAEMON_DIAL_H
#define DAEMON_DIAL_H

#include "daemon/backend.h"
#include "daemon/loop.h"

struct server;

struct dial {
    struct server *server;     /* borrowed */
    struct backend *backend;   /* borrowed: the owner keeps it alive */
    struct loop_source source; /* once it is done: the owner's, with edge-triggered IN and OUT */
    struct timer timer;
    long long timeout_ms; /* for one address */
    bool in_order;        /* the best namespace and the first address, whatever worked last */
    bool over;         /* connected, and closed by the cluster already: no event tells it again */
    char *best;        /* owned: the namespace to begin with; NULL: the first candidate */
    size_t first;      /* of the route's targets: the one to begin with */
    struct strv tried; /* namespaces so far, this one too; "": our own */
    size_t target;     /* how many targets in this one before */
    size_t at;         /* which of the route's targets the attempt is for */
    char *namespace;   /* owned: of the attempt under way; NULL: our own */
    struct netns_id id;
    struct error *error; /* owned: why the last attempt failed */
    /* Called once, maybe before dial_start returns. SUCCESS: source.fd is connected. */
    void (*done)(struct dial *dial, bool success);
};

/* The four first members, timeout and done are set, the rest is zero, and source.fd is -1. */
void dial_start(struct dial *dial);
/* Also ends an attempt under way; does not call done. */
void dial_clear(struct dial *dial);

#endif
