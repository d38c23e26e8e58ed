/*
 * Monotonic time and deadlines, in milliseconds. A test replaces the clock and then time passes
 * only when something sleeps.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>

/* Milliseconds since an arbitrary start; never goes back. */
long long clock_now_ms(void);
/* Sleeps; returns early, or at once, when a signal is pending (base/interrupt.h). */
void clock_sleep_ms(long long ms);

/* The point in time MS milliseconds from now. */
long long clock_deadline_ms(long long ms);
/* Milliseconds left until DEADLINE, 0 when it has passed. */
long long clock_left_ms(long long deadline);
bool clock_passed(long long deadline);

struct clock_source {
    long long (*now_ms)(void);
    void (*sleep_ms)(long long ms);
};

/* For tests: NULL brings the real clock back. SOURCE is borrowed. */
void clock_use(const struct clock_source *source);

#endif
