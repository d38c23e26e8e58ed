#include "fakes/fake_clock.h"

#include "base/clock.h"

enum { MOST_SLEEPS = 1000 };

static long long fake_now;
static long long sleeps[MOST_SLEEPS];
static size_t sleep_count;

static long long now(void)
{
    return fake_now;
}

static void sleep_fake(long long ms)
{
    fake_now += ms;
    if (sleep_count < MOST_SLEEPS)
        sleeps[sleep_count++] = ms;
}

void fake_clock_start(void)
{
    static const struct clock_source source = {now, sleep_fake};
    fake_now = 1000;
    sleep_count = 0;
    clock_use(&source);
}

void fake_clock_stop(void)
{
    clock_use(NULL);
}

void fake_clock_advance(long long ms)
{
    fake_now += ms;
}

size_t fake_clock_sleeps(void)
{
    return sleep_count;
}

long long fake_clock_sleep_ms(size_t i)
{
    return i < sleep_count ? sleeps[i] : -1;
}
