/*
 * Bytes from one socket to another, one direction.
 *
 * Little at a time goes through a buffer that all flows share; a stream goes through a pipe, in
 * which the kernel moves pages without copying them. A flow owns a pipe, or memory, only while
 * bytes are under way that the receiver does not take yet.
 */
#ifndef DAEMON_FLOW_H
#define DAEMON_FLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

enum {
    FLOW_BUFFER = 16 * 1024,   /* what counts as a little */
    FLOW_PIPE = 256 * 1024,    /* bytes that a pipe holds, where the kernel allows that */
    FLOW_BUDGET = 1024 * 1024, /* bytes per turn: others have something to move too */
};

struct flow_pipe {
    int out; /* -1: none */
    int in;
};

/* Pipes that wait to be used, and the shared buffer. */
struct flow_pool {
    struct flow_pipe *idle; /* owned, KEEP of them at most */
    size_t count;
    size_t keep;
    size_t made;     /* pipes that exist, idle or not */
    uint8_t *buffer; /* owned, FLOW_BUFFER bytes */
};

void flow_pool_init(struct flow_pool *pool, size_t keep);
void flow_pool_clear(struct flow_pool *pool);

/* One socket as an edge-triggered epoll sees it: a flag stays until a call would have blocked. */
struct flow_end {
    int fd;
    bool readable;
    bool writable;
    bool over; /* maybe closed by its peer: the end comes behind the last bytes without an edge */
    bool done; /* read to its end: nobody sends from here any more */
};

/* Zeroed at first, with pipe.out and pipe.in -1 (FLOW_INIT). */
struct flow {
    struct flow_pipe pipe;
    size_t held;   /* bytes in the pipe */
    uint8_t *rest; /* owned: what was read into the shared buffer and not taken, or NULL */
    size_t rest_size;
    size_t rest_at;
    unsigned long long bytes; /* handed to the receiver in all */
    bool stream;              /* the last read filled the buffer: use a pipe */
    bool ended;               /* the sender is done, and the receiver was told */
};
#define FLOW_INIT                                                                                  \
    {                                                                                              \
        .pipe = {.out = -1, .in = -1 }                                                             \
    }

void flow_clear(struct flow *flow, struct flow_pool *pool);

enum flow_result {
    FLOW_WAITS,  /* for one of the two sockets */
    FLOW_TURN,   /* its budget is used up: call again after the others */
    FLOW_ENDED,  /* the sender closed its side and the receiver was told; but for one that is done
                    too: to close both sockets tells it in one go */
    FLOW_BROKEN, /* a socket failed: errno */
};

enum flow_result flow_move(struct flow *flow, struct flow_end *from, struct flow_end *to,
                           struct flow_pool *pool) must_check;

#endif
