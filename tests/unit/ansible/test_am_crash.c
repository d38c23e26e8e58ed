#include "support/unit.h"

#include <signal.h>
#include <sys/resource.h>

#include "ansible/am_crash.h"
#include "base/compiler.h"
#include "support/json_text.h"
#include "unit/ansible/child.h"

enum way { ABORT, NO_MEMORY, NO_MEMORY_WHILE_WORKING, DISARMED, SEGMENT, DEEP };

static int recurse(int depth)
{
    volatile char frame[4096] = {0};
    return depth < 0 ? 0 : recurse(depth + 1) + frame[depth % 4096];
}

static int die(void *argument)
{
    enum way way = *(enum way *)argument;
    am_crash_guard("probe");
    if (way == NO_MEMORY_WHILE_WORKING)
        am_crash_working();
    if (way == DISARMED)
        am_crash_disarm();
    if (way == NO_MEMORY || way == NO_MEMORY_WHILE_WORKING)
        free(xreallocarray(NULL, SIZE_MAX, 2));
    if (way == SEGMENT)
        raise(SIGSEGV);
    if (way == DEEP)
        return recurse(0);
    abort();
}

static void assert_last_words(enum way way, const char *changed, const char *reason)
{
    struct child_outcome outcome = run_in_child(die, &way);
    auto_free char *wanted = xasprintf(
        "\n{\"failed\": true, \"changed\": %s, \"msg\": \"The module probe ended unexpectedly: %s. "
        "What it did before is not known.\"}\n",
        changed, reason);
    assert_string_equal(buf_str(&outcome.output), wanted);
    json_auto_t *value = json_loadb(buf_str(&outcome.output), outcome.output.size, 0, NULL);
    assert_non_null(value);
    assert_true(WIFEXITED(outcome.status));
    assert_int_equal(WEXITSTATUS(outcome.status), 1);
    buf_clear(&outcome.output);
}

static void test_am_crash__an_abort__still_gives_an_object(void **state)
{
    (void)state;
    assert_last_words(ABORT, "false", "it aborted (SIGABRT)");
}

static void test_am_crash__no_memory__still_gives_an_object(void **state)
{
    (void)state;
    assert_last_words(NO_MEMORY, "false", "out of memory");
}

static void test_am_crash__while_working__something_may_have_changed(void **state)
{
    (void)state;
    assert_last_words(NO_MEMORY_WHILE_WORKING, "true", "out of memory");
}

static void test_am_crash__after_the_result__says_nothing_more(void **state)
{
    (void)state;
    enum way way = DISARMED;
    struct child_outcome outcome = run_in_child(die, &way);
    assert_int_equal(outcome.output.size, 0);
    assert_true(WIFEXITED(outcome.status));
    assert_int_equal(WEXITSTATUS(outcome.status), 1);
    buf_clear(&outcome.output);
}

static void test_am_crash__a_fault_or_an_endless_recursion__still_gives_an_object(void **state)
{
    (void)state;
#if SANITIZED
    skip(); /* the sanitizer keeps these signals for itself */
#else
    assert_last_words(SEGMENT, "false", "it crashed (SIGSEGV)");
    assert_last_words(DEEP, "false", "it crashed (SIGSEGV)");
#endif
}

static int core_limit(void *argument)
{
    struct rlimit limit = {1, 1};
    (void)argument;
    am_crash_guard("probe");
    return getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_cur == 0 ? 0 : 1;
}

static void test_am_crash__core_files__are_off(void **state)
{
    (void)state;
    struct child_outcome outcome = run_in_child(core_limit, NULL);
    assert_int_equal(outcome.status, 0);
    buf_clear(&outcome.output);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_am_crash__an_abort__still_gives_an_object),
        cmocka_unit_test(test_am_crash__no_memory__still_gives_an_object),
        cmocka_unit_test(test_am_crash__while_working__something_may_have_changed),
        cmocka_unit_test(test_am_crash__after_the_result__says_nothing_more),
        cmocka_unit_test(test_am_crash__a_fault_or_an_endless_recursion__still_gives_an_object),
        cmocka_unit_test(test_am_crash__core_files__are_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
