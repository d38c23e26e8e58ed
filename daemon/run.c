#include "daemon/run.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "daemon/client.h"
#include "daemon/control.h"
#include "daemon/hello.h"
#include "daemon/listener.h"
#include "daemon/metrics.h"
#include "daemon/notify.h"
#include "daemon/probe.h"
#include "daemon/successor.h"
#include "daemon/watch.h"

enum {
    OTHER_FDS = 256, /* pipes kept, probes, the control thread's, spare */
    FDS_PER_CLIENT = 2,
    IDLE_PIPES = 32,
    WAITING_SHARE = 4,           /* a quarter of all may be silent clients */
    CONTROL_STACK = 1024 * 1024, /* musl's default is too small for TLS */
};

struct daemon {
    struct server server;
    char **argv;
    struct watch *watch;     /* owned */
    struct metrics *metrics; /* owned, may be NULL */
    struct loop_source signals;
    struct loop_source exchange;
    struct timer watchdog;
    struct timer drain;
    pthread_t control;
    bool control_started;
    struct error *control_error; /* owned; the control thread's until it is done */
    bool leaving;
    bool handed_over;
    pid_t successor; /* 0: none */
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

static bool control_is_done(const struct daemon *daemon)
{
    return !daemon->control_started || exchange_done(daemon->server.exchange);
}

/* ---- leaving */

static void stop_if_done(struct daemon *daemon)
{
    struct server *server = &daemon->server;
    if (server->draining && control_is_done(daemon) &&
        server->waiting.count + server->others.count == 0)
        server->loop.stop = true;
}

static void on_drained(struct server *server)
{
    stop_if_done(container_of(server, struct daemon, server));
}

static void on_drain_end(struct timer *timer)
{
    struct daemon *daemon = container_of(timer, struct daemon, drain);
    clients_end(&daemon->server);
    stop_if_done(daemon);
}

/*
 * No new clients from here on. Those that have said nothing yet can try elsewhere, but after a
 * hand-over they are served: they need not notice it.
 */
static void stop_accepting(struct daemon *daemon)
{
    struct server *server = &daemon->server;
    if (server->draining)
        return;
    listeners_close(server);
    server->draining = true;
    if (!daemon->handed_over)
        clients_end_waiting(server);
    log_line(LOG_LEVEL_INFO, "not accepting any more, %zu connections go on", server->others.count);
    if (!daemon->handed_over)
        loop_after(&server->loop, &daemon->drain, server->config->drain_timeout_ms);
    stop_if_done(daemon);
}

/* Clients are told by the Kubernetes API first that this host is out, then the door closes. */
static void leave(struct daemon *daemon)
{
    if (daemon->leaving) { /* a second signal: at once */
        stop_accepting(daemon);
        clients_end(&daemon->server);
        return;
    }
    daemon->leaving = true;
    notify_send("STOPPING=1\nSTATUS=leaving");
    log_line(LOG_LEVEL_INFO, "leaving");
    exchange_set_order(daemon->server.exchange, EXCHANGE_DRAIN);
    if (daemon->handed_over)
        loop_after(&daemon->server.loop, &daemon->drain, daemon->server.config->drain_timeout_ms);
    else if (control_is_done(daemon))
        stop_accepting(daemon);
}

/* ---- a newer binary */

static void start_successor(struct daemon *daemon)
{
    auto_error struct error *error = NULL;
    if (daemon->leaving || daemon->successor || daemon->handed_over)
        return;
    metrics_free(steal_ptr(daemon->metrics)); /* its place is the successor's */
    daemon->successor = successor_start(&daemon->server, daemon->argv, &error);
    if (daemon->successor < 0) {
        daemon->successor = 0;
        log_line(LOG_LEVEL_ERROR, "hand-over: %s", error->message);
        return;
    }
    log_line(LOG_LEVEL_INFO, "hand-over: started process %ld", (long)daemon->successor);
}

static void hand_over(struct daemon *daemon)
{
    struct server *server = &daemon->server;
    auto_free char *state = xasprintf("MAINPID=%ld", (long)daemon->successor);
    notify_send(state);
    log_line(LOG_LEVEL_INFO, "hand-over: process %ld is ready", (long)daemon->successor);
    daemon->handed_over = true;
    daemon->successor = 0;
    exchange_set_order(server->exchange, EXCHANGE_HAND_OVER);
    for (size_t i = 0; i < server->backends.count; i++)
        probe_stop(server->backends.items[i]);
    stop_accepting(daemon);
}

static void reap(struct daemon *daemon)
{
    auto_error struct error *error = NULL;
    int status = 0;
    pid_t child = 0;
    while ((child = waitpid(-1, &status, WNOHANG)) > 0) {
        if (child != daemon->successor)
            continue;
        log_line(LOG_LEVEL_ERROR, "hand-over: process %ld ended instead, going on", (long)child);
        daemon->successor = 0;
        daemon->metrics = metrics_new(&daemon->server, &error);
        if (error)
            log_line(LOG_LEVEL_ERROR, "%s", error->message);
    }
}

/* ---- routes */

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
        stop_accepting(daemon);
    stop_if_done(daemon);
}

static int read_routes(struct daemon *daemon, struct error **err)
{
    struct routes *routes = routes_read(daemon->server.config->routes, err);
    if (!routes)
        return -1;
    exchange_publish_take(daemon->server.exchange, routes);
    return 0;
}

/* ---- signals */

static void reload(struct daemon *daemon)
{
    auto_error struct error *error = NULL;
    log_line(LOG_LEVEL_INFO, "reloading");
    if (daemon->server.config->routes && read_routes(daemon, &error) < 0)
        log_line(LOG_LEVEL_ERROR, "keeping the clusters as they are: %s", error->message);
    exchange_set_reload(daemon->server.exchange);
    watch_rescan(daemon->watch);
}

static void on_signals(struct loop_source *source, uint32_t events)
{
    struct daemon *daemon = container_of(source, struct daemon, signals);
    struct signalfd_siginfo info;
    (void)events;
    while (read(source->fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
        if (info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT)
            leave(daemon);
        else if (info.ssi_signo == SIGHUP)
            reload(daemon);
        else if (info.ssi_signo == SIGUSR2)
            start_successor(daemon);
        else if (info.ssi_signo == SIGCHLD)
            reap(daemon);
        else if (info.ssi_signo == SIGUSR1 && daemon->successor > 0 &&
                 info.ssi_pid == (uint32_t)daemon->successor)
            hand_over(daemon);
    }
}

static int take_signals(struct daemon *daemon, struct error **err)
{
    static const int numbers[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGCHLD};
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < array_length(numbers); i++)
        sigaddset(&set, numbers[i]);
    signal(SIGPIPE, SIG_IGN); /* splice knows no MSG_NOSIGNAL */
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    daemon->signals = (struct loop_source){
        .fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK),
        .ready = on_signals,
    };
    if (daemon->signals.fd < 0) {
        error_make_errno(err, errno, "signalfd");
        return -1;
    }
    return loop_add(&daemon->server.loop, &daemon->signals, EPOLLIN, err);
}

static void on_watchdog(struct timer *timer)
{
    struct daemon *daemon = container_of(timer, struct daemon, watchdog);
    notify_send("WATCHDOG=1");
    loop_after(&daemon->server.loop, timer, notify_watchdog_ms() / 2);
}

/* ---- beginning */

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
    if (take_signals(daemon, err) < 0 || listeners_open(server, err) < 0)
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
    daemon->exchange = (struct loop_source){
        .fd = exchange_routes_fd(server->exchange),
        .ready = on_exchange,
    };
    if (loop_add(&server->loop, &daemon->exchange, EPOLLIN, err) < 0)
        return -1;
    return server->config->routes ? read_routes(daemon, err) : start_control(daemon, err);
}

static int start(struct daemon *daemon, struct error **err)
{
    if (open_all(daemon, err) < 0 || listeners_start(&daemon->server, err) < 0)
        return -1;
    log_line(LOG_LEVEL_INFO, "listening on port %u", listeners_port(&daemon->server));
    notify_send("READY=1\nSTATUS=relaying");
    successor_ready();
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
    free(server->hello);
    loop_clear(&server->loop);
}

int run_daemon(const struct config *config, char **argv, struct error **err)
{
    auto_exchange struct exchange *exchange = exchange_new(err);
    if (!exchange)
        return -1;
    cleanup_with(clear) struct daemon daemon = {
        .server = {.config = config, .exchange = exchange, .drained = on_drained},
        .argv = argv,
        .signals = {.fd = -1},
        .watchdog = {.fire = on_watchdog},
        .drain = {.fire = on_drain_end},
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
