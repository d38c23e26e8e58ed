#include "daemon/clusters.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"

enum { DEFAULT_PORT = 6443, LONGEST_SERVICE_NAME = 63 };

const char *cluster_verdict_text(enum cluster_verdict verdict)
{
    static const char *const texts[] = {
        [CLUSTER_QUALIFIES] = "qualifies",
        [CLUSTER_NAMELESS] = "has no usable label cluster.x-k8s.io/cluster-name",
        [CLUSTER_HAS_FLOATING_IP] = "has a floating IP",
        [CLUSTER_NO_NETWORK] = "has no network yet",
        [CLUSTER_NO_ADDRESS] = "has no load balancer address yet",
    };
    return texts[verdict];
}

const char *cluster_name(const json_t *object)
{
    return js_str(object, "metadata", "labels", "cluster.x-k8s.io/cluster-name", NULL);
}

/* A Service of this name can exist: a DNS label that begins with a letter. */
static bool is_service_name(const char *name)
{
    if (str_empty(name) || strlen(name) > LONGEST_SERVICE_NAME || !islower((unsigned char)*name))
        return false;
    for (const char *at = name; *at; at++)
        if (!islower((unsigned char)*at) && !isdigit((unsigned char)*at) && *at != '-')
            return false;
    return name[strlen(name) - 1] != '-';
}

static bool is_address(const char *text)
{
    unsigned char bytes[sizeof(struct in6_addr)];
    return text && (inet_pton(AF_INET, text, bytes) == 1 || inet_pton(AF_INET6, text, bytes) == 1);
}

/* Where the load balancer's address is: before v1alpha6 it was a part of the network. */
static const char *find_address(const json_t *object)
{
    const char *now = js_str(object, "status", "apiServerLoadBalancer", "internalIP", NULL);
    return now ? now
               : js_str(object, "status", "network", "apiServerLoadBalancer", "internalIP", NULL);
}

enum cluster_verdict cluster_read(const json_t *object, bool always, struct cluster *out)
{
    const char *name = cluster_name(object);
    if (!is_service_name(name))
        return CLUSTER_NAMELESS;
    if (!always && !js_true(object, "spec", "disableAPIServerFloatingIP", NULL))
        return CLUSTER_HAS_FLOATING_IP;
    const char *network = js_str(object, "status", "network", "id", NULL);
    if (str_empty(network))
        return CLUSTER_NO_NETWORK;
    const char *address = find_address(object);
    if (!is_address(address))
        return CLUSTER_NO_ADDRESS;
    long long port = 0;
    if (!js_int(object, &port, "spec", "controlPlaneEndpoint", "port", NULL) || port < 1 ||
        port > UINT16_MAX)
        port = DEFAULT_PORT;
    const char *version = js_str(object, "metadata", "resourceVersion", NULL);
    *out = (struct cluster){.name = xstrdup(name),
                            .network = xstrdup(network),
                            .address = xstrdup(address),
                            .port = (uint16_t)port,
                            .version = xstrdup(version ? version : "")};
    return CLUSTER_QUALIFIES;
}

void cluster_clear(struct cluster *cluster)
{
    free(cluster->name);
    free(cluster->network);
    free(cluster->address);
    free(cluster->version);
    *cluster = (struct cluster){0};
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct cluster *)a)->name, ((const struct cluster *)b)->name);
}

/* Of neighbours with the same name only the first stays. */
static void drop_twins(struct clusters *clusters)
{
    size_t kept = 0;
    for (size_t i = 0; i < clusters->count; i++) {
        if (kept && strcmp(clusters->items[kept - 1].name, clusters->items[i].name) == 0)
            cluster_clear(&clusters->items[i]);
        else
            clusters->items[kept++] = clusters->items[i];
    }
    clusters->count = kept;
}

void clusters_read(struct clusters *clusters, const json_t *objects, bool always)
{
    *clusters = (struct clusters){0};
    clusters->items = xcalloc(json_object_size(objects) + 1, sizeof(*clusters->items));
    const char *key = NULL;
    json_t *object = NULL;
    json_object_foreach (js_iterable(objects), key, object) {
        const char *name = cluster_name(object);
        if (name)
            strv_add(&clusters->names, name);
        if (cluster_read(object, always, &clusters->items[clusters->count]) == CLUSTER_QUALIFIES)
            clusters->count++;
    }
    strv_sort(&clusters->names);
    qsort(clusters->items, clusters->count, sizeof(*clusters->items), by_name);
    drop_twins(clusters);
}

void clusters_clear(struct clusters *clusters)
{
    for (size_t i = 0; i < clusters->count; i++)
        cluster_clear(&clusters->items[i]);
    free(clusters->items);
    strv_clear(&clusters->names);
    *clusters = (struct clusters){0};
}

const struct cluster *clusters_find(const struct clusters *clusters, const char *name)
{
    const struct cluster wanted = {.name = (char *)(uintptr_t)name};
    return clusters->count
               ? bsearch(&wanted, clusters->items, clusters->count, sizeof(wanted), by_name)
               : NULL;
}
