#include "base/clock.h"

#include <limits.h>
#include <poll.h>
#include <stddef.h>
#include <time.h>

#include "base/interrupt.h"

static long long real_now_ms(void)
{
    struct timespec now = {0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void real_sleep_ms(long long ms)
{
    /* A signal that comes just before the sleep still ends it: its descriptor is readable. */
    struct pollfd interrupt = {.fd = interrupt_fd(), .events = POLLIN};
    poll(&interrupt, 1, ms < INT_MAX ? (int)ms : INT_MAX);
}

static const struct clock_source real_clock = {real_now_ms, real_sleep_ms};
static const struct clock_source *current = &real_clock;

void clock_use(const struct clock_source *source)
{
    current = source ? source : &real_clock;
}

long long clock_now_ms(void)
{
    return current->now_ms();
}

void clock_sleep_ms(long long ms)
{
    if (ms > 0)
        current->sleep_ms(ms);
}

long long clock_deadline_ms(long long ms)
{
    return clock_now_ms() + ms;
}

long long clock_left_ms(long long deadline)
{
    long long left = deadline - clock_now_ms();
    return left > 0 ? left : 0;
}

bool clock_passed(long long deadline)
{
    return clock_left_ms(deadline) == 0;
}
