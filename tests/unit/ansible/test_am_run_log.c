/* What a run leaves in the system log. */
#include "unit/ansible/probe.h"

#include <syslog.h>

/* The linker leads the C library's log here; the hardened build calls the second one. */
static struct strv logged;

void __wrap_syslog(int priority, const char *format, ...) printf_like(2, 3);
void __wrap___syslog_chk(int priority, int flag, const char *format, ...) printf_like(3, 4);

static void printf_like(2, 0) take_line(int priority, const char *format, va_list arguments)
{
    auto_free char *text = xvasprintf(format, arguments);
    assert_int_equal(priority, LOG_INFO);
    strv_add(&logged, text);
}

void __wrap_syslog(int priority, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    take_line(priority, format, arguments);
    va_end(arguments);
}

void __wrap___syslog_chk(int priority, int flag, const char *format, ...)
{
    (void)flag;
    va_list arguments;
    va_start(arguments, format);
    take_line(priority, format, arguments);
    va_end(arguments);
}

static void tell_log(json_t *result)
{
    for (size_t i = 0; i < logged.count; i++)
        json_object_set_new(result, "log", json_string(logged.items[i]));
}

static const struct am_option word_options[] = {
    {.name = "name"},
    {.name = "word", .env = AM_NAMES("TEST_AM_RUN_WORD")},
    {0},
};
static const struct am_spec word_spec = {.options = word_options};

static void test_am_run_log__an_invocation__gets_what_may_be_shown(void **state)
{
    (void)state;
    static const char *const args[] = {"{\"name\": \"a hush\", \"word\": \"hush\"}",
                                       "{\"name\": \"a hush\"}"};
    script.tell = tell_log;
    for (size_t i = 0; i < array_length(args); i++) {
        setenv("TEST_AM_RUN_WORD", "hush", 1);
        script.args = args[i];
        json_auto_t *result = run_script(&word_spec, 0);
        assert_string_equal(json_string_value(json_object_get(result, "log")),
                            "Invoked with name=a ******** "
                            "word=VALUE_SPECIFIED_IN_NO_LOG_PARAMETER redacted=closed");
    }
    unsetenv("TEST_AM_RUN_WORD");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_am_run_log__an_invocation__gets_what_may_be_shown, reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
