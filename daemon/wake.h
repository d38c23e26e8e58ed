/*
 * One descriptor for the three reasons to stop waiting: a time, a change that deserves attention
 * soon, and whatever another descriptor says.
 */
#ifndef DAEMON_WAKE_H
#define DAEMON_WAKE_H

#include "base/error.h"

struct wake {
    int fd;    /* becomes readable; an epoll, never read by others */
    int timer; /* inside it */
    long long due;
};

/* OTHER is borrowed; -1: none. ERROR_IO. */
int wake_init(struct wake *wake, int other, struct error **err) must_check;
void wake_clear(struct wake *wake);

/* Readable at DEADLINE (base/clock.h), whatever was said before. */
void wake_at(struct wake *wake, long long deadline);
/* The same, unless it is readable sooner anyway. */
void wake_sooner(struct wake *wake, long long deadline);
/* Waits until it is readable. */
void wake_wait(const struct wake *wake);

#endif
