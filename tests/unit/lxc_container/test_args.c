#include "unit/lxc_container/given.h"

static void test_001__no_name__is_named(void **state)
{
    (void)state;
    given_refuse("{}", "name");
}

static void test_002__unknown_state__lists_the_choices(void **state)
{
    (void)state;
    given_refuse("{\"name\": \"a\", \"state\": \"paused\"}",
                 "started, stopped, restarted, absent, frozen, clone, present");
}

static void test_003__archive_without_path__is_refused(void **state)
{
    (void)state;
    given_refuse("{\"name\": \"a\", \"archive\": true}", "archive_path");
}

static void test_004__clone_without_name__is_refused(void **state)
{
    (void)state;
    given_refuse("{\"name\": \"a\", \"state\": \"clone\"}", "clone_name");
}

static void test_args__names_that_are_paths__are_refused(void **state)
{
    (void)state;
    given_refuse("{\"name\": \"../x\"}", "name: \"../x\" is no name");
    given_refuse("{\"name\": \".x\"}", "is no name");
    given_refuse("{\"name\": \"a\", \"clone_name\": \"b/c\"}", "clone_name: \"b/c\"");
    given_refuse("{\"name\": \"a\", \"clone_name\": \"a\"}", "the name of the container itself");
    given_refuse("{\"name\": \"a\", \"snapshot\": {\"new_name\": \"/x\"}}", "snapshot.new_name");
    given_refuse("{\"name\": \"a\", \"lxc_path\": \"x\"}", "lxc_path: \"x\" is not absolute");
    given_refuse("{\"name\": \"a\", \"directory\": \"x\"}", "directory: x is not absolute");
}

static void test_args__template_options__are_split_as_by_a_shell(void **state)
{
    (void)state;
    struct given given;
    given_accept(&given,
                 "{\"name\": \"a\", \"template_options\": \"--a 'b c' --d=\\\"e \\\\\\\" f\\\" "
                 "g\\\\ h ''\"}");
    static const char *const want[] = {"--a", "b c", "--d=e \" f", "g h", ""};
    assert_int_equal(given.args.template_options.count, 5);
    for (size_t i = 0; i < 5; i++)
        assert_string_equal(given.args.template_options.items[i], want[i]);
    given_clear(&given);
    given_accept(&given, "{\"name\": \"a\", \"template_options\": [\"x y\", 3]}");
    assert_string_equal(given.args.template_options.items[0], "x y");
    assert_string_equal(given.args.template_options.items[1], "3");
    given_clear(&given);
    given_refuse("{\"name\": \"a\", \"template_options\": \"'open\"}", "a quotation has no end");
    given_refuse("{\"name\": \"a\", \"template_options\": {\"a\": 1}}", "neither text nor a list");
    given_refuse("{\"name\": \"a\", \"template_options\": [[1]]}",
                 "template_options[0] is no text");
}

static void test_args__empty_text__is_not_given(void **state)
{
    (void)state;
    struct given given;
    given_accept(
        &given,
        "{\"name\": \"a\", \"lxc_path\": \"\", \"template\": \"\", \"config\": \"\", "
        "\"directory\": "
        "\"\", \"lv_name\": \"\", \"fs_size\": \"\", \"zfs_root\": \"\", \"clone_name\": \"\", "
        "\"clone_path\": \"\", \"archive_path\": \"\", \"log_file\": \"\", \"container_log\": "
        "true, "
        "\"container_command_args\": {\"executable\": \"\", \"chdir\": \"\", \"user\": \"\", "
        "\"creates\": \"\", \"removes\": \"\", \"stdin\": \"\"}}");
    const struct ct_args *args = &given.args;
    const char *const texts[] = {
        args->lxc_path,           args->template_,         args->config_file,
        args->store.directory,    args->store.lv_name,     args->store.zfs_root,
        args->clone.name,         args->clone.path,        args->archive.path,
        args->command.chdir,      args->command.creates,   args->command.removes,
        args->command.executable, args->command.stdin_text};
    for (size_t i = 0; i < array_length(texts); i++)
        assert_null(texts[i]);
    assert_string_equal(args->log_file, "/var/log/lxc/lxc-a.log");
    assert_true(args->command.uid == (uid_t)-1);
    assert_int_equal(given.warnings.count, 0);
    given_clear(&given);
    given_refuse("{\"name\": \"a\", \"archive\": true, \"archive_path\": \"\"}", "archive_path");
    given_refuse("{\"name\": \"a\", \"state\": \"clone\", \"clone_name\": \"\"}", "clone_name");
}

static void test_args__log__is_off_or_in_the_usual_place(void **state)
{
    (void)state;
    struct given given;
    given_accept(&given, "{\"name\": \"a\"}");
    assert_null(given.args.log_file);
    given_clear(&given);
    given_accept(&given,
                 "{\"name\": \"a\", \"container_log\": true, \"container_log_level\": \"debug\"}");
    assert_string_equal(given.args.log_file, "/var/log/lxc/lxc-a.log");
    assert_string_equal(given.args.log_level, "DEBUG");
    given_clear(&given);
    given_refuse("{\"name\": \"a\", \"container_log_level\": \"LOUD\"}", "\"LOUD\" is none of");
}

static void test_args__snapshot__that_is_not_made_needs_a_name(void **state)
{
    (void)state;
    given_refuse("{\"name\": \"a\", \"snapshot\": {\"state\": \"absent\"}}",
                 "snapshot: state absent needs name");
    struct given given;
    given_accept(&given,
                 "{\"name\": \"a\", \"snapshot\": {\"state\": \"restored\", \"name\": \"snap0\"}}");
    assert_int_equal(given.args.snapshot.goal, CT_SNAPSHOT_RESTORED);
    given_clear(&given);
    /* its own name is as none */
    given_accept(&given, "{\"name\": \"a\", \"snapshot\": {\"state\": \"restored\", \"name\": "
                         "\"snap0\", \"new_name\": \"a\"}}");
    assert_null(given.args.snapshot.new_name);
    given_clear(&given);
}

static void test_args__template_none__is_no_template(void **state)
{
    (void)state;
    struct given given;
    given_accept(&given,
                 "{\"name\": \"a\", \"template\": \"none\", \"state\": \"frozen\", \"archive\": "
                 "true, \"archive_path\": \"/b\"}");
    assert_null(given.args.template_);
    assert_true(given.args.no_template);
    assert_int_equal(given.args.goal, CT_FROZEN);
    assert_string_equal(given.args.archive.suffix, ".tar.tgz");
    given_clear(&given);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_001__no_name__is_named),
        cmocka_unit_test(test_002__unknown_state__lists_the_choices),
        cmocka_unit_test(test_003__archive_without_path__is_refused),
        cmocka_unit_test(test_004__clone_without_name__is_refused),
        cmocka_unit_test(test_args__names_that_are_paths__are_refused),
        cmocka_unit_test(test_args__template_options__are_split_as_by_a_shell),
        cmocka_unit_test(test_args__empty_text__is_not_given),
        cmocka_unit_test(test_args__log__is_off_or_in_the_usual_place),
        cmocka_unit_test(test_args__snapshot__that_is_not_made_needs_a_name),
        cmocka_unit_test(test_args__template_none__is_no_template),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
