/*
 * One cluster as the data thread knows it: its route, the namespaces that may lead to it, its
 * health and what was counted. And the table of all of them.
 *
 * A backend lives as long as it has a route or a connection.
 */
#ifndef DAEMON_BACKEND_H
#define DAEMON_BACKEND_H

#include "base/strv.h"
#include "daemon/exchange.h"
#include "daemon/netns.h"
#include "daemon/routes.h"

/* What probes said in a row, and what follows from it. */
struct verdict {
    enum health_state state;
    unsigned failures; /* in a row */
};
enum { VERDICT_DOWN_AFTER = 2 };
/* True when the state changed. Two failures in a row are down, one success is up. Pure. */
bool verdict_add(struct verdict *verdict, bool success) must_check;

struct probe;

struct backend {
    char *cluster;        /* owned */
    struct routes *table; /* a reference: keeps ROUTE */
    const struct route *route;
    struct strv candidates; /* namespaces, the best first; empty without a network */
    char *good;             /* owned: the namespace that worked last; NULL: none yet */
    struct netns_id good_id;
    size_t first; /* of the route's targets: the one that answered last */
    struct verdict verdict;
    long long since_ms;
    bool listed;                    /* in the table */
    struct probe *probe;            /* owned by daemon/probe.c, or NULL */
    unsigned long long connections; /* open */
    unsigned long long opened;
    unsigned long long failed;
    unsigned long long bytes_in;  /* from clients */
    unsigned long long bytes_out; /* to clients */
};

/* Sorted by cluster. */
struct backends {
    struct backend **items; /* owned */
    size_t count;
};

struct backend *backends_find(const struct backends *backends, const char *cluster);

/*
 * Makes the table follow ROUTES: GONE and ADDED are called for each backend that lost or got its
 * place, or whose way changed (both then: what it was is gone).
 */
struct backends_change {
    void (*gone)(void *context, struct backend *backend);
    void (*added)(void *context, struct backend *backend);
    void *context;
};
void backends_follow(struct backends *backends, struct routes *routes,
                     const struct backends_change *change);

/* Empties the table; CHANGE as in backends_follow. */
void backends_clear(struct backends *backends, const struct backends_change *change);
/* Frees what has neither a place in the table nor a connection. */
void backend_release(struct backend *backend);

/* Namespaces in the order in which to try them: BEST (may be NULL), then the other CANDIDATES. */
size_t backend_ways(const struct backend *backend);
/* NULL: our own namespace. */
const char *backend_way(const struct backend *backend, const char *best, size_t index);
/* Targets of the route likewise: FIRST, then those after it, all around. */
size_t backend_target(const struct backend *backend, size_t first, size_t index);
/*
 * In NAMESPACE (NULL: our own), which is ID, the route's TARGET answered. True when the namespace
 * was surely made anew since last time: the kernel gives the number of a namespace that is gone to
 * a new one, so nothing but a line in the log may depend on it.
 */
bool backend_worked(struct backend *backend, const char *namespace, const struct netns_id *id,
                    size_t target);

#endif
