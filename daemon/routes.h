/*
 * The table of clusters that the proxy can reach: who they are and where. Built by one thread, then
 * published (daemon/exchange.h) and from there on immutable and counted, so that threads share it
 * without copying.
 *
 * Never holds anything that changes while connections run: health and namespaces are looked up by
 * whoever connects.
 */
#ifndef DAEMON_ROUTES_H
#define DAEMON_ROUTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct route_target {
    char *address; /* IPv4 or IPv6 address as text, without brackets */
    uint16_t port;
};

struct route {
    char *cluster; /* lower case; what clients ask for by name, see daemon/names.h */
    char
        *network; /* id at the end of the namespaces' names; NULL: connect from our own namespace */
    struct route_target *targets; /* tried in this order; at least one */
    size_t count;
};

struct routes;

/* An empty table with one reference; only its maker may add to it, and only before publishing. */
struct routes *routes_new(void) must_check;
/* One more reference. Returns ROUTES. */
struct routes *routes_ref(struct routes *routes);
/* Drops a reference. */
void routes_free(struct routes *routes);
define_cleanup(routes, struct routes *, routes_free)
#define auto_routes cleanup_with(routes_cleanup)

/*
 * Adds a target of CLUSTER (case does not matter). A cluster that is there already gets a further
 * target; its network must then be the same. NETWORK may be NULL. ERROR_PARSE names the cluster and
 * what is wrong: no valid DNS label, no IP address, port 0, a network id with a slash, ….
 */
int routes_add(struct routes *routes, const char *cluster, const char *network,
               const struct route_target *target, struct error **err) must_check;

size_t routes_count(const struct routes *routes);
/* By cluster name, sorted. Borrowed. INDEX below routes_count. */
const struct route *routes_get(const struct routes *routes, size_t index);
/* Borrowed, or NULL. CLUSTER in lower case. */
const struct route *routes_find(const struct routes *routes, const char *cluster);
/* Same network and targets; the name is not compared. */
bool route_equal(const struct route *a, const struct route *b);

/*
 * Reads a static table: JSON, a list of {"cluster": …, "network": … or null, "address": …, "port":
 * 6443}. NULL with ERROR_IO or ERROR_PARSE, which name PATH and the entry.
 */
struct routes *routes_read(const char *path, struct error **err) must_check;

#endif
