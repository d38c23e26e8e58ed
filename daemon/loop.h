/*
 * The one loop of the data thread: descriptors, timers, and work that is to go on in the next
 * round.
 *
 * Plain epoll, not libuv: the relay moves bytes with splice between two sockets and a pipe, for
 * which libuv has no calls, so that only its timers and its signals would be left of it; and one
 * library less is inside the static program.
 */
#ifndef DAEMON_LOOP_H
#define DAEMON_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "daemon/timer.h"

/* A descriptor that is watched; part of a larger object. */
struct loop_source {
    int fd;
    void (*ready)(struct loop_source *source, uint32_t events);
};

/* Work for the next round; part of a larger object, zeroed at first. */
struct loop_job {
    void (*run)(struct loop_job *job);
    struct loop_job *next;
    bool waiting;
};

struct loop {
    int epoll;
    struct timers timers;
    long long now; /* when this round began, milliseconds of the monotonic clock */
    struct loop_job *jobs;
    struct loop_job **last_job;
    void **graves; /* owned: freed at the end of the round, since events may still point there */
    size_t grave_count;
    size_t grave_room;
    bool stop;
};

int loop_init(struct loop *loop, struct error **err) must_check;
void loop_clear(struct loop *loop);

/* Watches SOURCE, whose fd and ready are set, for EVENTS (EPOLLIN, …). */
int loop_add(struct loop *loop, struct loop_source *source, uint32_t events, struct error **err)
    must_check;
/* Other EVENTS for a source that is watched. */
void loop_change(struct loop *loop, struct loop_source *source, uint32_t events);
/* Ends the watch and closes the descriptor. Harmless when fd is -1. */
void loop_close(struct loop *loop, struct loop_source *source);

void loop_after(struct loop *loop, struct timer *timer, long long ms);
void loop_next_round(struct loop *loop, struct loop_job *job);
/* Takes JOB back when it waits. */
void loop_forget(struct loop *loop, struct loop_job *job);
/* Frees MEMORY at the end of the round. */
void loop_bury(struct loop *loop, void *memory_take);

/* Until loop->stop. -1 only when epoll itself fails. */
int loop_run(struct loop *loop, struct error **err) must_check;

/* The object of TYPE whose member MEMBER is at POINTER. */
#define container_of(POINTER, TYPE, MEMBER)                                                        \
    ((TYPE *)(void *)((char *)(POINTER)-offsetof(TYPE, MEMBER)))

#endif
