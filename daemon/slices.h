/*
 * The EndpointSlices by which proxies say "through me you reach this cluster", in the form of
 * magnum-cluster-api 0.38, and the sign of life of a host. Pure.
 *
 * A slice of ours has one label more than upstream's, endpointslice.kubernetes.io/managed-by. It
 * says that the host's sign of life, not the slice's own time, tells whether the slice is alive.
 * The sign of life is an EndpointSlice too, without endpoints and without a Service, because a
 * proxy may write nothing else; upstream's proxies expire it like any other. It owns the host's
 * slices: whoever deletes it, Kubernetes' garbage collector deletes them after it.
 */
#ifndef DAEMON_SLICES_H
#define DAEMON_SLICES_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "base/compiler.h"

#define SLICES_MANAGER "magnum-cluster-api-proxy"
/* The annotation with the time of the last writing. */
#define SLICES_STAMP "magnum-cluster-api.vexxhost.com/timestamp"

/* Where a host's proxy is reached. Everything is borrowed. */
struct place {
    const char *namespace_;
    const char *host;    /* see slices_host */
    const char *address; /* IPv4 or IPv6, as text */
    uint16_t port;
    const char *sign; /* uid of the host's sign of life; NULL: there is none yet */
};

/*
 * HOSTNAME as a part of object names and as a label's value: lower case, what is not allowed there
 * becomes '-', at most 63 bytes. Owned; "proxy" when nothing is left.
 */
char *slices_host(const char *hostname) must_check;

/* "CLUSTER-HOST", owned. */
char *slice_name(const char *cluster, const char *host) must_check;
/* The object to apply, owned, for a host with a sign of life. STAMP: see daemon/stamp.h. */
json_t *slice_wanted(const char *cluster, const struct place *place, const char *stamp) must_check;
/* True when LIVE says something else than WANTED, its time aside. */
bool slice_differs(const json_t *live, const json_t *wanted);
/* True when LIVE cannot become WANTED: the family of addresses never changes. */
bool slice_is_fixed(const json_t *live, const json_t *wanted);

/* "HOST.magnum-cluster-api-proxy", owned: no cluster's slice is called so, they have no dots. */
char *sign_name(const char *host) must_check;
/* The host's sign of life to apply, owned. */
json_t *sign_wanted(const struct place *place, const char *stamp) must_check;

/* What LIVE says, borrowed; NULL when it does not say. */
const char *slice_host_of(const json_t *live);    /* of a cluster's slice */
const char *slice_cluster_of(const json_t *live); /* likewise */
const char *sign_host_of(const json_t *live);     /* of a sign of life */
/* True for the slice of a cluster, made by any proxy. */
bool slice_is_proxied(const json_t *live);
/* True for what was made by a proxy like this one. */
bool slice_is_native(const json_t *live);
/* False without a readable time. */
bool slice_stamp(const json_t *live, time_t *seconds);

#endif
