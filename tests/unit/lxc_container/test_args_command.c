#include "unit/lxc_container/given.h"

static void test_args_command__command__is_a_script_or_a_program(void **state)
{
    (void)state;
    struct given given;
    given_accept(&given, "{\"name\": \"a\", \"container_command\": \"echo  x\", "
                         "\"container_command_args\": {\"user\": \"5:6\", \"timeout\": 3, "
                         "\"environment\": {\"A\": 1}, \"ok_rcs\": [0, 2]}}");
    assert_string_equal(given.args.command.script, "echo  x");
    assert_int_equal(given.args.command.argv.count, 0);
    assert_int_equal(given.args.command.uid, 5);
    assert_int_equal(given.args.command.gid, 6);
    assert_int_equal(given.args.command.timeout_ms, 3000);
    assert_string_equal(given.args.command.environment.items[0], "A=1");
    given_clear(&given);
    given_accept(&given, "{\"name\": \"a\", \"container_command\": [\"echo\", 3]}");
    assert_null(given.args.command.script);
    assert_string_equal(given.args.command.argv.items[1], "3");
    assert_true(given.args.command.uid == (uid_t)-1);
    assert_true(given.args.command.check_rc);
    given_clear(&given);
    given_refuse("{\"name\": \"a\", \"container_command\": [\"\"]}", "container_command is empty");
    given_refuse("{\"name\": \"a\", \"container_command\": \"x\", \"state\": \"absent\"}",
                 "cannot run with state: absent");
    given_refuse("{\"name\": \"a\", \"container_command_args\": {\"user\": \"root\"}}",
                 "uid or uid:gid");
    given_refuse(
        "{\"name\": \"a\", \"container_command_args\": {\"environment\": {\"A=B\": \"\"}}}",
        "\"A=B\" is no name of a variable");
}

static void test_args_command__command_that_is_blank__is_none(void **state)
{
    (void)state;
    static const char *const blanks[] = {"\"\"", "\" \\n\"", "[]", "null"};
    for (size_t i = 0; i < array_length(blanks); i++) {
        struct given given;
        auto_free char *json = xasprintf(
            "{\"name\": \"a\", \"state\": \"absent\", \"container_command\": %s}", blanks[i]);
        given_accept(&given, json);
        assert_false(given.args.has_command);
        given_clear(&given);
    }
}

static void test_args_command__user_without_group__is_its_own_group(void **state)
{
    (void)state;
    struct given given;
    given_accept(&given, "{\"name\": \"a\", \"container_command_args\": {\"user\": \"7\"}}");
    assert_int_equal(given.args.command.gid, 7);
    given_clear(&given);
}

static void test_args_command__wait_for_command__needs_one(void **state)
{
    (void)state;
    given_refuse("{\"name\": \"a\", \"wait_for\": [\"command\"]}", "wait_command");
    struct given given;
    given_accept(&given,
                 "{\"name\": \"a\", \"wait_for\": [\"systemd\", \"network\"], \"wait_command\": "
                 "\"true\"}");
    assert_true(given.args.wait.systemd);
    assert_true(given.args.wait.network);
    assert_null(given.args.wait.command);
    given_clear(&given);
}

static void test_args_command__user_that_is_no_number__is_refused(void **state)
{
    (void)state;
    static const char *const users[] = {"root", "1:", ":1", "1:x", "-1", "1:2:3", "4294967295"};
    for (size_t i = 0; i < array_length(users); i++) {
        auto_free char *json = xasprintf(
            "{\"name\": \"a\", \"container_command_args\": {\"user\": \"%s\"}}", users[i]);
        given_refuse(json, "is not of the form uid or uid:gid");
    }
}

static void test_args_command__wait_command__is_kept_for_its_waiting(void **state)
{
    (void)state;
    struct given given;
    given_accept(&given,
                 "{\"name\": \"a\", \"wait_for\": [\"command\"], \"wait_command\": \"true\", "
                 "\"wait_timeout\": 7, \"wait_family\": \"inet6\"}");
    assert_string_equal(given.args.wait.command, "true");
    assert_string_equal(given.args.wait.family, "inet6");
    assert_int_equal(given.args.wait.timeout_ms, 7000);
    assert_false(given.args.wait.systemd);
    assert_false(given.args.wait.network);
    given_clear(&given);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_args_command__command__is_a_script_or_a_program),
        cmocka_unit_test(test_args_command__command_that_is_blank__is_none),
        cmocka_unit_test(test_args_command__user_without_group__is_its_own_group),
        cmocka_unit_test(test_args_command__wait_for_command__needs_one),
        cmocka_unit_test(test_args_command__user_that_is_no_number__is_refused),
        cmocka_unit_test(test_args_command__wait_command__is_kept_for_its_waiting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
