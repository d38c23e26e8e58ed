#include "support/unit.h"

#include <signal.h>

#include "base/signame.h"

static void test_signame__of_common_signals__is_their_short_name(void **state)
{
    (void)state;
    assert_string_equal(signame(SIGTERM), "TERM");
    assert_string_equal(signame(SIGKILL), "KILL");
    assert_string_equal(signame(SIGPIPE), "PIPE");
    assert_string_equal(signame(SIGSYS), "SYS");
}

/* A row that was forgotten shows here; the number 0 is no signal. */
static void test_signame__of_every_standard_signal__is_known(void **state)
{
    (void)state;
    for (int number = 1; number < 32; number++)
        assert_string_not_equal(signame(number), "?");
}

static void test_signame__of_anything_else__is_a_question_mark(void **state)
{
    (void)state;
    assert_string_equal(signame(0), "?");
    assert_string_equal(signame(-1), "?");
    assert_string_equal(signame(SIGRTMAX), "?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_signame__of_common_signals__is_their_short_name),
        cmocka_unit_test(test_signame__of_every_standard_signal__is_known),
        cmocka_unit_test(test_signame__of_anything_else__is_a_question_mark),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
