#include <sys/epoll.h>

#include "daemon/probe.h"
#include "daemon/run_priv.h"

static void on_gone(void *context, struct backend *backend)
{
    (void)context;
    log_line(LOG_LEVEL_INFO, "cluster %s: gone", backend->cluster);
    probe_stop(backend);
}

static void on_added(void *context, struct backend *backend)
{
    struct daemon *daemon = context;
    log_line(LOG_LEVEL_INFO, "cluster %s: new", backend->cluster);
    probe_start(&daemon->server, backend);
    probe_namespaces(backend, watch_names(daemon->watch));
}

static void follow(struct daemon *daemon)
{
    auto_routes struct routes *routes = exchange_take_routes(daemon->server.exchange);
    if (!routes || daemon->handed_over)
        return;
    struct backends_change change = {.gone = on_gone, .added = on_added, .context = daemon};
    backends_follow(&daemon->server.backends, routes, &change);
    auto_error struct error *error = NULL;
    if (run_serve(daemon, &error) == 0)
        return;
    log_line(LOG_LEVEL_ERROR, "%s", error->message);
    daemon->server.loop.stop = true;
}

static void on_exchange(struct loop_source *source, uint32_t events)
{
    struct daemon *daemon = container_of(source, struct daemon, exchange);
    (void)events;
    follow(daemon);
    if (!daemon->control_started || !exchange_done(daemon->server.exchange))
        return;
    if (!daemon->leaving && !daemon->handed_over)
        daemon->server.loop.stop = true; /* it could not work at all */
    else if (daemon->leaving)
        run_stop_accepting(daemon);
    run_stop_if_done(daemon);
}

int run_read_routes(struct daemon *daemon, struct error **err)
{
    struct routes *routes = routes_read(daemon->server.config->routes, err);
    if (!routes)
        return -1;
    exchange_publish_take(daemon->server.exchange, routes);
    return 0;
}

int run_follow(struct daemon *daemon, struct error **err)
{
    daemon->exchange = (struct loop_source){
        .fd = exchange_routes_fd(daemon->server.exchange),
        .ready = on_exchange,
    };
    return loop_add(&daemon->server.loop, &daemon->exchange, EPOLLIN, err);
}
