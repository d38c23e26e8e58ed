/*
 * Points in time at which something is to be done: a heap, so that a thousand connections cost
 * nothing while none of their times has come. Pure: whoever calls says what time it is.
 */
#ifndef DAEMON_TIMER_H
#define DAEMON_TIMER_H

#include <stddef.h>

#include "base/compiler.h"

/* Part of a larger object; zeroed at first. Must be disarmed before that object is freed. */
struct timer {
    long long due; /* milliseconds of the monotonic clock */
    size_t slot;   /* its place in the heap, from 1; 0: not armed */
    void (*fire)(struct timer *timer);
};

struct timers {
    struct timer **heap; /* owned; the timers are not */
    size_t count;
    size_t room;
};

void timers_clear(struct timers *timers);
/* Arms TIMER, or changes its time when it is armed. */
void timer_set(struct timers *timers, struct timer *timer, long long due) nonnull_all;
/* Harmless when it is not armed. */
void timer_stop(struct timers *timers, struct timer *timer) nonnull_all;
/* Milliseconds from NOW to the first one, at least 0; -1 when none is armed. */
long long timers_left(const struct timers *timers, long long now) nonnull_all;
/* Disarms and fires all that are due at NOW; what they arm for NOW waits for the next call. */
void timers_fire(struct timers *timers, long long now) nonnull_all;

#endif
