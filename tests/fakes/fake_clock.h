/*
 * A clock that stands still until somebody sleeps. Remembers each sleep.
 */
#ifndef FAKES_FAKE_CLOCK_H
#define FAKES_FAKE_CLOCK_H

#include <stddef.h>

/* Replaces the clock; it shows 1,000 ms. */
void fake_clock_start(void);
/* Brings the real clock back. */
void fake_clock_stop(void);
/* Lets time pass without a sleep. */
void fake_clock_advance(long long ms);
/* How many sleeps there were, and how long number I (from 0) was, in milliseconds. */
size_t fake_clock_sleeps(void);
long long fake_clock_sleep_ms(size_t i);

#endif
