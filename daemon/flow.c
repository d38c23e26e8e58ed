#include "daemon/flow.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"

void flow_pool_init(struct flow_pool *pool, size_t keep)
{
    *pool = (struct flow_pool){
        .idle = xcalloc(keep + 1, sizeof(struct flow_pipe)),
        .keep = keep,
        .buffer = xmalloc(FLOW_BUFFER),
    };
}

static void pipe_close(struct flow_pipe *pipe, struct flow_pool *pool)
{
    if (pipe->out < 0)
        return;
    close(pipe->out);
    close(pipe->in);
    *pipe = (struct flow_pipe){.out = -1, .in = -1};
    pool->made--;
}

void flow_pool_clear(struct flow_pool *pool)
{
    while (pool->count > 0)
        pipe_close(&pool->idle[--pool->count], pool);
    free(pool->idle);
    free(pool->buffer);
    *pool = (struct flow_pool){0};
}

/* False when there are no descriptors left: the bytes are copied then. */
static bool pipe_get(struct flow_pipe *pipe, struct flow_pool *pool)
{
    int ends[2];
    if (pool->count > 0) {
        *pipe = pool->idle[--pool->count];
        return true;
    }
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
        return false;
    fcntl(ends[1], F_SETPIPE_SZ, FLOW_PIPE); /* a smaller one does it too */
    *pipe = (struct flow_pipe){.out = ends[0], .in = ends[1]};
    pool->made++;
    return true;
}

/* Gives an empty pipe back. */
static void pipe_put(struct flow_pipe *pipe, struct flow_pool *pool)
{
    if (pipe->out < 0)
        return;
    if (pool->count == pool->keep) {
        pipe_close(pipe, pool);
        return;
    }
    pool->idle[pool->count++] = *pipe;
    *pipe = (struct flow_pipe){.out = -1, .in = -1};
}

void flow_clear(struct flow *flow, struct flow_pool *pool)
{
    if (flow->held > 0)
        pipe_close(&flow->pipe, pool);
    else
        pipe_put(&flow->pipe, pool);
    free(flow->rest);
    flow->rest = NULL;
    flow->held = 0;
}

enum step { STEP_ON, STEP_WAIT, STEP_END, STEP_BROKEN };

static enum step blocked(bool *flag)
{
    if (errno == EINTR)
        return STEP_ON;
    if (errno != EAGAIN)
        return STEP_BROKEN;
    *flag = false;
    return STEP_WAIT;
}

static enum step write_pipe(struct flow *flow, struct flow_end *to)
{
    if (!to->writable)
        return STEP_WAIT;
    ssize_t sent =
        splice(flow->pipe.out, NULL, to->fd, NULL, flow->held, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
    if (sent < 0)
        return blocked(&to->writable);
    flow->held -= (size_t)sent;
    flow->bytes += (unsigned long long)sent;
    return STEP_ON;
}

static enum step write_rest(struct flow *flow, struct flow_end *to)
{
    if (!to->writable)
        return STEP_WAIT;
    ssize_t sent = send(to->fd, flow->rest + flow->rest_at, flow->rest_size - flow->rest_at,
                        MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0)
        return blocked(&to->writable);
    flow->rest_at += (size_t)sent;
    flow->bytes += (unsigned long long)sent;
    if (flow->rest_at == flow->rest_size) {
        free(flow->rest);
        flow->rest = NULL;
    }
    return STEP_ON;
}

static enum step read_pipe(struct flow *flow, struct flow_end *from)
{
    ssize_t got =
        splice(from->fd, NULL, flow->pipe.in, NULL, FLOW_PIPE, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
    if (got < 0)
        return blocked(&from->readable); /* the pipe is empty, so it is the socket that waits */
    if (got == 0)
        return STEP_END;
    flow->held = (size_t)got;
    flow->stream = got >= FLOW_BUFFER;
    return STEP_ON;
}

static enum step read_buffer(struct flow *flow, struct flow_end *from, struct flow_end *to,
                             struct flow_pool *pool)
{
    ssize_t got = recv(from->fd, pool->buffer, FLOW_BUFFER, MSG_DONTWAIT);
    if (got < 0)
        return blocked(&from->readable);
    /* Less than there was room for: that was all, and asking once more costs as much again. */
    if (got < FLOW_BUFFER && !from->over)
        from->readable = false;
    if (got == 0)
        return STEP_END;
    flow->stream = got == FLOW_BUFFER;
    ssize_t sent =
        to->writable ? send(to->fd, pool->buffer, (size_t)got, MSG_NOSIGNAL | MSG_DONTWAIT) : 0;
    if (sent < 0) {
        if (blocked(&to->writable) == STEP_BROKEN)
            return STEP_BROKEN;
        sent = 0;
    }
    flow->bytes += (unsigned long long)sent;
    if (sent < got) {
        flow->rest_size = (size_t)(got - sent);
        flow->rest_at = 0;
        flow->rest = xmalloc(flow->rest_size);
        memcpy(flow->rest, pool->buffer + sent, flow->rest_size);
    }
    return STEP_ON;
}

static enum step read_some(struct flow *flow, struct flow_end *from, struct flow_end *to,
                           struct flow_pool *pool)
{
    if (!from->readable)
        return STEP_WAIT;
    if (flow->stream && (flow->pipe.out >= 0 || pipe_get(&flow->pipe, pool)))
        return read_pipe(flow, from);
    return read_buffer(flow, from, to, pool);
}

static enum step step_of(struct flow *flow, struct flow_end *from, struct flow_end *to,
                         struct flow_pool *pool)
{
    if (flow->rest)
        return write_rest(flow, to);
    if (flow->held > 0)
        return write_pipe(flow, to);
    return read_some(flow, from, to, pool);
}

enum flow_result flow_move(struct flow *flow, struct flow_end *from, struct flow_end *to,
                           struct flow_pool *pool)
{
    if (flow->ended)
        return FLOW_ENDED;
    unsigned long long most = flow->bytes + FLOW_BUDGET;
    enum step step = STEP_ON;
    while (step == STEP_ON && flow->bytes < most)
        step = step_of(flow, from, to, pool);
    if (step == STEP_ON)
        return FLOW_TURN;
    if (flow->held == 0)
        pipe_put(&flow->pipe, pool);
    if (step == STEP_BROKEN)
        return FLOW_BROKEN;
    if (step == STEP_WAIT)
        return FLOW_WAITS;
    if (!to->done)
        shutdown(to->fd, SHUT_WR);
    from->done = true;
    flow->ended = true;
    return FLOW_ENDED;
}
