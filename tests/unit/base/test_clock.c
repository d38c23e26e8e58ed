#include "support/unit.h"

#include "base/clock.h"

static long long fake_now;

static long long now(void)
{
    return fake_now;
}

static void sleep_fake(long long ms)
{
    fake_now += ms;
}

static const struct clock_source fake = {now, sleep_fake};

static int use_fake(void **state)
{
    (void)state;
    fake_now = 1000;
    clock_use(&fake);
    return 0;
}

static int use_real(void **state)
{
    (void)state;
    clock_use(NULL);
    return 0;
}

static void test_clock__fake__passes_only_while_sleeping(void **state)
{
    (void)state;
    assert_int_equal(clock_now_ms(), 1000);
    clock_sleep_ms(250);
    assert_int_equal(clock_now_ms(), 1250);
    clock_sleep_ms(0);
    clock_sleep_ms(-5);
    assert_int_equal(clock_now_ms(), 1250);
}

static void test_clock__deadline__counts_down_to_zero_and_stays(void **state)
{
    (void)state;
    long long deadline = clock_deadline_ms(100);
    assert_int_equal(clock_left_ms(deadline), 100);
    assert_false(clock_passed(deadline));
    clock_sleep_ms(99);
    assert_int_equal(clock_left_ms(deadline), 1);
    clock_sleep_ms(1);
    assert_true(clock_passed(deadline));
    clock_sleep_ms(1);
    assert_int_equal(clock_left_ms(deadline), 0);
}

static void test_clock__real__goes_on_by_itself(void **state)
{
    (void)state;
    long long before = clock_now_ms();
    clock_sleep_ms(20);
    long long slept = clock_now_ms() - before;
    assert_in_range(slept, 19, 5000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_clock__fake__passes_only_while_sleeping, use_fake,
                                        use_real),
        cmocka_unit_test_setup_teardown(test_clock__deadline__counts_down_to_zero_and_stays,
                                        use_fake, use_real),
        cmocka_unit_test(test_clock__real__goes_on_by_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
