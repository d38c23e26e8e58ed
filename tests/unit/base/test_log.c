#include "support/unit.h"

#include <unistd.h>

#include "base/log.h"

/* What log_trace writes to standard error at LEVEL, owned. */
static char *traced(const char *level)
{
    int ends[2];
    int saved = dup(STDERR_FILENO);
    assert_int_equal(pipe(ends), 0);
    dup2(ends[1], STDERR_FILENO);
    if (level)
        setenv("MCAPI_TRACE", level, 1);
    else
        unsetenv("MCAPI_TRACE");
    log_init();
    log_trace(1, "first %d", 1);
    log_trace(3, "third");
    dup2(saved, STDERR_FILENO);
    close(saved);
    close(ends[1]);
    char text[1000];
    ssize_t got = read(ends[0], text, sizeof(text));
    close(ends[0]);
    return xmemdup(text, got > 0 ? (size_t)got : 0);
}

static void test_log__no_level__is_silent(void **state)
{
    (void)state;
    auto_free char *text = traced(NULL);
    assert_string_equal(text, "");
    assert_false(log_enabled(1));
}

static void test_log__unusable_level__is_silent(void **state)
{
    (void)state;
    auto_free char *text = traced("loud");
    assert_string_equal(text, "");
}

static void test_log__level__lets_lower_ones_through(void **state)
{
    (void)state;
    auto_free char *one = traced("1");
    assert_non_null(strstr(one, " ms first 1\n"));
    assert_null(strstr(one, "third"));
    auto_free char *three = traced("3");
    assert_non_null(strstr(three, " ms third\n"));
    assert_true(log_enabled(3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_log__no_level__is_silent),
        cmocka_unit_test(test_log__unusable_level__is_silent),
        cmocka_unit_test(test_log__level__lets_lower_ones_through),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
