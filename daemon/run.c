#include <stdlib.h>
#include <sys/resource.h>

#include "base/mem.h"
#include "daemon/client.h"
#include "daemon/control.h"
#include "daemon/hello.h"
#include "daemon/listener.h"
#include "daemon/notify.h"
#include "daemon/probe.h"
#include "daemon/run_priv.h"
#include "daemon/successor.h"

enum {
    OTHER_FDS = 256, /* pipes kept, probes, the control thread's, spare */
    FDS_PER_CLIENT = 2,
    IDLE_PIPES = 32,
    WAITING_SHARE = 4,           /* a quarter of all may be silent clients */
    CONTROL_STACK = 1024 * 1024, /* musl's default is too small for TLS */
};

/* ---- the control thread */

static void *control_thread(void *context)
{
    struct daemon *daemon = context;
    if (control_run(daemon->server.config, daemon->server.exchange, &daemon->control_error) == 0)
        error_clear(&daemon->control_error);
    exchange_set_done(daemon->server.exchange);
    return NULL;
}

static int start_control(struct daemon *daemon, struct error **err)
{
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, CONTROL_STACK);
    int status = pthread_create(&daemon->control, &attributes, control_thread, daemon);
    pthread_attr_destroy(&attributes);
    if (status != 0) {
        error_make_errno(err, status, "the control thread cannot be started");
        return -1;
    }
    daemon->control_started = true;
    return 0;
}

/* ---- beginning */

static void on_watchdog(struct timer *timer)
{
    struct daemon *daemon = container_of(timer, struct daemon, watchdog);
    notify_send("WATCHDOG=1");
    loop_after(&daemon->server.loop, timer, notify_watchdog_ms() / 2);
}

static void set_limits(struct server *server)
{
    struct rlimit limit = {.rlim_cur = 1024};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
        getrlimit(RLIMIT_NOFILE, &limit);
    unsigned long long room = limit.rlim_cur > OTHER_FDS ? limit.rlim_cur - OTHER_FDS : 1;
    server->most = (size_t)server->config->max_connections;
    if (server->most > room / FDS_PER_CLIENT) {
        server->most = (size_t)(room / FDS_PER_CLIENT) + 1;
        log_line(LOG_LEVEL_WARNING, "at most %zu connections: only %llu descriptors are allowed",
                 server->most, (unsigned long long)limit.rlim_cur);
    }
    server->most_waiting = server->most / WAITING_SHARE + 1;
}

static int open_all(struct daemon *daemon, struct error **err)
{
    struct server *server = &daemon->server;
    server->place.directory = server->config->netns_dir;
    server->place.own = netns_own(err);
    if (server->place.own < 0 || run_take_signals(daemon, err) < 0 ||
        listeners_open(server, err) < 0)
        return -1;
    exchange_set_port(server->exchange, listeners_port(server));
    daemon->watch = watch_new(server, err);
    if (!daemon->watch)
        return -1;
    struct error *wrong = NULL;
    daemon->metrics = metrics_new(server, &wrong);
    if (wrong) {
        error_move_take(err, wrong);
        return -1;
    }
    if (run_follow(daemon, err) < 0)
        return -1;
    return server->config->routes ? run_read_routes(daemon, err) : start_control(daemon, err);
}

int run_serve(struct daemon *daemon, struct error **err)
{
    if (daemon->serving || daemon->leaving)
        return 0;
    if (listeners_start(&daemon->server, err) < 0)
        return -1;
    daemon->serving = true;
    log_line(LOG_LEVEL_INFO, "listening on port %u", listeners_port(&daemon->server));
    notify_send("READY=1\nSTATUS=relaying");
    successor_ready();
    return 0;
}

static int start(struct daemon *daemon, struct error **err)
{
    if (open_all(daemon, err) < 0 || (!successor_is_awaited() && run_serve(daemon, err) < 0))
        return -1;
    if (notify_watchdog_ms() > 0)
        on_watchdog(&daemon->watchdog);
    return 0;
}

/* ---- ending */

static int join_control(struct daemon *daemon, struct error **err)
{
    if (!daemon->control_started)
        return 0;
    if (exchange_order(daemon->server.exchange) == EXCHANGE_RUN)
        exchange_set_order(daemon->server.exchange, EXCHANGE_HAND_OVER);
    pthread_join(daemon->control, NULL);
    if (!daemon->control_error)
        return 0;
    error_move_take(err, steal_ptr(daemon->control_error));
    return -1;
}

static void on_cleared(void *context, struct backend *backend)
{
    (void)context;
    probe_stop(backend);
}

static void clear(struct daemon *daemon)
{
    static const struct backends_change change = {.gone = on_cleared};
    struct server *server = &daemon->server;
    server->draining = false;
    clients_end(server);
    listeners_close(server);
    backends_clear(&server->backends, &change);
    metrics_free(daemon->metrics);
    watch_free(daemon->watch);
    mem_cleanup_close(&daemon->signals.fd);
    flow_pool_clear(&server->pool);
    mem_cleanup_close(&server->place.own);
    free(server->hello);
    loop_clear(&server->loop);
}

int run_daemon(const struct config *config, char **argv, struct error **err)
{
    auto_exchange struct exchange *exchange = exchange_new(err);
    if (!exchange)
        return -1;
    cleanup_with(clear) struct daemon daemon = {
        .server = {.place = {.own = -1},
                   .config = config,
                   .exchange = exchange,
                   .drained = run_drained},
        .argv = argv,
        .signals = {.fd = -1},
        .watchdog = {.fire = on_watchdog},
        .drain = {.fire = run_drain_ends},
    };
    flow_pool_init(&daemon.server.pool, IDLE_PIPES);
    daemon.server.hello = xmalloc(HELLO_BYTES);
    if (loop_init(&daemon.server.loop, err) < 0)
        return -1;
    set_limits(&daemon.server);
    int result = start(&daemon, err);
    if (result == 0)
        result = loop_run(&daemon.server.loop, err);
    struct error *control = NULL;
    if (join_control(&daemon, &control) < 0 && result == 0) {
        error_move_take(err, steal_ptr(control));
        result = -1;
    }
    error_free(control);
    if (result == 0)
        log_line(LOG_LEVEL_INFO, "ended");
    return result;
}
