#include "daemon/probe.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "daemon/dial.h"
#include "daemon/readyz.h"

struct probe {
    struct server *server;
    struct backend *backend;
    struct timer timer; /* to the next question */
    struct dial dial;
    struct readyz *readyz; /* owned: the second half of a question, or NULL */
    long long begun_ms;
    bool asking;
    bool again; /* once more soon after the answer */
};

enum {
    PATIENCE_PERCENT = 60, /* of the interval, for one address: two failures fit in two intervals */
    SPREAD_PERCENT = 10,   /* so that hundreds of clusters are not all asked in one moment */
    PERCENT = 100,
    NAMESPACE_SOON_MS = 20,
    AGAIN_MS = 1000,
};

static void publish(struct probe *probe)
{
    struct backend *backend = probe->backend;
    size_t ways = backend_ways(backend);
    struct health health = {
        .state = backend->verdict.state,
        .since_ms = backend->since_ms,
        .candidates = (unsigned)ways,
        .namespace = backend->good,
    };
    exchange_set_health(probe->server->exchange, backend->cluster, &health);
}

static void say(const struct backend *backend, const char *why)
{
    if (backend->verdict.state == HEALTH_UP)
        log_line(LOG_LEVEL_INFO, "cluster %s: up, through %s", backend->cluster,
                 backend->good && backend->route->network ? backend->good : "our own namespace");
    else
        log_line(LOG_LEVEL_WARNING, "cluster %s: down: %s", backend->cluster, why);
}

static void next_question(struct probe *probe)
{
    struct loop *loop = &probe->server->loop;
    long long interval = probe->server->config->probe_interval_ms;
    long long spread = interval * SPREAD_PERCENT / PERCENT + 1;
    interval -= (long long)((unsigned long long)(uintptr_t)probe / 64 % (unsigned long long)spread);
    long long due = probe->begun_ms + interval;
    if (probe->again && due > loop->now + AGAIN_MS)
        due = loop->now + AGAIN_MS;
    probe->again = false;
    timer_set(&loop->timers, &probe->timer, due > loop->now ? due : loop->now);
}

static void answered(struct probe *probe, bool success, const char *why)
{
    struct backend *backend = probe->backend;
    bool moved = false;
    probe->asking = false;
    if (success) {
        auto_free char *before = backend->good ? xstrdup(backend->good) : NULL;
        if (backend_worked(backend, probe->dial.namespace, &probe->dial.id, probe->dial.at))
            log_line(LOG_LEVEL_INFO, "cluster %s: namespace %s was made anew", backend->cluster,
                     backend->good);
        moved = !str_equal(before, backend->good);
    }
    bool changed = verdict_add(&backend->verdict, success);
    if (changed) {
        backend->since_ms = clock_now_ms();
        say(backend, why);
    }
    if (changed || moved)
        publish(probe);
    readyz_free(steal_ptr(probe->readyz));
    dial_clear(&probe->dial);
    next_question(probe);
}

static void on_readyz(void *context, bool success, const char *why)
{
    answered(context, success, why);
}

static void on_dialled(struct dial *dial, bool success)
{
    struct probe *probe = container_of(dial, struct probe, dial);
    if (!success || probe->server->config->probe == PROBE_TCP) {
        answered(probe, success, success ? NULL : dial->error->message);
        return;
    }
    probe->readyz = readyz_start(probe->server, steal_fd(&dial->source.fd), probe->backend->cluster,
                                 on_readyz, probe);
}

static void ask(struct probe *probe)
{
    const struct config *config = probe->server->config;
    if (probe->asking)
        return;
    probe->asking = true;
    probe->begun_ms = probe->server->loop.now;
    probe->dial = (struct dial){
        .server = probe->server,
        .backend = probe->backend,
        .source = {.fd = -1},
        .timeout_ms = config->probe_interval_ms * PATIENCE_PERCENT / PERCENT,
        .in_order = true,
        .done = on_dialled,
    };
    if (probe->dial.timeout_ms > config->connect_timeout_ms)
        probe->dial.timeout_ms = config->connect_timeout_ms;
    dial_start(&probe->dial);
}

static void on_time(struct timer *timer)
{
    ask(container_of(timer, struct probe, timer));
}

void probe_start(struct server *server, struct backend *backend)
{
    struct probe *probe = xcalloc(1, sizeof(*probe));
    *probe = (struct probe){
        .server = server,
        .backend = backend,
        .timer = {.fire = on_time},
        .dial = {.server = server, .source = {.fd = -1}},
    };
    backend->probe = probe;
    loop_after(&server->loop, &probe->timer, 0);
}

void probe_stop(struct backend *backend)
{
    struct probe *probe = steal_ptr(backend->probe);
    if (!probe)
        return;
    timer_stop(&probe->server->loop.timers, &probe->timer);
    readyz_free(probe->readyz);
    dial_clear(&probe->dial);
    loop_bury(&probe->server->loop, probe);
}

void probe_soon(struct backend *backend)
{
    struct probe *probe = backend->probe;
    if (probe && !probe->asking && backend->verdict.state != HEALTH_UP)
        loop_after(&probe->server->loop, &probe->timer, 0);
}

void probe_namespaces(struct backend *backend, const struct strv *names)
{
    struct probe *probe = backend->probe;
    if (!probe || !backend->route->network)
        return;
    struct strv found = {0};
    netns_choose(names, backend->route->network, &probe->server->config->netns_prefixes, &found);
    bool same = found.count == backend->candidates.count;
    for (size_t i = 0; same && i < found.count; i++)
        same = str_equal(found.items[i], backend->candidates.items[i]);
    strv_clear(&backend->candidates);
    backend->candidates = found;
    if (same)
        return;
    publish(probe);
    probe_hasten(backend);
}

void probe_hasten(struct backend *backend)
{
    struct probe *probe = backend->probe;
    if (!probe || !backend->route->network)
        return;
    probe->again = true;
    if (!probe->asking)
        loop_after(&probe->server->loop, &probe->timer, NAMESPACE_SOON_MS);
}
