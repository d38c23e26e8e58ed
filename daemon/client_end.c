#include <errno.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "daemon/client_priv.h"

enum { FAREWELL_MS = 1000, FAREWELL_BYTES = 256 * 1024 };

static void list_add(struct clients *list, struct client *client)
{
    client->list = list;
    client->before = list->last;
    client->after = NULL;
    if (list->last)
        list->last->after = client;
    else
        list->first = client;
    list->last = client;
    list->count++;
}

static void list_remove(struct client *client)
{
    struct clients *list = client->list;
    if (!list)
        return;
    if (client->before)
        client->before->after = client->after;
    else
        list->first = client->after;
    if (client->after)
        client->after->before = client->before;
    else
        list->last = client->before;
    list->count--;
}

void client_enlist(struct client *client)
{
    list_add(&client->server->waiting, client);
}

void client_spoke(struct client *client)
{
    if (client->list == &client->server->others)
        return;
    list_remove(client);
    list_add(&client->server->others, client);
}

void client_count(struct client *client)
{
    struct backend *backend = client->backend;
    if (!backend)
        return;
    backend->bytes_in += client->up.bytes - client->told_up;
    backend->bytes_out += client->down.bytes - client->told_down;
    client->told_up = client->up.bytes;
    client->told_down = client->down.bytes;
}

static void leave_backend(struct client *client)
{
    client_count(client);
    struct backend *backend = steal_ptr(client->backend);
    if (!backend)
        return;
    backend->connections--;
    backend_release(backend);
}

void client_finish(struct client *client)
{
    struct server *server = client->server;
    loop_forget(&server->loop, &client->job);
    timer_stop(&server->loop.timers, &client->timer);
    flow_clear(&client->up, &server->pool);
    flow_clear(&client->down, &server->pool);
    dial_clear(&client->dial);
    loop_close(&server->loop, &client->socket);
    leave_backend(client);
    list_remove(client);
    loop_bury(&server->loop, client);
    if (server->draining && server->waiting.count + server->others.count == 0)
        server->drained(server);
}

void client_wait_for(struct client *client, size_t size)
{
    int low = (int)size;
    if (client->low == size)
        return;
    client->low = size;
    setsockopt(client->socket.fd, SOL_SOCKET, SO_RCVLOWAT, &low, sizeof(low));
}

static void say_refused(struct client *client, enum refusal why, const char *name)
{
    char text[ENDPOINT_TEXT];
    struct server *server = client->server;
    server->refused[why]++;
    /* Load balancers and scanners open connections just to see whether they open. */
    if (why == REFUSED_GONE || !log_allowed(&server->log_limit))
        return;
    log_line(LOG_LEVEL_WARNING, "refused %s: %s%s%s", endpoint_text(&client->source, text),
             refusal_word(why), name ? ": " : "", name ? name : "");
}

/* Reads and forgets: closing with bytes unread would reset the connection under the alert. */
static void on_farewell(struct loop_source *source, uint32_t events)
{
    struct client *client = container_of(source, struct client, socket);
    (void)events;
    uint8_t *buffer = client->server->pool.buffer;
    for (;;) {
        ssize_t got = recv(source->fd, buffer, FLOW_BUFFER, MSG_DONTWAIT);
        if (got < 0 && errno == EAGAIN)
            return;
        client->farewell += got > 0 ? (size_t)got : 0;
        if (got <= 0 || client->farewell > FAREWELL_BYTES) {
            client_finish(client);
            return;
        }
    }
}

static void on_farewell_end(struct timer *timer)
{
    client_finish(container_of(timer, struct client, timer));
}

void client_refuse(struct client *client, enum refusal why, enum alert alert, const char *name)
{
    struct server *server = client->server;
    say_refused(client, why, name);
    if (alert == ALERT_NONE) {
        client_finish(client);
        return;
    }
    /* Alert, TLS 1.2, two bytes, fatal. */
    const uint8_t record[] = {21, 3, 3, 0, 2, 2, (uint8_t)alert};
    ssize_t sent = send(client->socket.fd, record, sizeof(record), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 || shutdown(client->socket.fd, SHUT_WR) < 0) {
        client_finish(client);
        return;
    }
    client_wait_for(client, 1);
    client_spoke(client);
    leave_backend(client);
    client->socket.ready = on_farewell;
    client->timer.fire = on_farewell_end;
    loop_after(&server->loop, &client->timer, FAREWELL_MS);
    on_farewell(&client->socket, 0);
}

void clients_end_waiting(struct server *server)
{
    while (server->waiting.first)
        client_finish(server->waiting.first);
}

void clients_end(struct server *server)
{
    clients_end_waiting(server);
    while (server->others.first)
        client_finish(server->others.first);
}
