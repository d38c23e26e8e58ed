#include "support/unit.h"

#include "lxc_container/monitor.h"

#define TITLE "[lxc monitor] /var/lib/lxc web1"

static bool is(const char *cmdline, size_t size)
{
    return monitor_is(cmdline, size, "/var/lib/lxc", "web1");
}

static void test_monitor_is__title_of_the_monitor__is_known(void **state)
{
    (void)state;
    assert_true(is(TITLE, sizeof(TITLE)));
    assert_true(is(TITLE "  \0\0", sizeof(TITLE "  \0\0")));
}

static void test_monitor_is__other_processes__are_not(void **state)
{
    (void)state;
    assert_false(is("[lxc monitor] /var/lib/lxc web10", 33));
    assert_false(is("[lxc monitor] /var/lib/lxc web", 31));
    assert_false(is("x " TITLE, sizeof("x " TITLE)));
    assert_false(is("", 0));
    assert_false(is("grep\0" TITLE, sizeof("grep\0" TITLE)));
}

static void test_monitor_kill__nobody_there__returns(void **state)
{
    (void)state;
    monitor_kill("/nonexistent/mcapi", "nobody-has-this-name");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_monitor_is__title_of_the_monitor__is_known),
        cmocka_unit_test(test_monitor_is__other_processes__are_not),
        cmocka_unit_test(test_monitor_kill__nobody_there__returns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
