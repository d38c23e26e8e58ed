#include "daemon/routing.h"

#include "base/mem.h"
#include "base/str.h"
#include "daemon/log.h"
#include "daemon/netns.h"
#include "daemon/slices.h"
#include "json/js_get.h"

bool routing_is_local(const struct cluster *cluster, const struct strv *namespaces,
                      const struct strv *prefixes)
{
    auto_strv struct strv found;
    strv_init(&found);
    netns_choose(namespaces, cluster->network, prefixes, &found);
    return found.count > 0;
}

static void add(struct routes *routes, const char *cluster, const char *network,
                const struct route_target *target)
{
    auto_error struct error *error = NULL;
    if (routes_add(routes, cluster, network, target, &error) < 0)
        log_line(LOG_LEVEL_WARNING, "%s", error->message);
}

/* The endpoints of one slice as targets. */
static void add_endpoints(struct routes *routes, const char *cluster, const json_t *slice)
{
    long long port = 0;
    size_t index = 0;
    json_t *endpoint = NULL;
    js_int(json_array_get(js_get(slice, "ports", NULL), 0), &port, "port", NULL);
    if (port < 1 || port > UINT16_MAX)
        return;
    json_array_foreach (js_get(slice, "endpoints", NULL), index, endpoint) {
        const char *address =
            json_string_value(json_array_get(js_get(endpoint, "addresses", NULL), 0));
        struct route_target target = {.address = (char *)(uintptr_t)address,
                                      .port = (uint16_t)port};
        if (address && !json_is_false(js_get(endpoint, "conditions", "ready", NULL)))
            add(routes, cluster, NULL, &target);
    }
}

static void add_forwarded(struct routes *routes, const char *cluster, const json_t *slices,
                          const char *host)
{
    const char *name = NULL;
    json_t *slice = NULL;
    json_object_foreach (js_iterable(slices), name, slice)
        if (slice_is_proxied(slice) && str_equal(slice_cluster_of(slice), cluster) &&
            !str_equal(slice_host_of(slice), host))
            add_endpoints(routes, cluster, slice);
}

struct routes *routing_make(const struct clusters *clusters, const json_t *slices, const char *host,
                            const struct strv *namespaces, const struct strv *prefixes)
{
    struct routes *routes = routes_new();
    for (size_t i = 0; i < clusters->count; i++) {
        const struct cluster *cluster = &clusters->items[i];
        const struct route_target target = {.address = cluster->address, .port = cluster->port};
        if (!slices || routing_is_local(cluster, namespaces, prefixes))
            add(routes, cluster->name, cluster->network, &target);
        else
            add_forwarded(routes, cluster->name, slices, host);
    }
    return routes;
}

bool routing_equal(const struct routes *a, const struct routes *b)
{
    size_t count = a ? routes_count(a) : 0;
    if (count != (b ? routes_count(b) : 0))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!str_equal(routes_get(a, i)->cluster, routes_get(b, i)->cluster) ||
            !route_equal(routes_get(a, i), routes_get(b, i)))
            return false;
    return true;
}
