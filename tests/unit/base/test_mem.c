#include "support/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void test_mem__size_zero__can_be_freed(void **state)
{
    (void)state;
    auto_free void *a = xmalloc(0);
    auto_free void *b = xcalloc(0, 0);
    auto_free void *c = xrealloc(xmalloc(4), 0);
    assert_non_null(a);
    assert_non_null(b);
    assert_non_null(c);
}

static void test_mem__copies__are_terminated(void **state)
{
    (void)state;
    auto_free char *part = xmemdup("abcdef", 3);
    auto_free char *none = xmemdup(NULL, 0);
    auto_free char *whole = xstrdup("abc");
    auto_free char *printed = xasprintf("%s-%d", "a", 1);
    assert_string_equal(part, "abc");
    assert_string_equal(none, "");
    assert_string_equal(whole, "abc");
    assert_string_equal(printed, "a-1");
}

static void test_mem__calloc__is_zeroed(void **state)
{
    (void)state;
    auto_free char *bytes = xcalloc(10, 10);
    for (int i = 0; i < 100; i++)
        assert_int_equal(bytes[i], 0);
}

static void test_mem__cleanups__keep_errno_and_accept_nothing(void **state)
{
    (void)state;
    errno = EBUSY;
    {
        auto_free char *nothing = NULL;
        auto_free char *text = xstrdup("x");
        auto_close int none = -1;
        (void)nothing;
        (void)text;
        (void)none;
    }
    assert_int_equal(errno, EBUSY);
}

static void test_mem__auto_close__closes(void **state)
{
    (void)state;
    int number = -1;
    {
        auto_close int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
        assert_true(fd >= 0);
        number = fd;
    }
    assert_int_equal(fcntl(number, F_GETFD), -1);
}

static void test_mem__steal__leaves_the_null_value(void **state)
{
    (void)state;
    char *owned = xstrdup("x");
    auto_free char *taken = steal_ptr(owned);
    assert_null(owned);
    assert_string_equal(taken, "x");
    int fd = 7;
    assert_int_equal(steal_fd(&fd), 7);
    assert_int_equal(fd, -1);
}

static void test_mem__wiped__is_zero(void **state)
{
    (void)state;
    char secret[] = "secret";
    mem_wipe(secret, sizeof(secret));
    for (size_t i = 0; i < sizeof(secret); i++)
        assert_int_equal(secret[i], 0);
    mem_wipe(NULL, 10);
}

static void leave_with_42(void)
{
    _exit(42);
}

/* What becomes of a child that asks for more elements than there are addresses. */
static int status_after_overflow(void (*hook)(void))
{
    pid_t pid = fork();
    if (pid == 0) {
        volatile size_t many = SIZE_MAX / 2;
        signal(SIGABRT, SIG_DFL);
        mem_set_out_of_memory_hook(hook);
        free(xreallocarray(NULL, many, 16));
        _exit(0);
    }
    int status = 0;
    waitpid(pid, &status, 0);
    return status;
}

static void test_mem__product_overflows__runs_the_hook(void **state)
{
    (void)state;
    int status = status_after_overflow(leave_with_42);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 42);
}

static void test_mem__out_of_memory_without_hook__aborts(void **state)
{
    (void)state;
    int status = status_after_overflow(NULL);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
}

static void test_mem__json__still_works_with_our_allocator(void **state)
{
    (void)state;
    mem_use_for_json();
    json_t *value = json_pack("{s:s}", "a", "b");
    assert_non_null(value);
    json_decref(value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mem__size_zero__can_be_freed),
        cmocka_unit_test(test_mem__copies__are_terminated),
        cmocka_unit_test(test_mem__calloc__is_zeroed),
        cmocka_unit_test(test_mem__cleanups__keep_errno_and_accept_nothing),
        cmocka_unit_test(test_mem__auto_close__closes),
        cmocka_unit_test(test_mem__steal__leaves_the_null_value),
        cmocka_unit_test(test_mem__wiped__is_zero),
        cmocka_unit_test(test_mem__product_overflows__runs_the_hook),
        cmocka_unit_test(test_mem__out_of_memory_without_hook__aborts),
        cmocka_unit_test(test_mem__json__still_works_with_our_allocator),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
