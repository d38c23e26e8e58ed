#include "daemon/timer.h"

#include <stdlib.h>

#include "base/mem.h"

void timers_clear(struct timers *timers)
{
    free(timers->heap);
    *timers = (struct timers){0};
}

static void put(struct timers *timers, size_t slot, struct timer *timer)
{
    timers->heap[slot - 1] = timer;
    timer->slot = slot;
}

static struct timer *at(const struct timers *timers, size_t slot)
{
    return timers->heap[slot - 1];
}

static void rise(struct timers *timers, struct timer *timer)
{
    size_t slot = timer->slot;
    while (slot > 1 && at(timers, slot / 2)->due > timer->due) {
        put(timers, slot, at(timers, slot / 2));
        slot /= 2;
    }
    put(timers, slot, timer);
}

static void sink(struct timers *timers, struct timer *timer)
{
    size_t slot = timer->slot;
    for (;;) {
        size_t child = slot * 2;
        if (child > timers->count)
            break;
        if (child < timers->count && at(timers, child + 1)->due < at(timers, child)->due)
            child++;
        if (at(timers, child)->due >= timer->due)
            break;
        put(timers, slot, at(timers, child));
        slot = child;
    }
    put(timers, slot, timer);
}

void timer_set(struct timers *timers, struct timer *timer, long long due)
{
    timer->due = due;
    if (timer->slot == 0) {
        if (timers->count == timers->room) {
            timers->room = timers->room ? timers->room * 2 : 64;
            timers->heap = xreallocarray(timers->heap, timers->room, sizeof(struct timer *));
        }
        timers->count++;
        put(timers, timers->count, timer);
    }
    rise(timers, timer);
    sink(timers, timer);
}

void timer_stop(struct timers *timers, struct timer *timer)
{
    if (timer->slot == 0)
        return;
    struct timer *last = at(timers, timers->count);
    timers->count--;
    if (last != timer) {
        put(timers, timer->slot, last);
        rise(timers, last);
        sink(timers, last);
    }
    timer->slot = 0;
}

long long timers_left(const struct timers *timers, long long now)
{
    if (timers->count == 0)
        return -1;
    long long left = timers->heap[0]->due - now;
    return left > 0 ? left : 0;
}

void timers_fire(struct timers *timers, long long now)
{
    /* As many as are there now: one that arms itself for the present must not hold the loop. */
    for (size_t most = timers->count; most > 0 && timers->count > 0; most--) {
        struct timer *first = timers->heap[0];
        if (first->due > now)
            return;
        timer_stop(timers, first);
        first->fire(first);
    }
}
