#include "daemon/client.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "daemon/client_priv.h"
#include "daemon/hello.h"
#include "daemon/names.h"
#include "daemon/probe.h"

/* ---- connecting */

static void on_dialled(struct dial *dial, bool success)
{
    struct client *client = container_of(dial, struct client, dial);
    struct backend *backend = client->backend;
    if (!success) {
        backend->failed++;
        auto_free char *why = xasprintf("%s: %s", backend->cluster, dial->error->message);
        client_refuse(client, REFUSED_UNREACHABLE, ALERT_INTERNAL_ERROR, why);
        return;
    }
    if (backend_worked(backend, dial->namespace, &dial->id, dial->at))
        log_line(LOG_LEVEL_INFO, "cluster %s: namespace %s was made anew", backend->cluster,
                 dial->namespace);
    probe_soon(backend);
    client_relay(client);
}

/* There is no second event for it. */
static void note_end(struct client *client, uint32_t events)
{
    if (events & (EPOLLRDHUP | EPOLLHUP))
        client->half_closed = true;
}

/* While it connects only a client that gave up matters. */
static void on_impatient(struct loop_source *source, uint32_t events)
{
    struct client *client = container_of(source, struct client, socket);
    note_end(client, events);
    if (events & (EPOLLHUP | EPOLLERR))
        client_refuse(client, REFUSED_GONE, ALERT_NONE, NULL);
}

static void dial_backend(struct client *client, struct backend *backend)
{
    struct server *server = client->server;
    if (backend->connections >= (unsigned long long)server->config->max_per_cluster) {
        client_refuse(client, REFUSED_CLUSTER_LIMIT, ALERT_INTERNAL_ERROR, backend->cluster);
        return;
    }
    client_spoke(client);
    timer_stop(&server->loop.timers, &client->timer);
    client->backend = backend;
    backend->connections++;
    client->socket.ready = on_impatient;
    client->dial.backend = backend;
    client->dial.timeout_ms = server->config->connect_timeout_ms;
    client->dial.done = on_dialled;
    dial_start(&client->dial);
}

/* ---- the hello */

static void read_name(struct client *client, const char *name)
{
    char cluster[NAMES_CLUSTER];
    struct server *server = client->server;
    struct backend *backend = NULL;
    if (names_cluster(name, server->config->namespace, cluster))
        backend = backends_find(&server->backends, cluster);
    if (backend)
        dial_backend(client, backend);
    else
        client_refuse(client, REFUSED_UNKNOWN, ALERT_UNRECOGNIZED_NAME, name);
}

static void judge_hello(struct client *client, size_t size)
{
    struct hello hello;
    switch (hello_parse(client->server->hello, size, &hello)) {
    case HELLO_FOUND:
        read_name(client, hello.name);
        return;
    case HELLO_MORE:
        client_wait_for(client, hello.need);
        return;
    case HELLO_NO_NAME:
        client_refuse(client, REFUSED_NO_NAME, ALERT_MISSING_EXTENSION, NULL);
        return;
    case HELLO_NOT_TLS:
        client_refuse(client, REFUSED_NOT_TLS, ALERT_NONE, NULL);
        return;
    case HELLO_MALFORMED:
    case HELLO_TOO_LONG:
        client_refuse(client, REFUSED_MALFORMED, ALERT_DECODE_ERROR, NULL);
        return;
    }
}

/* The bytes stay in the socket: they are relayed from there, and wait there for free. */
static void on_hello(struct loop_source *source, uint32_t events)
{
    struct client *client = container_of(source, struct client, socket);
    ssize_t got = recv(source->fd, client->server->hello, HELLO_BYTES, MSG_PEEK | MSG_DONTWAIT);
    note_end(client, events);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got > 0)
        judge_hello(client, (size_t)got);
    /* A client that closed will not send the rest. */
    bool over = got <= 0 || (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR));
    if (over && source->ready == on_hello)
        client_refuse(client, REFUSED_GONE, ALERT_NONE, NULL);
}

static void on_slow(struct timer *timer)
{
    client_refuse(container_of(timer, struct client, timer), REFUSED_SLOW, ALERT_NONE, NULL);
}

void client_begin(struct server *server, int fd_take, const struct endpoint *source)
{
    auto_error struct error *error = NULL;
    struct client *client = xcalloc(1, sizeof(*client));
    *client = (struct client){
        .server = server,
        .socket = {.fd = fd_take, .ready = on_hello},
        .timer = {.fire = on_slow},
        .source = *source,
        .dial = {.server = server, .source = {.fd = -1}},
        .up = FLOW_INIT,
        .down = FLOW_INIT,
        .low = 1,
    };
    client_enlist(client);
    if (loop_add(&server->loop, &client->socket, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
                 &error) < 0) {
        client_finish(client);
        return;
    }
    loop_after(&server->loop, &client->timer, server->config->hello_timeout_ms);
    /* Those who wait longest have had the best chance to speak. */
    if (server->waiting.count > server->most_waiting)
        client_refuse(server->waiting.first, REFUSED_CROWDED, ALERT_NONE, NULL);
}
