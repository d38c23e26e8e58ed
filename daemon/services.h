/*
 * The Service of a proxied cluster: it gives the cluster its name inside the management cluster.
 * It has no selector; the proxies' EndpointSlices stand behind it. Pure.
 *
 * Its labels are exactly the one that upstream's proxies compare it with: with a further one they
 * would write it anew in every cycle.
 */
#ifndef DAEMON_SERVICES_H
#define DAEMON_SERVICES_H

#include <jansson.h>
#include <stdbool.h>

#include "base/compiler.h"

#define LABEL_SERVICE "magnum-cluster-api.vexxhost.com/proxied-service"

/* The object to apply, owned. */
json_t *service_wanted(const char *cluster, const char *namespace_) must_check;

/* True when LIVE lacks the label or has other ports; fields that the server added do not count. */
bool service_differs(const json_t *live);

/* True when proxies made LIVE. */
bool service_is_proxied(const json_t *live);

#endif
