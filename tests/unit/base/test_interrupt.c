#include "support/unit.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/interrupt.h"

/* A signal is for ever: each test has a process of its own, whose exit code is its verdict. */
static int verdict_of(int (*body)(void))
{
    pid_t pid = fork();
    if (pid == 0)
        _exit(body());
    int status = 0;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 100 + WTERMSIG(status);
}

static bool readable(int fd)
{
    struct pollfd wanted = {.fd = fd, .events = POLLIN};
    return poll(&wanted, 1, 0) == 1;
}

static int without_install(void)
{
    return interrupt_fd() != -1 || interrupt_pending() != 0 || interrupt_check(NULL) != 0;
}

static int before_a_signal(void)
{
    interrupt_install();
    interrupt_install();
    return interrupt_fd() < 0 || readable(interrupt_fd()) || interrupt_check(NULL) != 0;
}

static int after_a_signal(void)
{
    auto_error struct error *err = NULL;
    interrupt_install();
    raise(SIGTERM);
    if (interrupt_pending() != SIGTERM || !readable(interrupt_fd()))
        return 1;
    if (interrupt_check(&err) != -1 || err->kind != ERROR_INTERRUPTED)
        return 2;
    return strcmp(err->message, "stopped by signal 15 (SIGTERM)") != 0;
}

static int with_an_ignored_signal(void)
{
    signal(SIGHUP, SIG_IGN);
    interrupt_install();
    raise(SIGHUP);
    return interrupt_pending() != 0;
}

static int sleeping_with_a_signal_pending(void)
{
    interrupt_install();
    raise(SIGINT);
    long long before = clock_now_ms();
    clock_sleep_ms(10000);
    return clock_now_ms() - before > 5000;
}

static void test_interrupt__not_installed__is_never_pending(void **state)
{
    (void)state;
    assert_int_equal(verdict_of(without_install), 0);
}

static void test_interrupt__no_signal__is_not_readable(void **state)
{
    (void)state;
    assert_int_equal(verdict_of(before_a_signal), 0);
}

static void test_interrupt__signal__is_an_error_that_names_it(void **state)
{
    (void)state;
    assert_int_equal(verdict_of(after_a_signal), 0);
}

static void test_interrupt__ignored_by_our_parent__stays_ignored(void **state)
{
    (void)state;
    assert_int_equal(verdict_of(with_an_ignored_signal), 0);
}

static void test_interrupt__pending__ends_a_sleep_at_once(void **state)
{
    (void)state;
    assert_int_equal(verdict_of(sleeping_with_a_signal_pending), 0);
}

static int holding_when_a_signal_comes(void)
{
    struct error *err = NULL;
    interrupt_install();
    interrupt_hold();
    interrupt_hold();
    raise(SIGTERM);
    interrupt_release();
    if (interrupt_pending() || interrupt_fd() >= 0 || interrupt_check(&err) < 0)
        return 1;
    interrupt_release();
    return interrupt_pending() == SIGTERM && interrupt_fd() >= 0 ? 0 : 2;
}

static void test_interrupt__held__comes_when_it_is_released(void **state)
{
    (void)state;
    assert_int_equal(verdict_of(holding_when_a_signal_comes), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_interrupt__not_installed__is_never_pending),
        cmocka_unit_test(test_interrupt__no_signal__is_not_readable),
        cmocka_unit_test(test_interrupt__signal__is_an_error_that_names_it),
        cmocka_unit_test(test_interrupt__ignored_by_our_parent__stays_ignored),
        cmocka_unit_test(test_interrupt__pending__ends_a_sleep_at_once),
        cmocka_unit_test(test_interrupt__held__comes_when_it_is_released),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
