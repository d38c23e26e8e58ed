#include "daemon/backend.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"

bool verdict_add(struct verdict *verdict, bool success)
{
    enum health_state before = verdict->state;
    if (success) {
        verdict->failures = 0;
        verdict->state = HEALTH_UP;
    } else if (++verdict->failures >= VERDICT_DOWN_AFTER) {
        verdict->state = HEALTH_DOWN;
    }
    return verdict->state != before;
}

static struct backend *backend_new(struct routes *routes, const struct route *route)
{
    struct backend *backend = xcalloc(1, sizeof(*backend));
    backend->cluster = xstrdup(route->cluster);
    backend->table = routes_ref(routes);
    backend->route = route;
    backend->listed = true;
    backend->since_ms = clock_now_ms();
    return backend;
}

void backend_release(struct backend *backend)
{
    if (backend->listed || backend->connections > 0)
        return;
    routes_free(backend->table);
    strv_clear(&backend->candidates);
    free(backend->good);
    free(backend->cluster);
    free(backend);
}

/* The same cluster in a newer table. */
static void move_to(struct backend *backend, struct routes *routes, const struct route *route)
{
    struct routes *old = backend->table;
    backend->table = routes_ref(routes);
    backend->route = route;
    routes_free(old);
}

static void start_anew(struct backend *backend)
{
    free(backend->good);
    backend->good = NULL;
    backend->first = 0;
    backend->verdict = (struct verdict){0};
    backend->since_ms = clock_now_ms();
}

struct backend *backends_find(const struct backends *backends, const char *cluster)
{
    size_t low = 0;
    size_t high = backends->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(backends->items[middle]->cluster, cluster);
        if (order == 0)
            return backends->items[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* The backend for ROUTE: the old one where there is one. */
static struct backend *take_over(const struct backends *old, struct routes *routes,
                                 const struct route *route, const struct backends_change *change)
{
    struct backend *backend = backends_find(old, route->cluster);
    if (!backend) {
        backend = backend_new(routes, route);
        change->added(change->context, backend);
        return backend;
    }
    bool same = route_equal(backend->route, route);
    move_to(backend, routes, route);
    if (!same) {
        change->gone(change->context, backend);
        start_anew(backend);
        change->added(change->context, backend);
    }
    return backend;
}

static void unlist(struct backend *backend, const struct backends_change *change)
{
    change->gone(change->context, backend);
    backend->listed = false;
    backend_release(backend);
}

void backends_clear(struct backends *backends, const struct backends_change *change)
{
    for (size_t i = 0; i < backends->count; i++)
        unlist(backends->items[i], change);
    free(backends->items);
    *backends = (struct backends){0};
}

void backends_follow(struct backends *backends, struct routes *routes,
                     const struct backends_change *change)
{
    struct backends next = {
        .items = xcalloc(routes_count(routes) + 1, sizeof(struct backend *)),
        .count = routes_count(routes),
    };
    for (size_t i = 0; i < next.count; i++)
        next.items[i] = take_over(backends, routes, routes_get(routes, i), change);
    for (size_t i = 0; i < backends->count; i++) {
        struct backend *old = backends->items[i];
        if (!backends_find(&next, old->cluster)) {
            unlist(old, change);
        }
    }
    free(backends->items);
    *backends = next;
}

size_t backend_ways(const struct backend *backend)
{
    if (!backend->route->network)
        return 1;
    return backend->candidates.count;
}

const char *backend_way(const struct backend *backend, const char *best, size_t index)
{
    if (!backend->route->network)
        return NULL;
    const struct strv *names = &backend->candidates;
    if (!best || !strv_contains(names, best))
        return names->items[index];
    if (index == 0)
        return best;
    /* The others keep their order, the best one left out. */
    size_t at = 0;
    while (!str_equal(names->items[at], best))
        at++;
    return names->items[index <= at ? index - 1 : index];
}

/* A dial may outlive the route that it began with, so that FIRST may be beyond this one's end. */
size_t backend_target(const struct backend *backend, size_t first, size_t index)
{
    return (first + index) % backend->route->count;
}

bool backend_worked(struct backend *backend, const char *namespace, const struct netns_id *id,
                    size_t target)
{
    backend->first = target;
    if (!namespace)
        return false;
    bool same_name = str_equal(backend->good, namespace);
    bool anew = same_name && !netns_same(&backend->good_id, id);
    if (!same_name) {
        free(backend->good);
        backend->good = xstrdup(namespace);
    }
    backend->good_id = *id;
    return anew;
}
