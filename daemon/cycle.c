#include "daemon/cycle.h"

#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "daemon/follow.h"
#include "fs/dir.h"

enum {
    /* Upstream deletes what is 30 s old: of a host that died this is gone within a minute. A cycle
     * that is longer counts in its place, or what lives would be deleted before its end. */
    SIGN_AHEAD_SECONDS = 10,
    /* Of a cycle: what is done once in one may be a little early, or it would be late by one. */
    CYCLE_PERCENT = 95,
    PERCENT = 100,
    MS_PER_SECOND = 1000,
};

static const char *const cluster_fields[] = {
    "spec.disableAPIServerFloatingIP",
    "spec.controlPlaneEndpoint",
    "status.network.id",
    "status.network.apiServerLoadBalancer",
    "status.apiServerLoadBalancer.internalIP",
    NULL,
};
static const char *const service_fields[] = {"spec.ports", NULL};
static const char *const slice_fields[] = {"metadata.ownerReferences", "addressType", "endpoints",
                                           "ports", NULL};

static long long nearly_a_cycle(const struct config *config)
{
    return (long long)config->cycle_ms * CYCLE_PERCENT / PERCENT;
}

/*
 * The time that is now, if the API server is still there. What is seen counts from then on; nothing
 * is dead by it, because nobody has asked yet.
 */
static long long heard_until_now(const struct cycle *cycle)
{
    long long passed = cycle->asked_ms ? clock_now_ms() - cycle->asked_ms : 0;
    long long most = cycle->config->cycle_ms;
    return cycle->heard_ms + (passed < most ? passed : most);
}

static int sign_ahead(const struct config *config)
{
    long long cycle = config->cycle_ms / MS_PER_SECOND;
    return cycle > SIGN_AHEAD_SECONDS ? (int)cycle : SIGN_AHEAD_SECONDS;
}

static void on_slice(void *context, const char *name, const json_t *slice)
{
    const struct cycle *cycle = context;
    expiry_note(cycle->expiry, name, slice, heard_until_now(cycle));
}

void cycle_init(struct cycle *cycle, const struct config *config, struct exchange *exchange)
{
    *cycle = (struct cycle){.config = config, .exchange = exchange, .ahead = sign_ahead(config)};
    cycle->hand_over_fd = exchange ? exchange_hand_over_fd(exchange) : -1;
    cycle->host = slices_host(config->hostname);
    cycle->expiry = expiry_new(cycle->host, config->expiry_ms);
    store_init(&cycle->clusters, "OpenStackClusters", cluster_fields);
    store_init(&cycle->services, "Services", service_fields);
    store_init(&cycle->slices, "EndpointSlices", slice_fields);
    cycle->slices.stamp = SLICES_STAMP;
    cycle->slices.seen = on_slice;
    cycle->slices.context = cycle;
    cycle->services.path = xasprintf("/api/v1/namespaces/%s/services", config->namespace);
    cycle->slices.path =
        xasprintf("/apis/discovery.k8s.io/v1/namespaces/%s/endpointslices", config->namespace);
    secrets_init(&cycle->secrets, config->namespace, config->always, config->restore);
    rewrites_init(&cycle->rewrites, cycle->host, nearly_a_cycle(config));
    failures_init(&cycle->failures, "objects could not be written");
}

void cycle_clear(struct cycle *cycle)
{
    connection_close(&cycle->connection);
    store_clear(&cycle->clusters);
    store_clear(&cycle->services);
    store_clear(&cycle->slices);
    expiry_free(cycle->expiry);
    secrets_clear(&cycle->secrets);
    failures_clear(&cycle->failures);
    rewrites_clear(&cycle->rewrites);
    routes_free(cycle->routes);
    clusters_clear(&cycle->read);
    strv_clear(&cycle->namespaces);
    free(cycle->host);
    *cycle = (struct cycle){0};
}

/* What could not be watched before is tried again at once: it may be other credentials now. */
static void lose_store(struct store *store)
{
    store_begin(store);
    store->watch_again_at = 0;
}

void cycle_lose(struct cycle *cycle)
{
    connection_close(&cycle->connection);
    lose_store(&cycle->clusters);
    lose_store(&cycle->services);
    lose_store(&cycle->slices);
    expiry_forget(cycle->expiry);
    rewrites_forget(&cycle->rewrites);
    cycle->signed_ms = 0;
}

int cycle_connect(struct cycle *cycle, struct error **err)
{
    if (cycle->connection.client)
        return 0;
    const int *wake = cycle->exchange ? &cycle->hand_over_fd : NULL;
    if (connection_open(&cycle->connection, cycle->config, wake, err) < 0)
        return -1;
    free(cycle->clusters.path);
    cycle->clusters.path = xstrdup(cycle->connection.clusters_path);
    return 0;
}

/* ---- look */

static int list(struct cycle *cycle, struct store *store, struct error **err)
{
    if (store->version && !store->cannot_watch)
        return 0;
    return follow_list(cycle->connection.client, store, err);
}

/* A folder that is not there holds none: no agent has made a namespace yet. */
static int look_for_namespaces(struct cycle *cycle, struct error **err)
{
    auto_error struct error *error = NULL;
    strv_clear(&cycle->namespaces);
    if (dir_list(cycle->config->netns_dir, &cycle->namespaces, &error) == 0 ||
        error->code == ENOENT)
        return 0;
    error_move_take(err, steal_ptr(error));
    return -1;
}

/*
 * A read that the API server answers from its database: while that or the connection is away
 * nobody's sign of life comes through, although nothing else fails. A server that has too much to
 * do is there: listing all anew would not help it.
 */
static int ask(struct cycle *cycle, struct error **err)
{
    enum { FORBIDDEN = 403, TOO_MANY = 429 };
    auto_error struct error *error = NULL;
    json_auto_t *sign = NULL;
    auto_free char *name = sign_name(cycle->host);
    auto_free char *path = xasprintf("%s/%s", cycle->slices.path, name);
    if (kube_client_get(cycle->connection.client, path, &sign, &error) == 0 ||
        (error->kind == ERROR_STATUS && (error->code == FORBIDDEN || error->code == TOO_MANY)))
        return 0;
    error_move_take(err, steal_ptr(error));
    return -1;
}

/* Of a time in which we heard nothing, no more than a cycle counts against the others. */
static void count_time(struct cycle *cycle)
{
    cycle->heard_ms = heard_until_now(cycle);
    cycle->asked_ms = clock_now_ms();
}

long long cycle_due(const struct cycle *cycle)
{
    return cycle->asked_ms + cycle->config->cycle_ms;
}

static bool ask_is_due(const struct cycle *cycle)
{
    long long passed = clock_now_ms() - cycle->asked_ms;
    return passed >= nearly_a_cycle(cycle->config);
}

int cycle_look(struct cycle *cycle, struct error **err)
{
    bool lists = !cycle->slices.version || cycle->slices.cannot_watch;
    bool asks = !lists && ask_is_due(cycle);
    if (asks && ask(cycle, err) < 0)
        return -1;
    if (list(cycle, &cycle->clusters, err) < 0 || list(cycle, &cycle->services, err) < 0 ||
        list(cycle, &cycle->slices, err) < 0 || look_for_namespaces(cycle, err) < 0)
        return -1;
    clusters_clear(&cycle->read);
    clusters_read(&cycle->read, cycle->clusters.items, cycle->config->always);
    if (asks || lists)
        count_time(cycle);
    expiry_observe(cycle->expiry, cycle->slices.items, heard_until_now(cycle));
    cycle->clusters.changed = cycle->services.changed = cycle->slices.changed = false;
    return 0;
}
