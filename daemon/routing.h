/*
 * Which way leads to each cluster: through a network namespace of this host, or, on a host that
 * forwards, through the proxies of other hosts. Pure.
 */
#ifndef DAEMON_ROUTING_H
#define DAEMON_ROUTING_H

#include <jansson.h>

#include "daemon/clusters.h"
#include "daemon/routes.h"

/*
 * The table for CLUSTERS, owned. SLICES, EndpointSlices by name, are the other ways; NULL on a host
 * that does not forward. HOST is ours, never a way to ourselves. NAMESPACES are the names of the
 * network namespaces here, PREFIXES as for netns_choose. A cluster that cannot be a route is
 * logged and left out.
 */
struct routes *routing_make(const struct clusters *clusters, const json_t *slices, const char *host,
                            const struct strv *namespaces, const struct strv *prefixes) must_check;

/* True when one of NAMESPACES leads to CLUSTER. */
bool routing_is_local(const struct cluster *cluster, const struct strv *namespaces,
                      const struct strv *prefixes);

/* True when both tables say the same. NULL is an empty table. */
bool routing_equal(const struct routes *a, const struct routes *b);

#endif
