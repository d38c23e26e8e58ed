#include "daemon/loop.h"
#include "daemon/timer.h"
#include "support/unit.h"

enum { MANY = 500 };

struct bell {
    struct timer timer;
    struct timers *timers;
    long long rung; /* order, from 1 */
    long long again;
};

static long long rings;

static void ring(struct timer *timer)
{
    struct bell *bell = container_of(timer, struct bell, timer);
    bell->rung = ++rings;
    if (bell->again)
        timer_set(bell->timers, timer, bell->again);
}

static void test_timer__many_in_any_order__fire_in_order_of_time(void **state)
{
    (void)state;
    struct timers timers = {0};
    static struct bell bells[MANY];
    rings = 0;
    for (size_t i = 0; i < MANY; i++) {
        bells[i] = (struct bell){.timer = {.fire = ring}};
        timer_set(&timers, &bells[i].timer, (long long)(i * 7919 % MANY));
    }
    /* Every third away, every fifth at another time. */
    for (size_t i = 0; i < MANY; i += 3)
        timer_stop(&timers, &bells[i].timer);
    for (size_t i = 0; i < MANY; i += 5)
        timer_set(&timers, &bells[i].timer, (long long)(MANY - i));
    timers_fire(&timers, MANY);
    for (size_t i = 0; i < MANY; i++) {
        bool away = i % 3 == 0 && i % 5 != 0;
        assert_int_equal(bells[i].rung == 0, away);
        for (size_t j = 0; j < MANY && !away; j++)
            assert_false(bells[j].rung > bells[i].rung && bells[j].timer.due < bells[i].timer.due);
    }
    assert_int_equal(timers_left(&timers, 0), -1);
    timers_clear(&timers);
}

static void test_timer__not_due__waits(void **state)
{
    (void)state;
    struct timers timers = {0};
    struct bell bell = {.timer = {.fire = ring}};
    timer_set(&timers, &bell.timer, 100);
    timers_fire(&timers, 99);
    assert_int_equal(bell.rung, 0);
    assert_int_equal(timers_left(&timers, 60), 40);
    assert_int_equal(timers_left(&timers, 200), 0);
    timer_stop(&timers, &bell.timer);
    timer_stop(&timers, &bell.timer);
    assert_int_equal(timers_left(&timers, 60), -1);
    timers_clear(&timers);
}

static void test_timer__arms_itself_for_the_present__does_not_hold_the_loop(void **state)
{
    (void)state;
    struct timers timers = {0};
    struct bell bell = {.timer = {.fire = ring}, .timers = &timers, .again = 5};
    rings = 0;
    timer_set(&timers, &bell.timer, 5);
    timers_fire(&timers, 5);
    assert_int_equal(rings, 1);
    timers_fire(&timers, 5);
    assert_int_equal(rings, 2);
    timers_clear(&timers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_timer__many_in_any_order__fire_in_order_of_time),
        cmocka_unit_test(test_timer__not_due__waits),
        cmocka_unit_test(test_timer__arms_itself_for_the_present__does_not_hold_the_loop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
