#include "unit/ansible/probe.h"

#include <sys/stat.h>

#include "support/json_text.h"

static const struct am_option options[] = {
    {.name = "name", .required = true, .aliases = AM_NAMES("title")},
    {.name = "secret", .no_log = true},
    {.name = "db_pass"},
    {0},
};
static const struct am_spec spec_with_check_mode = {.options = options,
                                                    .supports_check_mode = true};
static const struct am_spec spec_without = {.options = options};

static void assert_run(const struct am_spec *spec, int status, const char *wanted)
{
    json_auto_t *result = run_script(spec, status);
    assert_json(result, wanted);
}

#define INVOCATION                                                                                 \
    "'invocation': {'module_args': {'name': 'x', 'secret': null, 'db_pass': null, 'redacted': "    \
    "'open'}}"

/* ---- the stations */

static void test_am_run__all_stations__run_in_order(void **state)
{
    (void)state;
    assert_run(&spec_with_check_mode, 0,
               "{'changed': true, 'calls': 'open observe plan apply', 'saw_failure': false,"
               "'warnings': ['own', 'Module did not set no_log for db_pass', 'seen']," INVOCATION
               "}");
}

static void test_am_run__standard_input__is_as_good_as_a_file(void **state)
{
    (void)state;
    script.input = "stdin";
    json_auto_t *result = run_script(&spec_with_check_mode, 0);
    assert_string_equal(json_string_value(json_object_get(result, "calls")),
                        "open observe plan apply");
}

static void test_am_run__check_mode__predicts_instead_of_applying(void **state)
{
    (void)state;
    script.args = "{\"name\": \"x\", \"_ansible_check_mode\": true, \"_ansible_no_log\": true}";
    assert_run(&spec_with_check_mode, 0,
               "{'changed': true, 'calls': 'open observe plan predict', 'saw_failure': false,"
               "'warnings': ['own', 'seen']," INVOCATION "}");
}

static void test_am_run__check_mode_without_support__is_skipped(void **state)
{
    (void)state;
    script.args = "{\"name\": \"x\", \"_ansible_check_mode\": true, \"_ansible_module_name\": "
                  "\"ns.coll.probe\"}";
    assert_run(&spec_without, 0,
               "{'changed': false, 'skipped': true, 'msg': 'remote module (ns.coll.probe) does not "
               "support check mode',"
               "'invocation': {'module_args': {'name': 'x', 'secret': null, 'db_pass': null, "
               "'redacted': 'closed'}}}");
}

static void test_am_run__a_module_that_only_looks__needs_no_apply(void **state)
{
    (void)state;
    script.look_only = true;
    json_auto_t *result = run_script(&spec_with_check_mode, 0);
    assert_string_equal(json_string_value(json_object_get(result, "calls")), "open observe plan");
    script.args = "{\"name\": \"x\", \"_ansible_check_mode\": true}";
    json_auto_t *checked = run_script(&spec_with_check_mode, 0);
    assert_string_equal(json_string_value(json_object_get(checked, "calls")), "open observe plan");
}

static void test_am_run__a_warning_that_is_no_list__is_kept_whole(void **state)
{
    (void)state;
    script.one_warning = true;
    json_auto_t *result = run_script(&spec_with_check_mode, 0);
    assert_json(json_object_get(result, "warnings"),
                "['own', 'Module did not set no_log for db_pass', 'seen']");
}

static void test_am_run__diff_mode__shows_the_scrubbed_diff(void **state)
{
    (void)state;
    script.args = "{\"name\": \"x\", \"secret\": \"hush\", \"_ansible_diff\": true}";
    json_auto_t *result = run_script(&spec_with_check_mode, 0);
    assert_json(json_object_get(result, "diff"), "{'before': '********\\n', 'after': 'b\\n'}");
}

/* ---- failures */

static void test_am_run__a_failing_station__ends_the_run_with_a_result(void **state)
{
    (void)state;
    static const struct {
        const char *station;
        const char *calls;
    } rows[] = {{"observe", "open observe"},
                {"plan", "open observe plan"},
                {"apply", "open observe plan apply"}};
    for (size_t i = 0; i < array_length(rows); i++) {
        script.fail_in = rows[i].station;
        script.args = "{\"name\": \"x\", \"secret\": \"hush\"}";
        json_auto_t *result = run_script(&spec_with_check_mode, 1);
        assert_true(json_is_true(json_object_get(result, "failed")));
        assert_true(json_is_false(json_object_get(result, "changed")));
        assert_true(json_is_true(json_object_get(result, "saw_failure")));
        auto_free char *msg = xasprintf("%s broke on ********", rows[i].station);
        assert_string_equal(json_string_value(json_object_get(result, "msg")), msg);
        assert_string_equal(json_string_value(json_object_get(result, "reason")),
                            "because of ********");
        assert_string_equal(json_string_value(json_object_get(result, "calls")), rows[i].calls);
        assert_int_equal(json_integer_value(json_object_get(result, "errno")), 42);
    }
}

static void test_am_run__a_failing_open__gives_no_state_to_anybody(void **state)
{
    (void)state;
    script.fail_in = "open";
    script.kind = ERROR_INTERNAL;
    assert_run(&spec_with_check_mode, 1,
               "{'failed': true, 'changed': false, 'msg': 'open broke on hush', 'exception': 'open "
               "broke on hush',"
               "'reason': 'because of hush', 'warnings': ['Module did not set no_log for db_pass'],"
               "'invocation': {'module_args': {'name': 'x', 'secret': null, 'db_pass': null, "
               "'redacted': 'closed'}}}");
}

static void test_am_run__a_failure_without_a_reason__is_a_defect(void **state)
{
    (void)state;
    script.fail_in = "plan";
    script.silent = true;
    json_auto_t *result = run_script(&spec_with_check_mode, 1);
    assert_string_equal(json_string_value(json_object_get(result, "msg")),
                        "probe failed without a reason");
}

static void test_am_run__invalid_options__show_the_scrubbed_invocation(void **state)
{
    (void)state;
    script.args = "{\"secret\": \"hush\", \"title\": [\"a hush\"], \"more\": 1}";
    assert_run(&spec_with_check_mode, 1,
               "{'failed': true, 'changed': false, 'msg': 'Unsupported parameters for (probe) "
               "module: more. Supported parameters "
               "include: db_pass, name, secret (title).',"
               "'invocation': {'module_args': {'secret': 'VALUE_SPECIFIED_IN_NO_LOG_PARAMETER', "
               "'title': ['a ********'],"
               "'name': '[\\u0027a ********\\u0027]', 'db_pass': null, 'more': 1, 'redacted': "
               "'closed'}}}");
}

static void test_am_run__broken_arguments__still_give_an_object(void **state)
{
    (void)state;
    script.args = "{\"name\": NaN}";
    assert_run(
        &spec_with_check_mode, 1,
        "{'failed': true, 'changed': false, 'msg': 'Error: Module unable to decode "
        "stdin/parameters as valid JSON. Unable to "
        "parse what parameters were passed: line 1, column 12, option \\u0027name\\u0027: NaN and "
        "Infinity are not allowed; quote "
        "the value to keep it as text', 'invocation': {'module_args': {'redacted': 'closed'}}}");
}

static void test_am_run__a_result_that_cannot_be_printed__says_so(void **state)
{
    (void)state;
    script.deep = true;
    json_auto_t *result = run_script(&spec_with_check_mode, 1);
    assert_true(json_is_true(json_object_get(result, "failed")));
    assert_true(json_is_true(json_object_get(result, "changed")));
    assert_true(str_starts_with(json_string_value(json_object_get(result, "msg")),
                                "the result cannot be printed: "));
}

static void test_am_run__a_signal__ends_before_the_next_station(void **state)
{
    (void)state;
    script.signal_in = "observe";
    json_auto_t *result = run_script(&spec_with_check_mode, 1);
    assert_string_equal(json_string_value(json_object_get(result, "calls")), "open observe");
    assert_string_equal(json_string_value(json_object_get(result, "msg")),
                        "stopped by signal 15 (SIGTERM)");
    assert_true(json_is_true(json_object_get(result, "failed")));
}

/* ---- the process */

static int run_without_reader(void *spec)
{
    int fds[2];
    if (pipe(fds) < 0)
        return 99;
    close(fds[0]);
    dup2(fds[1], STDOUT_FILENO);
    return run_module(spec);
}

static void test_am_run__nobody_to_read_the_result__is_a_failure(void **state)
{
    (void)state;
    struct am_spec spec = spec_with_check_mode;
    struct child_outcome outcome = run_in_child(run_without_reader, &spec);
    assert_true(WIFEXITED(outcome.status));
    assert_int_equal(WEXITSTATUS(outcome.status), 1);
    buf_clear(&outcome.output);
}

/* Runs where the directory has been removed, and prints where it went. */
static int run_nowhere(void *spec)
{
    char directory[] = "/tmp/test_am_run_XXXXXX";
    if (!mkdtemp(directory) || chdir(directory) < 0 || rmdir(directory) < 0 ||
        setenv("HOME", "/usr", 1) < 0)
        return 99;
    mode_t before = umask(0123);
    int status = run_module(spec);
    auto_free char *here = getcwd(NULL, 0);
    bool good = status == 0 && here && str_equal(here, "/usr") && umask(before) == 0123;
    return good ? 0 : 98;
}

static void test_am_run__an_unusable_directory__is_left_and_the_umask_stays(void **state)
{
    (void)state;
    struct am_spec spec = spec_with_check_mode;
    struct child_outcome outcome = run_in_child(run_nowhere, &spec);
    assert_true(WIFEXITED(outcome.status));
    assert_int_equal(WEXITSTATUS(outcome.status), 0);
    buf_clear(&outcome.output);
}

int main(void)
{
#define UNIT(FUNCTION) cmocka_unit_test_setup(FUNCTION, reset)
    const struct CMUnitTest tests[] = {
        UNIT(test_am_run__all_stations__run_in_order),
        UNIT(test_am_run__standard_input__is_as_good_as_a_file),
        UNIT(test_am_run__check_mode__predicts_instead_of_applying),
        UNIT(test_am_run__check_mode_without_support__is_skipped),
        UNIT(test_am_run__a_module_that_only_looks__needs_no_apply),
        UNIT(test_am_run__a_warning_that_is_no_list__is_kept_whole),
        UNIT(test_am_run__diff_mode__shows_the_scrubbed_diff),
        UNIT(test_am_run__a_failing_station__ends_the_run_with_a_result),
        UNIT(test_am_run__a_failing_open__gives_no_state_to_anybody),
        UNIT(test_am_run__a_failure_without_a_reason__is_a_defect),
        UNIT(test_am_run__invalid_options__show_the_scrubbed_invocation),
        UNIT(test_am_run__broken_arguments__still_give_an_object),
        UNIT(test_am_run__a_result_that_cannot_be_printed__says_so),
        UNIT(test_am_run__a_signal__ends_before_the_next_station),
        UNIT(test_am_run__nobody_to_read_the_result__is_a_failure),
        UNIT(test_am_run__an_unusable_directory__is_left_and_the_umask_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
