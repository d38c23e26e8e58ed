#include "support/unit.h"

#include <fcntl.h>
#include <unistd.h>

#include "ansible/am_args.h"
#include "support/json_text.h"

#define UNABLE                                                                                     \
    "Error: Module unable to decode stdin/parameters as valid JSON. Unable to parse what "         \
    "parameters were passed: "

static void assert_parsed(const char *text, const char *params, const char *internal)
{
    auto_error struct error *err = NULL;
    cleanup_with(am_args_clear) struct am_args args = {0};
    assert_int_equal(am_args_parse(text, strlen(text), &args, &err), 0);
    assert_no_error(err);
    assert_json(args.params, params);
    assert_json(args.internal, internal);
}

static void assert_unparsed(const char *text, const char *message)
{
    auto_error struct error *err = NULL;
    cleanup_with(am_args_clear) struct am_args args = {0};
    assert_int_equal(am_args_parse(text, strlen(text), &args, &err), -1);
    assert_non_null(err);
    assert_string_equal(err->message, message);
    assert_int_equal(err->kind, ERROR_PARSE);
    assert_null(args.params);
}

static void test_am_args_parse__ansibles_own_keys__are_split_off(void **state)
{
    (void)state;
    assert_parsed(
        "{\"a\": 1, \"_ansible_new_thing\": [], \"ansible_x\": 2, \"_ansible_check_mode\": true}",
        "{'a': 1, 'ansible_x': 2}", "{'_ansible_new_thing': [], '_ansible_check_mode': true}");
    assert_parsed("{}", "{}", "{}");
    assert_parsed("{\"a\": 1, \"a\": 2}", "{'a': 2}", "{}");
}

static void test_am_args_parse__numbers_json_lacks__are_located(void **state)
{
    (void)state;
    assert_unparsed("{\"a\": NaN}", UNABLE "line 1, column 9, option 'a': NaN and Infinity are not "
                                           "allowed; quote the value to keep it as text");
    assert_unparsed("{\"a\": [1, Infinity]}",
                    UNABLE "line 1, column 18, option 'a[1]': NaN and Infinity are not allowed; "
                           "quote the value to keep it as text");
    assert_unparsed("{\"a\": {\"b\": -Infinity}}",
                    UNABLE "line 1, column 13, option 'a.b': NaN and Infinity are not allowed; "
                           "quote the value to keep it as text");
    assert_unparsed(
        "{\"d\": {\"n\": 99999999999999999999}}", UNABLE
        "line 1, column 32, option 'd.n': the number is too big; quote it to keep it as text");
    assert_unparsed(
        "{\"d\": 1e999}",
        UNABLE "line 1, column 11, option 'd': the number is too big; quote it to keep it as text");
}

static void test_am_args_parse__texts_json_lacks__are_located(void **state)
{
    (void)state;
    assert_unparsed("{\"a\": \"x\\u0000y\"}", UNABLE
                    "line 1, column 16, option 'a': a NUL character (\\u0000) is not allowed");
    assert_unparsed("{\"x\\u0000y\": 1}",
                    UNABLE "line 1, column 11: a NUL character (\\u0000) is not allowed");
    assert_unparsed(
        "{\"a\": \"\\udcff\"}",
        UNABLE "line 1, column 14, option 'a': the text is not valid UTF-8 (a lone surrogate)");
    assert_unparsed(
        "{\"a\": \"\\ud800x\"}",
        UNABLE "line 1, column 15, option 'a': the text is not valid UTF-8 (a lone surrogate)");
    assert_unparsed("{\"a\": \"\xff\"}",
                    UNABLE "line 1, column 7, option 'a': the text is not valid UTF-8");
}

static void test_am_args_parse__broken_json__never_quotes_a_value(void **state)
{
    (void)state;
    assert_unparsed("", UNABLE "line 1, column 0: the input ends too early");
    assert_unparsed("{\"password\": \"hush\"",
                    UNABLE "line 1, column 19, option 'password': the input ends too early");
    assert_unparsed("{\"password\": hush}",
                    UNABLE "line 1, column 17, option 'password': invalid token");
    assert_unparsed("{\"password\" \"hush\"}", UNABLE "line 1, column 18: ':' expected");
    assert_unparsed("{\"a\": 1,\n \"b\": }",
                    UNABLE "line 2, column 7, option 'b': unexpected token");
    assert_unparsed("{} hush", UNABLE "line 1, column 7: end of file expected");
}

static void test_am_args_parse__no_object__is_refused(void **state)
{
    (void)state;
    assert_unparsed("[1]", UNABLE "a JSON object is needed");
    assert_unparsed("\"x\"", UNABLE "a JSON object is needed");
    assert_unparsed("null", UNABLE "a JSON object is needed");
}

static void test_am_args_parse__endless_nesting__is_refused(void **state)
{
    (void)state;
    auto_error struct error *err = NULL;
    cleanup_with(am_args_clear) struct am_args args = {0};
    auto_free char *text = xmalloc(100000);
    memset(text, '[', 100000);
    assert_int_equal(am_args_parse(text, 100000, &args, &err), -1);
    assert_error(&err, ERROR_PARSE, "lists and dictionaries are nested too deeply");
}

/* ---- am_args_load */

/* Runs am_args_load with TEXT in a file, or on standard input when STDIN. */
static int load(const char *text, bool on_stdin, struct am_args *args, struct error **err)
{
    char path[] = "/tmp/test_am_args_XXXXXX";
    auto_close int fd = mkstemp(path);
    auto_close int saved = dup(STDIN_FILENO);
    char *argv[] = {(char[]){"module"}, path, NULL};
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    if (on_stdin) {
        assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
        assert_int_equal(dup2(fd, STDIN_FILENO), STDIN_FILENO);
        argv[1] = NULL;
    }
    int status = am_args_load(on_stdin ? 1 : 2, argv, args, err);
    dup2(saved, STDIN_FILENO);
    unlink(path);
    return status;
}

static void test_am_args_load__file_or_standard_input__gives_the_same(void **state)
{
    (void)state;
    static const char *const texts[] = {"{\"a\": 1}", "#!/cache/module {[\n{\"a\": 1}\n"};
    for (size_t i = 0; i < 2 * array_length(texts); i++) {
        auto_error struct error *err = NULL;
        cleanup_with(am_args_clear) struct am_args args = {0};
        assert_int_equal(load(texts[i / 2], i % 2, &args, &err), 0);
        assert_no_error(err);
        assert_json(args.params, "{'a': 1}");
    }
}

static void test_am_args_load__rest_behind_the_object__matters_in_a_file_only(void **state)
{
    (void)state;
    auto_error struct error *err = NULL;
    cleanup_with(am_args_clear) struct am_args args = {0};
    assert_int_equal(load("{} {}", false, &args, &err), -1);
    assert_error(&err, ERROR_PARSE, "end of file expected");
    assert_int_equal(load("{} {}", true, &args, &err), 0);
    assert_no_error(err);
}

static void test_am_args_load__a_missing_file__is_named(void **state)
{
    (void)state;
    auto_error struct error *err = NULL;
    cleanup_with(am_args_clear) struct am_args args = {0};
    char *argv[] = {(char[]){"module"}, (char[]){"/nonexistent/args"}, NULL};
    assert_int_equal(am_args_load(2, argv, &args, &err), -1);
    assert_error(&err, ERROR_IO, "/nonexistent/args");
}

static void test_am_args_load__a_terminal__is_never_read(void **state)
{
    (void)state;
    auto_error struct error *err = NULL;
    cleanup_with(am_args_clear) struct am_args args = {0};
    auto_close int saved = dup(STDIN_FILENO);
    auto_close int terminal = posix_openpt(O_RDWR | O_NOCTTY);
    char *argv[] = {(char[]){"module"}, NULL};
    if (terminal < 0)
        skip();
    dup2(terminal, STDIN_FILENO);
    int status = am_args_load(1, argv, &args, &err);
    dup2(saved, STDIN_FILENO);
    assert_int_equal(status, -1);
    assert_error(&err, ERROR_USAGE, "This is an Ansible module.");
}

/* ---- am_args_describe */

static void test_am_args_describe__everything_said__is_taken(void **state)
{
    (void)state;
    cleanup_with(am_args_clear) struct am_args args = {0};
    struct am_context context = {0};
    args.params = json_object();
    args.internal =
        json_from("{'_ansible_check_mode': true, '_ansible_diff': 'yes', '_ansible_no_log': 1,"
                  "'_ansible_ignore_unknown_opts': 'True',"
                  "'_ansible_verbosity': '3', '_ansible_module_name': 'ns.coll.mod',"
                  "'_ansible_version': '2.19.0', '_ansible_tmpdir': '/t/',"
                  "'_ansible_syslog_facility': 'LOG_LOCAL0', '_ansible_target_log_info': 'info'}");
    am_args_describe(&args, "mod", &context);
    assert_true(context.check_mode && context.diff && context.no_log);
    assert_true(context.ignore_unknown_options);
    assert_int_equal(context.verbosity, 3);
    assert_string_equal(context.module_name, "ns.coll.mod");
    assert_string_equal(context.version, "2.19.0");
    assert_string_equal(context.tmpdir, "/t/");
    assert_string_equal(context.syslog_facility, "LOG_LOCAL0");
    assert_string_equal(context.target_log_info, "info");
}

static void assert_defaults(const char *internal)
{
    cleanup_with(am_args_clear) struct am_args args = {0};
    struct am_context context = {.check_mode = true, .verbosity = 7, .tmpdir = "x"};
    args.params = json_object();
    args.internal = json_from(internal);
    am_args_describe(&args, "mod", &context);
    assert_false(context.check_mode || context.diff || context.no_log);
    assert_false(context.ignore_unknown_options);
    assert_int_equal(context.verbosity, 0);
    assert_string_equal(context.module_name, "mod");
    assert_string_equal(context.version, "0.0");
    assert_null(context.tmpdir);
    assert_null(context.syslog_facility);
    assert_null(context.target_log_info);
}

static void test_am_args_describe__nothing_or_nonsense__gives_defaults(void **state)
{
    (void)state;
    assert_defaults("{}");
    assert_defaults("{'_ansible_check_mode': 'maybe', '_ansible_diff': [], '_ansible_no_log': null,"
                    "'_ansible_ignore_unknown_opts': 2,"
                    "'_ansible_verbosity': -1, '_ansible_module_name': 5, '_ansible_version': null,"
                    "'_ansible_tmpdir': null, '_ansible_syslog_facility': 1,"
                    "'_ansible_target_log_info': null}");
    assert_defaults("{'_ansible_verbosity': 'many'}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_am_args_parse__ansibles_own_keys__are_split_off),
        cmocka_unit_test(test_am_args_parse__numbers_json_lacks__are_located),
        cmocka_unit_test(test_am_args_parse__texts_json_lacks__are_located),
        cmocka_unit_test(test_am_args_parse__broken_json__never_quotes_a_value),
        cmocka_unit_test(test_am_args_parse__no_object__is_refused),
        cmocka_unit_test(test_am_args_parse__endless_nesting__is_refused),
        cmocka_unit_test(test_am_args_load__file_or_standard_input__gives_the_same),
        cmocka_unit_test(test_am_args_load__rest_behind_the_object__matters_in_a_file_only),
        cmocka_unit_test(test_am_args_load__a_missing_file__is_named),
        cmocka_unit_test(test_am_args_load__a_terminal__is_never_read),
        cmocka_unit_test(test_am_args_describe__everything_said__is_taken),
        cmocka_unit_test(test_am_args_describe__nothing_or_nonsense__gives_defaults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
