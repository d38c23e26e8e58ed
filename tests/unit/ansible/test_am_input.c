#include "support/unit.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ansible/am_input.h"
#include "base/interrupt.h"

/* Both ends of a pipe whose reading end is given to the unit. */
struct pipe_ends {
    int read;
    int write;
};

static struct pipe_ends make_pipe(int flags)
{
    int fds[2];
    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    assert_int_equal(fcntl(fds[0], F_SETFL, flags), 0);
    return (struct pipe_ends){.read = fds[0], .write = fds[1]};
}

/* Reads TEXT through a pipe whose writing end stays open unless CLOSED. */
static void assert_reads(const char *text, bool closed, const char *wanted)
{
    auto_error struct error *err = NULL;
    auto_buf struct buf got;
    struct pipe_ends ends = make_pipe(O_NONBLOCK);
    buf_init(&got);
    assert_int_equal(write(ends.write, text, strlen(text)), strlen(text));
    if (closed)
        close(ends.write);
    assert_int_equal(am_input_stream(ends.read, 1000, &got, &err), 0);
    assert_no_error(err);
    assert_string_equal(buf_str(&got), wanted);
    close(ends.read);
    if (!closed)
        close(ends.write);
}

static void test_am_input_stream__an_open_pipe__ends_at_the_closing_brace(void **state)
{
    (void)state;
    assert_reads("{\"a\": 1}", false, "{\"a\": 1}");
    assert_reads(" \n{\"a\": {\"b\": [\"}\", \"\\\"}\"]}}\nrest", false,
                 " \n{\"a\": {\"b\": [\"}\", \"\\\"}\"]}}");
    assert_reads("{\n\"a\":\n1\n}\n", false, "{\n\"a\":\n1\n}");
    assert_reads("[{}]", false, "[{}]");
    assert_reads("}", true, "}");
}

static void test_am_input_stream__a_line_without_a_value__ends_with_the_line(void **state)
{
    (void)state;
    assert_reads("nonsense\n{}", false, "nonsense\n");
    assert_reads("\"text\"\n", false, "\"text\"\n");
}

static void test_am_input_stream__a_first_line_for_the_kernel__does_not_count(void **state)
{
    (void)state;
    assert_reads("#!/usr/bin/{module}\n{\"a\": 1}\n", false, "#!/usr/bin/{module}\n{\"a\": 1}");
}

static void test_am_input_stream__a_closed_pipe__ends_anything(void **state)
{
    (void)state;
    assert_reads("", true, "");
    assert_reads("{\"a\":", true, "{\"a\":");
    assert_reads("x", true, "x");
}

/* Writes in small pieces with pauses, from another process. */
static pid_t start_slow_writer(const struct pipe_ends *ends, const char *text)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid > 0)
        return pid;
    for (size_t i = 0; text[i]; i++) {
        usleep(2000);
        if (write(ends->write, text + i, 1) != 1)
            _exit(1);
    }
    _exit(0);
}

static void test_am_input_stream__a_slow_writer__is_waited_for(void **state)
{
    (void)state;
    static const int flags[] = {O_NONBLOCK, 0};
    for (size_t i = 0; i < array_length(flags); i++) {
        auto_error struct error *err = NULL;
        auto_buf struct buf got;
        struct pipe_ends ends = make_pipe(flags[i]);
        buf_init(&got);
        pid_t pid = start_slow_writer(&ends, "#!x\n{\"a\": \"\\\\\"}");
        assert_int_equal(am_input_stream(ends.read, 1000, &got, &err), 0);
        assert_string_equal(buf_str(&got), "#!x\n{\"a\": \"\\\\\"}");
        assert_int_equal(waitpid(pid, NULL, 0), pid);
        close(ends.read);
        close(ends.write);
    }
}

static void test_am_input_stream__too_much__is_refused(void **state)
{
    (void)state;
    auto_error struct error *err = NULL;
    auto_close int zeros = open("/dev/zero", O_RDONLY | O_CLOEXEC);
    struct buf got;
    buf_init(&got);
    assert_int_equal(am_input_stream(zeros, 1000, &got, &err), -1);
    assert_error(&err, ERROR_USAGE, "the arguments are larger than 1000 bytes");
    buf_clear(&got);
}

static void test_am_input_stream__an_unreadable_descriptor__is_an_error(void **state)
{
    (void)state;
    auto_error struct error *err = NULL;
    auto_close int directory = open("/", O_RDONLY | O_CLOEXEC);
    auto_buf struct buf got;
    buf_init(&got);
    assert_int_equal(am_input_stream(directory, 1000, &got, &err), -1);
    assert_error(&err, ERROR_IO, "cannot read the arguments: ");
}

/* The last test: a signal stays pending for the rest of the process. */
static void test_am_input_stream__a_signal__ends_the_wait(void **state)
{
    (void)state;
    auto_error struct error *err = NULL;
    auto_buf struct buf got;
    struct pipe_ends ends = make_pipe(0);
    buf_init(&got);
    interrupt_install();
    raise(SIGTERM);
    assert_int_equal(am_input_stream(ends.read, 1000, &got, &err), -1);
    assert_error(&err, ERROR_INTERRUPTED, "SIGTERM");
    close(ends.read);
    close(ends.write);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_am_input_stream__an_open_pipe__ends_at_the_closing_brace),
        cmocka_unit_test(test_am_input_stream__a_line_without_a_value__ends_with_the_line),
        cmocka_unit_test(test_am_input_stream__a_first_line_for_the_kernel__does_not_count),
        cmocka_unit_test(test_am_input_stream__a_closed_pipe__ends_anything),
        cmocka_unit_test(test_am_input_stream__a_slow_writer__is_waited_for),
        cmocka_unit_test(test_am_input_stream__too_much__is_refused),
        cmocka_unit_test(test_am_input_stream__an_unreadable_descriptor__is_an_error),
        cmocka_unit_test(test_am_input_stream__a_signal__ends_the_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
