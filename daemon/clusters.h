/*
 * Which clusters a proxy is asked for: OpenStackCluster objects of any version read into what the
 * proxy needs of them. Pure. Whether a network namespace leads to them is not asked here.
 */
#ifndef DAEMON_CLUSTERS_H
#define DAEMON_CLUSTERS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strv.h"

enum cluster_verdict {
    CLUSTER_QUALIFIES,
    CLUSTER_NAMELESS,        /* no label cluster.x-k8s.io/cluster-name, or no name for a Service */
    CLUSTER_HAS_FLOATING_IP, /* reachable without a proxy */
    CLUSTER_NO_NETWORK,      /* status.network.id is not there yet */
    CLUSTER_NO_ADDRESS, /* status.apiServerLoadBalancer.internalIP is not there yet, or is none */
};

/* What a proxy has to know of one cluster. Everything is owned. */
struct cluster {
    char *name;
    char *network; /* id */
    char *address; /* IPv4 or IPv6, as text */
    uint16_t port; /* of the API server at that address */
    char *version; /* resourceVersion of the OpenStackCluster */
};

struct clusters {
    struct cluster *items;
    size_t count;
    struct strv names; /* of all OpenStackClusters, also of those that do not qualify */
};

/*
 * Reads OBJECT. ALWAYS takes clusters with a floating IP too. *out is written when it qualifies.
 * The rules and their order are those of magnum-cluster-api 0.38.
 */
enum cluster_verdict cluster_read(const json_t *object, bool always, struct cluster *out);
void cluster_clear(struct cluster *cluster);

/* The name of the cluster that OBJECT belongs to, borrowed, or NULL. */
const char *cluster_name(const json_t *object);

/* What a verdict says, for logs: "has a floating IP". */
const char *cluster_verdict_text(enum cluster_verdict verdict);

/* Reads all objects of OBJECTS, a JSON object with OpenStackClusters as its members. The order is
 * that of the names; of two that name the same cluster the later one is left out. */
void clusters_read(struct clusters *clusters, const json_t *objects, bool always);
void clusters_clear(struct clusters *clusters);
#define auto_clusters cleanup_with(clusters_clear)

/* Borrowed, or NULL. */
const struct cluster *clusters_find(const struct clusters *clusters, const char *name);

#endif
