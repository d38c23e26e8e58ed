#include "support/unit.h"

#include "ansible/am_secrets.h"
#include "lxc_container/args.h"

struct given {
    json_t *params;
    struct ct_args args;
    struct strv warnings;
};

/* As am_run does it: the table first, then the struct. */
static int read_json(struct given *given, const char *json, struct error **err)
{
    *given = (struct given){.params = json_loads(json, 0, NULL)};
    assert_non_null(given->params);
    struct am_context context = {.module_name = "lxc_container", .secrets = am_secrets_new()};
    strv_init(&context.warnings);
    int result = am_spec_validate(&lxc_container_spec, given->params, &context, err);
    if (result == 0)
        result = ct_args_read(&given->args, given->params, &given->warnings, err);
    am_secrets_free(context.secrets);
    strv_clear(&context.warnings);
    return result;
}

static void given_clear(struct given *given)
{
    ct_args_clear(&given->args);
    strv_clear(&given->warnings);
    json_decref(given->params);
}

static void accept(struct given *given, const char *json)
{
    struct error *err = NULL;
    int result = read_json(given, json, &err);
    assert_no_error(err);
    assert_int_equal(result, 0);
}

static void refuse(const char *json, const char *part)
{
    struct given given;
    struct error *err = NULL;
    assert_int_equal(read_json(&given, json, &err), -1);
    assert_error(&err, ERROR_USAGE, part);
    given_clear(&given);
}

static void test_001__no_name__is_named(void **state)
{
    (void)state;
    refuse("{}", "name");
}

static void test_002__unknown_state__lists_the_choices(void **state)
{
    (void)state;
    refuse("{\"name\": \"a\", \"state\": \"paused\"}",
           "started, stopped, restarted, absent, frozen, clone, present");
}

static void test_003__archive_without_path__is_refused(void **state)
{
    (void)state;
    refuse("{\"name\": \"a\", \"archive\": true}", "archive_path");
}

static void test_004__clone_without_name__is_refused(void **state)
{
    (void)state;
    refuse("{\"name\": \"a\", \"state\": \"clone\"}", "clone_name");
}

static void test_005__size_with_an_unknown_unit__is_refused(void **state)
{
    (void)state;
    refuse("{\"name\": \"a\", \"backing_store\": \"lvm\", \"fs_size\": \"10Q\"}",
           "fs_size: \"10Q\" is no size");
    refuse("{\"name\": \"a\", \"backing_store\": \"lvm\", \"fs_size\": \"9GB\"}", "is no size");
    refuse("{\"name\": \"a\", \"backing_store\": \"lvm\", \"fs_size\": \"99999999999T\"}",
           "is no size");
}

static void test_006__option_of_another_store__is_refused(void **state)
{
    (void)state;
    refuse("{\"name\": \"a\", \"zfs_root\": \"tank\"}",
           "zfs_root has no meaning with backing_store: dir");
    refuse("{\"name\": \"a\", \"fs_size\": \"5G\"}",
           "fs_size has no meaning with backing_store: dir");
}

static void test_007__words_that_mean_false__are_taken_as_they_are(void **state)
{
    (void)state;
    static const char *const words[] = {"no", "n", "0", "off", "false", "f"};
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
        struct given given;
        auto_free char *json = xasprintf(
            "{\"name\": \"a\", \"backing_store\": \"lvm\", \"lv_name\": \"%s\"}", words[i]);
        accept(&given, json);
        assert_string_equal(given.args.store.lv_name, words[i]);
        given_clear(&given);
    }
}

static void test_args__sizes__count_in_powers_of_1024(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t bytes;
    } rows[] = {{"10", 10u << 20}, {"10M", 10u << 20},        {"5b", 5},
                {"3k", 3072},      {"2g", UINT64_C(2) << 30}, {"1T", UINT64_C(1) << 40}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct given given;
        auto_free char *json = xasprintf(
            "{\"name\": \"a\", \"backing_store\": \"loop\", \"fs_size\": \"%s\"}", rows[i].text);
        accept(&given, json);
        assert_true(given.args.store.fs_size == rows[i].bytes);
        assert_string_equal(given.args.store.fs_type, "ext4");
        given_clear(&given);
    }
}

static void test_args__option_without_meaning__is_ignored_with_a_warning(void **state)
{
    (void)state;
    struct given given;
    accept(&given, "{\"name\": \"a\", \"vg_name\": \"lxc\", \"fs_type\": \"xfs\"}");
    assert_null(given.args.store.vg_name);
    assert_null(given.args.store.fs_type);
    assert_int_equal(given.warnings.count, 2);
    given_clear(&given);
}

static void test_args__names_that_are_paths__are_refused(void **state)
{
    (void)state;
    refuse("{\"name\": \"../x\"}", "name: \"../x\" is no name");
    refuse("{\"name\": \".x\"}", "is no name");
    refuse("{\"name\": \"a\", \"clone_name\": \"b/c\"}", "clone_name: \"b/c\"");
    refuse("{\"name\": \"a\", \"clone_name\": \"a\"}", "the name of the container itself");
    refuse("{\"name\": \"a\", \"snapshot\": {\"new_name\": \"/x\"}}", "snapshot.new_name");
    refuse("{\"name\": \"a\", \"lxc_path\": \"x\"}", "lxc_path: \"x\" is not absolute");
    refuse("{\"name\": \"a\", \"directory\": \"x\"}", "directory: x is not absolute");
}

static void test_args__template_options__are_split_as_by_a_shell(void **state)
{
    (void)state;
    struct given given;
    accept(&given, "{\"name\": \"a\", \"template_options\": \"--a 'b c' --d=\\\"e \\\\\\\" f\\\" "
                   "g\\\\ h ''\"}");
    static const char *const want[] = {"--a", "b c", "--d=e \" f", "g h", ""};
    assert_int_equal(given.args.template_options.count, 5);
    for (size_t i = 0; i < 5; i++)
        assert_string_equal(given.args.template_options.items[i], want[i]);
    given_clear(&given);
    accept(&given, "{\"name\": \"a\", \"template_options\": [\"x y\", 3]}");
    assert_string_equal(given.args.template_options.items[0], "x y");
    assert_string_equal(given.args.template_options.items[1], "3");
    given_clear(&given);
    refuse("{\"name\": \"a\", \"template_options\": \"'open\"}", "a quotation has no end");
    refuse("{\"name\": \"a\", \"template_options\": {\"a\": 1}}", "neither text nor a list");
    refuse("{\"name\": \"a\", \"template_options\": [[1]]}", "template_options[0] is no text");
}

static void test_args__command__is_a_script_or_a_program(void **state)
{
    (void)state;
    struct given given;
    accept(&given, "{\"name\": \"a\", \"container_command\": \"echo  x\", "
                   "\"container_command_args\": {\"user\": \"5:6\", \"timeout\": 3, "
                   "\"environment\": {\"A\": 1}, \"ok_rcs\": [0, 2]}}");
    assert_string_equal(given.args.command.script, "echo  x");
    assert_int_equal(given.args.command.argv.count, 0);
    assert_int_equal(given.args.command.uid, 5);
    assert_int_equal(given.args.command.gid, 6);
    assert_int_equal(given.args.command.timeout_ms, 3000);
    assert_string_equal(given.args.command.environment.items[0], "A=1");
    given_clear(&given);
    accept(&given, "{\"name\": \"a\", \"container_command\": [\"echo\", 3]}");
    assert_null(given.args.command.script);
    assert_string_equal(given.args.command.argv.items[1], "3");
    assert_true(given.args.command.uid == (uid_t)-1);
    assert_true(given.args.command.check_rc);
    given_clear(&given);
    refuse("{\"name\": \"a\", \"container_command\": [\"\"]}", "container_command is empty");
    refuse("{\"name\": \"a\", \"container_command\": \"x\", \"state\": \"absent\"}",
           "cannot run with state: absent");
    refuse("{\"name\": \"a\", \"container_command_args\": {\"user\": \"root\"}}", "uid or uid:gid");
    refuse("{\"name\": \"a\", \"container_command_args\": {\"environment\": {\"A=B\": \"\"}}}",
           "\"A=B\" is no name of a variable");
}

static void test_args__command_that_is_blank__is_none(void **state)
{
    (void)state;
    static const char *const blanks[] = {"\"\"", "\" \\n\"", "[]", "null"};
    for (size_t i = 0; i < array_length(blanks); i++) {
        struct given given;
        auto_free char *json = xasprintf(
            "{\"name\": \"a\", \"state\": \"absent\", \"container_command\": %s}", blanks[i]);
        accept(&given, json);
        assert_false(given.args.has_command);
        given_clear(&given);
    }
}

static void test_args__empty_text__is_not_given(void **state)
{
    (void)state;
    struct given given;
    accept(&given,
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
    refuse("{\"name\": \"a\", \"archive\": true, \"archive_path\": \"\"}", "archive_path");
    refuse("{\"name\": \"a\", \"state\": \"clone\", \"clone_name\": \"\"}", "clone_name");
}

static void test_args__user_without_group__is_its_own_group(void **state)
{
    (void)state;
    struct given given;
    accept(&given, "{\"name\": \"a\", \"container_command_args\": {\"user\": \"7\"}}");
    assert_int_equal(given.args.command.gid, 7);
    given_clear(&given);
}

static void test_args__wait_for_command__needs_one(void **state)
{
    (void)state;
    refuse("{\"name\": \"a\", \"wait_for\": [\"command\"]}", "wait_command");
    struct given given;
    accept(&given, "{\"name\": \"a\", \"wait_for\": [\"systemd\", \"network\"], \"wait_command\": "
                   "\"true\"}");
    assert_true(given.args.wait.systemd);
    assert_true(given.args.wait.network);
    assert_null(given.args.wait.command);
    given_clear(&given);
}

static void test_args__log__is_off_or_in_the_usual_place(void **state)
{
    (void)state;
    struct given given;
    accept(&given, "{\"name\": \"a\"}");
    assert_null(given.args.log_file);
    given_clear(&given);
    accept(&given,
           "{\"name\": \"a\", \"container_log\": true, \"container_log_level\": \"debug\"}");
    assert_string_equal(given.args.log_file, "/var/log/lxc/lxc-a.log");
    assert_string_equal(given.args.log_level, "DEBUG");
    given_clear(&given);
    refuse("{\"name\": \"a\", \"container_log_level\": \"LOUD\"}", "\"LOUD\" is none of");
}

static void test_args__snapshot__that_is_not_made_needs_a_name(void **state)
{
    (void)state;
    refuse("{\"name\": \"a\", \"snapshot\": {\"state\": \"absent\"}}",
           "snapshot: state absent needs name");
    struct given given;
    accept(&given,
           "{\"name\": \"a\", \"snapshot\": {\"state\": \"restored\", \"name\": \"snap0\"}}");
    assert_int_equal(given.args.snapshot.goal, CT_SNAPSHOT_RESTORED);
    given_clear(&given);
}

static void test_args__template_none__is_no_template(void **state)
{
    (void)state;
    struct given given;
    accept(&given, "{\"name\": \"a\", \"template\": \"none\", \"state\": \"frozen\", \"archive\": "
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
        cmocka_unit_test(test_005__size_with_an_unknown_unit__is_refused),
        cmocka_unit_test(test_006__option_of_another_store__is_refused),
        cmocka_unit_test(test_007__words_that_mean_false__are_taken_as_they_are),
        cmocka_unit_test(test_args__sizes__count_in_powers_of_1024),
        cmocka_unit_test(test_args__option_without_meaning__is_ignored_with_a_warning),
        cmocka_unit_test(test_args__names_that_are_paths__are_refused),
        cmocka_unit_test(test_args__template_options__are_split_as_by_a_shell),
        cmocka_unit_test(test_args__command__is_a_script_or_a_program),
        cmocka_unit_test(test_args__command_that_is_blank__is_none),
        cmocka_unit_test(test_args__empty_text__is_not_given),
        cmocka_unit_test(test_args__user_without_group__is_its_own_group),
        cmocka_unit_test(test_args__wait_for_command__needs_one),
        cmocka_unit_test(test_args__log__is_off_or_in_the_usual_place),
        cmocka_unit_test(test_args__snapshot__that_is_not_made_needs_a_name),
        cmocka_unit_test(test_args__template_none__is_no_template),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
