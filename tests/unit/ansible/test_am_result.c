#include "support/unit.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ansible/am_result.h"
#include "base/str.h"
#include "support/json_text.h"

/* ---- failures */

static void assert_failure(enum error_kind kind, int code, const char *detail, const char *wanted)
{
    auto_error struct error *err = NULL;
    json_auto_t *result = json_from("{'msg': 'old', 'kept': 1}");
    error_make(&err, kind, "it broke");
    error_code(&err, code);
    err->detail = detail ? json_from(detail) : NULL;
    am_result_fail(result, err);
    assert_json(result, wanted);
}

static void test_am_result_fail__message_and_detail__are_merged(void **state)
{
    (void)state;
    assert_failure(ERROR_USAGE, 7, NULL, "{'failed': true, 'msg': 'it broke', 'kept': 1}");
    assert_failure(ERROR_PARSE, 0, "{'reason': 'Conflict', 'failed': false, 'msg': 'theirs'}",
                   "{'failed': true, 'msg': 'it broke', 'kept': 1, 'reason': 'Conflict'}");
}

static void test_am_result_fail__the_kind__decides_what_the_code_is(void **state)
{
    (void)state;
    assert_failure(ERROR_STATUS, 403, NULL,
                   "{'failed': true, 'msg': 'it broke', 'kept': 1, 'status': 403}");
    assert_failure(ERROR_CONFLICT, 409, "{'status': 'theirs'}",
                   "{'failed': true, 'msg': 'it broke', 'kept': 1, 'status': 'theirs'}");
    assert_failure(ERROR_IO, 13, NULL,
                   "{'failed': true, 'msg': 'it broke', 'kept': 1, 'errno': 13}");
    assert_failure(ERROR_INTERNAL, 0, NULL,
                   "{'failed': true, 'msg': 'it broke', 'kept': 1, 'exception': 'it broke'}");
    assert_failure(ERROR_TIMEOUT, 5, NULL, "{'failed': true, 'msg': 'it broke', 'kept': 1}");
}

static void test_am_result_fail__foreign_bytes_in_the_message__are_replaced(void **state)
{
    (void)state;
    auto_error struct error *err = NULL;
    json_auto_t *result = json_object();
    error_make(&err, ERROR_USAGE, "bad \xff name");
    am_result_fail(result, err);
    assert_json(result, "{'failed': true, 'msg': 'bad \\ufffd name'}");
}

/* ---- shape */

static void assert_shape(const char *result, bool diff, const char *wanted)
{
    auto_am_secrets struct am_secrets *secrets = am_secrets_new();
    json_auto_t *value = json_from(result);
    am_secrets_add(secrets, "hush");
    json_auto_t *shown = am_result_shape(value, diff, secrets);
    assert_json(shown, wanted);
}

static void test_am_result_shape__changed__is_a_boolean(void **state)
{
    (void)state;
    assert_shape("{}", false, "{'changed': false}");
    assert_shape("{'changed': true}", false, "{'changed': true}");
    assert_shape("{'changed': 'yes'}", false, "{'changed': true}");
    assert_shape("{'changed': null}", false, "{'changed': false}");
    assert_shape("{'changed': 'something'}", false, "{'changed': true}");
    assert_shape("{'failed': 'false', 'skipped': 1}", false,
                 "{'changed': false, 'failed': false, 'skipped': true}");
}

static void test_am_result_shape__texts__are_strings(void **state)
{
    (void)state;
    assert_shape("{'msg': ['a'], 'stdout': 5, 'stderr': null, 'exception': true}", false,
                 "{'changed': false, 'msg': '[\\u0027a\\u0027]', 'stdout': '5', 'stderr': 'None', "
                 "'exception': 'True'}");
}

static void test_am_result_shape__endless_message_of_a_failure__loses_its_middle(void **state)
{
    (void)state;
    auto_am_secrets struct am_secrets *secrets = am_secrets_new();
    struct buf text;
    buf_init(&text);
    buf_add_str(&text, "begin ");
    for (int i = 0; i < 20000; i++)
        buf_add_str(&text, "\xc3\xa4"); /* two bytes: a cut at a fixed place would halve one */
    buf_add_str(&text, "! end");
    json_auto_t *failure = json_pack("{ss, sb}", "msg", buf_str(&text), "failed", 1);
    json_auto_t *shaped = am_result_shape(failure, false, secrets);
    const char *message = json_string_value(json_object_get(shaped, "msg"));
    assert_true(strlen(message) < 9000 && str_is_utf8(message, strlen(message)));
    assert_memory_equal(message, "begin ", 6);
    assert_non_null(strstr(message, "... (32"));
    assert_non_null(strstr(message, " bytes left out) ..."));
    assert_true(str_ends_with(message, "! end"));
    json_auto_t *success = json_pack("{ss}", "msg", buf_str(&text));
    json_auto_t *whole = am_result_shape(success, false, secrets);
    assert_int_equal(json_string_length(json_object_get(whole, "msg")), text.size);
    buf_clear(&text);
}

static void test_am_result_shape__keys_that_mean_something_else__are_gone(void **state)
{
    (void)state;
    assert_shape("{'a': 1, 'started': 1, 'finished': 1, 'ansible_job_id': 'x', 'results_file': "
                 "'y', 'unreachable': true,"
                 "'add_host': {}, 'add_group': {}, 'include': 1, 'include_args': 1, 'attempts': 1, "
                 "'retries': 1, 'item': 1,"
                 "'ansible_loop_var': 1, 'failed_when_result': 1, 'ansible_stats': {}, 'censored': "
                 "1, '_ansible_x': 1,"
                 "'_ansible_suppress_tmpdir_delete': true, 'deep': {'started': 1}}",
                 false, "{'a': 1, 'changed': false, 'deep': {'started': 1}}");
}

static void test_am_result_shape__results__get_another_name(void **state)
{
    (void)state;
    assert_shape("{'results': [1]}", false, "{'changed': false, 'ansible_module_results': [1]}");
}

static void test_am_result_shape__facts__are_an_object_or_absent(void **state)
{
    (void)state;
    assert_shape("{'ansible_facts': null}", false, "{'changed': false}");
    assert_shape("{'ansible_facts': {'a': 1}}", false,
                 "{'changed': false, 'ansible_facts': {'a': 1}}");
}

static void test_am_result_shape__rc__never_fails_a_success(void **state)
{
    (void)state;
    assert_shape("{'rc': 3}", false, "{'changed': false}");
    assert_shape("{'rc': '0'}", false, "{'changed': false}");
    assert_shape("{'rc': 0}", false, "{'changed': false, 'rc': 0}");
    assert_shape("{'rc': 3, 'failed': true}", false, "{'changed': false, 'rc': 3, 'failed': true}");
}

static void test_am_result_shape__warnings__are_distinct_strings(void **state)
{
    (void)state;
    assert_shape("{'warnings': []}", false, "{'changed': false}");
    assert_shape("{'warnings': null}", false, "{'changed': false}");
    assert_shape("{'warnings': ['', null]}", false, "{'changed': false}");
    assert_shape("{'warnings': 'one'}", false, "{'changed': false, 'warnings': ['one']}");
    assert_shape("{'warnings': ['one', 2, 'one', 'hush!']}", false,
                 "{'changed': false, 'warnings': ['one', '2', '********!']}");
}

static void test_am_result_shape__deprecations__are_complete_or_absent(void **state)
{
    (void)state;
    assert_shape("{'deprecations': []}", false, "{'changed': false}");
    assert_shape("{'deprecations': ['text']}", false, "{'changed': false}");
    assert_shape("{'deprecations': [{'version': '1'}]}", false, "{'changed': false}");
    assert_shape("{'deprecations': [{'msg': 'a', 'other': 1}]}", false, "{'changed': false}");
    assert_shape("{'deprecations': [{'msg': 'a', 'version': '2', 'collection_name': 'n.c'}, "
                 "{'msg': 'b', 'date': 'd'}]}",
                 false,
                 "{'changed': false, 'deprecations': [{'msg': 'a', 'version': '2', "
                 "'collection_name': 'n.c'}, {'msg': 'b', 'date': 'd'}]}");
}

static void test_am_result_shape__diff__is_for_changes_in_diff_mode(void **state)
{
    (void)state;
    assert_shape("{'changed': true, 'diff': {'before': 'a'}}", false, "{'changed': true}");
    assert_shape("{'changed': false, 'diff': {'before': 'a'}}", true, "{'changed': false}");
    assert_shape("{'changed': true, 'diff': []}", true, "{'changed': true}");
    assert_shape("{'changed': true, 'diff': {'before': 'hush', 'after': [1]}}", true,
                 "{'changed': true, 'diff': {'before': 'VALUE_SPECIFIED_IN_NO_LOG_PARAMETER', "
                 "'after': {'items': [1]}}}");
    assert_shape("{'changed': true, 'diff': [{'before': [], 'after': 'x'}]}", true,
                 "{'changed': true, 'diff': [{'before': {'items': []}, 'after': 'x'}]}");
}

static void test_am_result_shape__foreign_bytes__are_replaced(void **state)
{
    (void)state;
    auto_am_secrets struct am_secrets *secrets = am_secrets_new();
    json_auto_t *value = json_object();
    json_object_set_new(value, "a", json_string_nocheck("x\xff"));
    json_t *list = json_array();
    json_array_append_new(list, json_string_nocheck("\xc3"));
    json_object_set_new(value, "l", list);
    json_auto_t *shown = am_result_shape(value, false, secrets);
    assert_json(shown, "{'a': 'x\\ufffd', 'l': ['\\ufffd'], 'changed': false}");
}

static void test_am_result_shape__ansibles_type_key__is_renamed_everywhere(void **state)
{
    (void)state;
    assert_shape("{'__ansible_type': 1, 'l': [{'__ansible_type': {'__ansible_type': 2}}]}", false,
                 "{'changed': false, '__ansible_type__': 1, 'l': [{'__ansible_type__': "
                 "{'__ansible_type__': 2}}]}");
}

/* ---- bytes */

static void test_am_result_text__the_line__is_ascii_between_newlines(void **state)
{
    (void)state;
    auto_error struct error *err = NULL;
    auto_buf struct buf text;
    json_auto_t *result = json_from("{'a': '\\u00e9\\u2028\\u007f\\n', 'b': true}");
    buf_init(&text);
    assert_int_equal(am_result_text(result, &text, &err), 0);
    assert_string_equal(buf_str(&text), "\n{\"a\":\"\\u00e9\\u2028\\u007f\\n\",\"b\":true}\n");
}

static void test_am_result_text__endless_nesting__adds_nothing(void **state)
{
    (void)state;
    auto_error struct error *err = NULL;
    auto_buf struct buf text;
    json_auto_t *result = json_object();
    for (int i = 0; i < 1200; i++) {
        json_t *outer = json_object();
        json_object_set_new(outer, "a", result);
        result = outer;
    }
    buf_init(&text);
    assert_int_equal(am_result_text(result, &text, &err), -1);
    assert_int_equal(text.size, 0);
    assert_non_null(err);
}

static void test_am_result_send__a_full_pipe__is_waited_for(void **state)
{
    (void)state;
    enum { SIZE = 1024 * 1024 };
    int fds[2];
    assert_int_equal(pipe2(fds, O_CLOEXEC | O_NONBLOCK), 0);
    auto_free char *bytes = xmalloc(SIZE);
    memset(bytes, 'x', SIZE);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) { /* the slow reader counts what arrives */
        size_t total = 0;
        char piece[4096];
        close(fds[1]);
        fcntl(fds[0], F_SETFL, 0);
        usleep(20000);
        for (ssize_t count = 1; count > 0; total += (size_t)count)
            count = read(fds[0], piece, sizeof(piece));
        _exit(total == SIZE ? 0 : 1);
    }
    auto_error struct error *err = NULL;
    assert_int_equal(am_result_send(fds[1], bytes, SIZE, &err), 0);
    close(fds[1]);
    close(fds[0]);
    int status = -1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void test_am_result_send__a_reader_that_left__is_an_error_and_no_signal(void **state)
{
    (void)state;
    auto_error struct error *err = NULL;
    int fds[2];
    struct sigaction after;
    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    close(fds[0]);
    assert_int_equal(am_result_send(fds[1], "x", 1, &err), -1);
    assert_error(&err, ERROR_IO, "cannot write the result: Broken pipe");
    close(fds[1]);
    assert_int_equal(sigaction(SIGPIPE, NULL, &after), 0);
    assert_true(after.sa_handler == SIG_DFL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_am_result_fail__message_and_detail__are_merged),
        cmocka_unit_test(test_am_result_fail__the_kind__decides_what_the_code_is),
        cmocka_unit_test(test_am_result_fail__foreign_bytes_in_the_message__are_replaced),
        cmocka_unit_test(test_am_result_shape__changed__is_a_boolean),
        cmocka_unit_test(test_am_result_shape__texts__are_strings),
        cmocka_unit_test(test_am_result_shape__endless_message_of_a_failure__loses_its_middle),
        cmocka_unit_test(test_am_result_shape__keys_that_mean_something_else__are_gone),
        cmocka_unit_test(test_am_result_shape__results__get_another_name),
        cmocka_unit_test(test_am_result_shape__facts__are_an_object_or_absent),
        cmocka_unit_test(test_am_result_shape__rc__never_fails_a_success),
        cmocka_unit_test(test_am_result_shape__warnings__are_distinct_strings),
        cmocka_unit_test(test_am_result_shape__deprecations__are_complete_or_absent),
        cmocka_unit_test(test_am_result_shape__diff__is_for_changes_in_diff_mode),
        cmocka_unit_test(test_am_result_shape__foreign_bytes__are_replaced),
        cmocka_unit_test(test_am_result_shape__ansibles_type_key__is_renamed_everywhere),
        cmocka_unit_test(test_am_result_text__the_line__is_ascii_between_newlines),
        cmocka_unit_test(test_am_result_text__endless_nesting__adds_nothing),
        cmocka_unit_test(test_am_result_send__a_full_pipe__is_waited_for),
        cmocka_unit_test(test_am_result_send__a_reader_that_left__is_an_error_and_no_signal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
