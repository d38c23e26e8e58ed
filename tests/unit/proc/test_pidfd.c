#include "support/unit.h"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "proc/pidfd.h"

static void test_pidfd__process__is_readable_once_it_has_ended(void **state)
{
    (void)state;
    int hold[2];
    assert_int_equal(pipe(hold), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        char byte;
        close(hold[1]);
        _exit(read(hold[0], &byte, 1) == 0 ? 0 : 1);
    }
    auto_close int fd = pidfd_of(child);
    close(hold[0]);
    if (fd >= 0) {
        struct pollfd waiting = {.fd = fd, .events = POLLIN};
        assert_int_equal(poll(&waiting, 1, 0), 0);
        close(hold[1]);
        assert_int_equal(poll(&waiting, 1, 10000), 1);
    } else {
        close(hold[1]);
    }
    assert_int_equal(waitpid(child, NULL, 0), child);
}

static void test_pidfd__no_such_process__is_none(void **state)
{
    (void)state;
    assert_int_equal(pidfd_of(-1), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pidfd__process__is_readable_once_it_has_ended),
        cmocka_unit_test(test_pidfd__no_such_process__is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
