#include <sys/epoll.h>

#include "daemon/client_priv.h"

static void move(struct client *client)
{
    struct flow_pool *pool = &client->server->pool;
    unsigned long long before = client->up.bytes + client->down.bytes;
    enum flow_result up = flow_move(&client->up, &client->near, &client->far, pool);
    /* A cluster that takes nothing any more may have said why before, and its event comes later. */
    client->far.readable = client->far.readable || up == FLOW_BROKEN;
    enum flow_result down = flow_move(&client->down, &client->far, &client->near, pool);
    client_count(client);
    if (client->up.bytes + client->down.bytes != before)
        client->active_ms = client->server->loop.now;
    if (up == FLOW_BROKEN || down == FLOW_BROKEN || (up == FLOW_ENDED && down == FLOW_ENDED))
        client_finish(client);
    else if (up == FLOW_TURN || down == FLOW_TURN)
        loop_next_round(&client->server->loop, &client->job);
}

static void on_job(struct loop_job *job)
{
    move(container_of(job, struct client, job));
}

/* How long nothing may move; 0: for ever. */
static long long patience(const struct client *client)
{
    const struct config *config = client->server->config;
    long long half = config->half_timeout_ms;
    long long idle = config->idle_timeout_ms;
    return client->half_closed && half > 0 && (half < idle || idle == 0) ? half : idle;
}

/* The timer runs from the last time that it was looked at, not from each byte. */
static void on_idle(struct timer *timer)
{
    struct client *client = container_of(timer, struct client, timer);
    struct server *server = client->server;
    long long idle = server->loop.now - client->active_ms;
    if (idle >= patience(client)) {
        server->closed_idle++;
        client_finish(client);
        return;
    }
    loop_after(&server->loop, timer, patience(client) - idle);
}

static void watch_idle(struct client *client)
{
    client->timer.fire = on_idle;
    if (patience(client) > 0)
        loop_after(&client->server->loop, &client->timer, patience(client));
}

/* A receiver that takes nothing must not keep a connection whose sender has left. */
static void note_end(struct client *client, uint32_t events)
{
    if (client->half_closed || !(events & (EPOLLRDHUP | EPOLLHUP)))
        return;
    client->half_closed = true;
    watch_idle(client);
}

static void note(struct flow_end *end, uint32_t events)
{
    if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR))
        end->readable = true;
    end->over = events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR);
    if (events & (EPOLLOUT | EPOLLHUP | EPOLLERR))
        end->writable = true;
}

static void on_near(struct loop_source *source, uint32_t events)
{
    struct client *client = container_of(source, struct client, socket);
    note(&client->near, events);
    note_end(client, events);
    move(client);
}

static void on_far(struct loop_source *source, uint32_t events)
{
    struct dial *dial = container_of(source, struct dial, source);
    struct client *client = container_of(dial, struct client, dial);
    note(&client->far, events);
    note_end(client, events);
    move(client);
}

void client_relay(struct client *client)
{
    struct server *server = client->server;
    client_wait_for(client, 1);
    /* What was told while they were connected is not told again. */
    client->near = (struct flow_end){
        .fd = client->socket.fd, .readable = true, .writable = true, .over = client->half_closed};
    client->far = (struct flow_end){.fd = client->dial.source.fd,
                                    .readable = true,
                                    .writable = true,
                                    .over = client->dial.over};
    client->socket.ready = on_near;
    client->dial.source.ready = on_far;
    client->half_closed = client->half_closed || client->dial.over;
    client->job.run = on_job;
    client->active_ms = server->loop.now;
    client->backend->opened++;
    server->relayed++;
    watch_idle(client);
    move(client);
}
