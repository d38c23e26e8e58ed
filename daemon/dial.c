#include "daemon/dial.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "base/str.h"
#include "daemon/endpoint.h"
#include "daemon/netns.h"
#include "daemon/server.h"
#include "daemon/socket.h"

static void try_from_here(struct dial *dial);

static void end_attempt(struct dial *dial)
{
    timer_stop(&dial->server->loop.timers, &dial->timer);
    loop_close(&dial->server->loop, &dial->source);
}

void dial_clear(struct dial *dial)
{
    end_attempt(dial);
    free(steal_ptr(dial->best));
    free(steal_ptr(dial->namespace));
    strv_clear(&dial->tried);
    error_clear(&dial->error);
}

static void go_on(struct dial *dial)
{
    end_attempt(dial);
    dial->target++;
    try_from_here(dial);
}

static void failed(struct dial *dial, int why)
{
    error_clear(&dial->error);
    error_make_errno(&dial->error, why, "%s", dial->namespace ? dial->namespace : "own namespace");
    go_on(dial);
}

static void on_timeout(struct timer *timer)
{
    failed(container_of(timer, struct dial, timer), ETIMEDOUT);
}

static void on_ready(struct loop_source *source, uint32_t events)
{
    struct dial *dial = container_of(source, struct dial, source);
    dial->over = events & (EPOLLRDHUP | EPOLLHUP);
    int why = 0;
    socklen_t size = sizeof(why);
    if (getsockopt(source->fd, SOL_SOCKET, SO_ERROR, &why, &size) < 0)
        why = errno;
    if (why != 0) {
        failed(dial, why);
        return;
    }
    timer_stop(&dial->server->loop.timers, &dial->timer);
    source->ready = NULL; /* the owner's from here on */
    dial->done(dial, true);
}

/* Begins one attempt; 0, or -1 when it failed at once. */
static int attempt(struct dial *dial, const struct route_target *target, struct error **err)
{
    struct endpoint endpoint;
    if (!endpoint_set(&endpoint, target->address, target->port)) {
        error_make(err, ERROR_INTERNAL, "no address");
        return -1;
    }
    dial->source.fd = netns_socket(&dial->server->place, dial->namespace,
                                   endpoint.address.any.sa_family, &dial->id, err);
    if (dial->source.fd < 0)
        return -1;
    socket_tune(dial->source.fd);
    if (connect(dial->source.fd, &endpoint.address.any, endpoint.size) < 0 &&
        errno != EINPROGRESS) {
        error_make_errno(err, errno, "%s", dial->namespace ? dial->namespace : "own namespace");
        return -1;
    }
    dial->source.ready = on_ready;
    /* IN comes with the first event once connected, so nothing is lost to the edge. */
    return loop_add(&dial->server->loop, &dial->source, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
                    err);
}

static const char *name_of(const char *way)
{
    return way ? way : "";
}

static bool is_way(const struct backend *backend, const char *namespace)
{
    for (size_t i = 0; i < backend_ways(backend); i++)
        if (str_equal(backend_way(backend, NULL, i), namespace))
            return true;
    return false;
}

/* The best namespace that was not tried: a number would not tell which, they come and go. */
static bool next_way(struct dial *dial)
{
    for (size_t i = 0; i < backend_ways(dial->backend); i++) {
        const char *way = backend_way(dial->backend, dial->best, i);
        if (!strv_add_once(&dial->tried, name_of(way)))
            continue;
        free(dial->namespace);
        dial->namespace = way ? xstrdup(way) : NULL;
        return true;
    }
    return false;
}

/* The next target in this namespace, while it is one, or the first one in the next. */
static bool choose(struct dial *dial)
{
    if (dial->target && dial->target < dial->backend->route->count &&
        is_way(dial->backend, dial->namespace))
        return true;
    dial->target = 0;
    return next_way(dial);
}

static void try_from_here(struct dial *dial)
{
    while (choose(dial)) {
        dial->at = backend_target(dial->backend, dial->first, dial->target);
        error_clear(&dial->error);
        if (attempt(dial, &dial->backend->route->targets[dial->at], &dial->error) == 0) {
            dial->timer.fire = on_timeout;
            loop_after(&dial->server->loop, &dial->timer, dial->timeout_ms);
            return;
        }
        end_attempt(dial);
        dial->target++;
    }
    if (!dial->error)
        error_make(&dial->error, ERROR_NOT_FOUND, "no namespace ends in %s",
                   dial->backend->route->network);
    dial->done(dial, false);
}

/* What is found out by others meanwhile does not change the order: something would be tried twice,
 * and something else not at all. */
void dial_start(struct dial *dial)
{
    const struct backend *backend = dial->backend;
    dial->target = 0;
    if (!dial->in_order) {
        dial->best = backend->good ? xstrdup(backend->good) : NULL;
        dial->first = backend->first;
    }
    try_from_here(dial);
}
