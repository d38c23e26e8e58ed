#include "daemon/client.h"
#include "daemon/exchange.h"
#include "daemon/listener.h"
#include "daemon/notify.h"
#include "daemon/run_priv.h"

static bool control_is_done(const struct daemon *daemon)
{
    return !daemon->control_started || exchange_done(daemon->server.exchange);
}

void run_stop_if_done(struct daemon *daemon)
{
    struct server *server = &daemon->server;
    if (server->draining && control_is_done(daemon) &&
        server->waiting.count + server->others.count == 0)
        server->loop.stop = true;
}

void run_drained(struct server *server)
{
    run_stop_if_done(container_of(server, struct daemon, server));
}

void run_drain_ends(struct timer *timer)
{
    struct daemon *daemon = container_of(timer, struct daemon, drain);
    clients_end(&daemon->server);
    run_stop_if_done(daemon);
}

/*
 * No new clients from here on. Those that have said nothing yet can try elsewhere, but after a
 * hand-over they are served: they need not notice it.
 */
void run_stop_accepting(struct daemon *daemon)
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
    run_stop_if_done(daemon);
}

void run_leave(struct daemon *daemon)
{
    if (daemon->leaving) { /* a second signal: at once */
        exchange_set_order(daemon->server.exchange, EXCHANGE_HAND_OVER);
        run_stop_accepting(daemon);
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
        run_stop_accepting(daemon);
}
