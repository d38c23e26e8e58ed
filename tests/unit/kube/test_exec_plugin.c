#include "kube/exec_plugin.h"
#include "kube/kubeconfig_priv.h"
#include "unit/kube/certificates.h"
#include "unit/kube/sandbox.h"

#define V1             "client.authentication.k8s.io/v1"
#define V1BETA1        "client.authentication.k8s.io/v1beta1"
#define ANSWER(STATUS) "{\"apiVersion\": \"" V1 "\", \"kind\": \"ExecCredential\", " STATUS "}"

/* A configuration whose plugin is COMMAND below the sandbox, with further members of EXTRA. */
static void configure(void **state, const char *command, json_t *extra_take,
                      struct kube_config *config)
{
    memset(config, 0, sizeof(*config));
    config->server = xstrdup("https://h");
    config->exec_dir = sandbox_path(state, "dir");
    config->exec = json_pack("{s:s, s:s, s:s}", "apiVersion", V1, "command", command,
                             "interactiveMode", "Never");
    json_object_update(config->exec, extra_take);
    json_decref(extra_take);
}

static void must_run(struct kube_config *config, struct exec_credential *credential)
{
    auto_error struct error *err = NULL;
    if (exec_plugin_run(config, 20000, credential, &err))
        fail_msg("%s", err->message);
}

/* The message of the failure, owned. */
static char *must_fail(struct kube_config *config, long long timeout_ms)
{
    auto_exec_credential struct exec_credential credential = {0};
    auto_error struct error *err = NULL;
    assert_int_equal(exec_plugin_run(config, timeout_ms, &credential, &err), -1);
    assert_null(credential.token);
    assert_int_equal(err->kind, ERROR_AUTH);
    return xstrdup(err->message);
}

/* ---- finding the program */

static void test_find__of_each_form__follows_kubectl(void **state)
{
    auto_free char *in_path = sandbox_path(state, "path/plugin");
    auto_free char *beside = sandbox_path(state, "dir/plugin");
    auto_free char *deep = sandbox_path(state, "dir/bin/p");
    auto_free char *directory = sandbox_path(state, "dir");
    auto_free char *path = xasprintf("/nowhere:%s/path", ((struct sandbox *)*state)->root);
    sandbox_script(state, "path/plugin", "");
    sandbox_script(state, "dir/plugin", "");
    setenv("PATH", path, 1);
    const struct row {
        const char *command;
        const char *want;
    } rows[] = {
        {"/abs/p", "/abs/p"},
        {"./plugin", beside},
        {"bin/p", deep},
        {"plugin", in_path},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_free char *program = exec_plugin_find(rows[i].command, directory, NULL, NULL);
        assert_string_equal(program, rows[i].want);
    }
}

static void test_find__of_a_bare_name__never_looks_beside_the_kubeconfig_or_here(void **state)
{
    auto_free char *directory = sandbox_path(state, "dir");
    static const char *const paths[] = {"/nowhere", "", ".", ":", "/nowhere:.", "dir"};
    sandbox_script(state, "dir/plugin", "");
    sandbox_script(state, "plugin", "");
    for (size_t i = 0; i < array_length(paths); i++) {
        struct error *err = NULL;
        setenv("PATH", paths[i], 1);
        assert_null(exec_plugin_find("plugin", directory, "apt install \x1b[1mit", &err));
        assert_error(&err, ERROR_AUTH,
                     "exec: executable plugin not found: apt install U+001B[1mit");
    }
}

static void test_find__of_a_file_that_is_not_executable__passes_it_over(void **state)
{
    struct error *err = NULL;
    auto_free char *path = sandbox_path(state, "path");
    sandbox_write(state, "path/plugin", "");
    setenv("PATH", path, 1);
    assert_null(exec_plugin_find("plugin", "/", NULL, &err));
    assert_string_equal(err->message, "exec: executable plugin not found");
    error_clear(&err);
}

/* ---- what the plugin is told */

static void test_request__without_cluster_info__is_minimal(void **state)
{
    auto_kube_config struct kube_config config = {0};
    configure(state, "p", json_pack("{s:s}", "apiVersion", V1BETA1), &config);
    auto_free char *request = exec_plugin_request(&config, NULL);
    assert_string_equal(request, "{\"kind\":\"ExecCredential\",\"apiVersion\":\"" V1BETA1 "\","
                                 "\"spec\":{\"interactive\":false}}");
}

static void test_request__with_cluster_info__holds_every_part(void **state)
{
    auto_kube_config struct kube_config config = {0};
    auto_kube_config struct kube_config bare = {0};
    configure(state, "p", json_pack("{s:b}", "provideClusterInfo", 1), &config);
    config.tls_server_name = xstrdup("name");
    config.ca_pem = xstrdup("hello");
    config.proxy = xstrdup("http://p:1");
    config.insecure = true;
    config.disable_compression = true;
    config.exec_config = json_pack("{s:s}", "audience", "x");
    auto_free char *request = exec_plugin_request(&config, NULL);
    assert_string_equal(request,
                        "{\"kind\":\"ExecCredential\",\"apiVersion\":\"" V1 "\",\"spec\":{"
                        "\"cluster\":{\"server\":\"https://h\",\"tls-server-name\":\"name\","
                        "\"insecure-skip-tls-verify\":true,\"certificate-authority-data\":"
                        "\"aGVsbG8=\",\"proxy-url\":\"http://p:1\",\"disable-compression\":true,"
                        "\"config\":{\"audience\":\"x\"}},\"interactive\":false}}");
    configure(state, "p", json_pack("{s:b}", "provideClusterInfo", 1), &bare);
    auto_free char *short_request = exec_plugin_request(&bare, NULL);
    assert_contains(short_request, "\"cluster\":{\"server\":\"https://h\",\"config\":null}");
}

static void test_090__arguments_with_blanks_and_semicolons__are_passed_verbatim(void **state)
{
    auto_kube_config struct kube_config config = {0};
    auto_exec_credential struct exec_credential credential = {0};
    sandbox_script(
        state, "dir/p",
        "printf '%s|' \"$@\" >seen\necho '" ANSWER("\"status\": {\"token\": \"t\"}") "'");
    configure(
        state, "./p",
        json_pack("{s:[ssssss]}", "args", "a b", "; touch hit", "$(touch hit)", "", "*", "--x='y'"),
        &config);
    must_run(&config, &credential);
    auto_free char *seen = sandbox_read(state, "seen");
    assert_string_equal(seen, "a b|; touch hit|$(touch hit)||*|--x='y'|");
    assert_int_equal(access("hit", F_OK), -1);
    assert_string_equal(credential.token, "t");
    assert_false(credential.expires);
    assert_true(strv_contains(&config.secrets, "t"));
}

static void test_environment__of_the_plugin__is_ours_plus_its_own(void **state)
{
    auto_kube_config struct kube_config config = {0};
    auto_exec_credential struct exec_credential credential = {0};
    auto_free char *here = sandbox_path(state, "");
    sandbox_script(state, "dir/p",
                   "{ echo \"$INHERITED $ONE $TWO $HOME\"; echo \"$KUBERNETES_EXEC_INFO\"; pwd; }"
                   " >seen\ncat >input\n[ -t 0 ] && echo terminal >input\n"
                   "echo '" ANSWER("\"status\": {\"token\": \"t\"}") "'");
    setenv("INHERITED", "inherited", 1);
    setenv("KUBERNETES_EXEC_INFO", "stale", 1);
    configure(state, "./p",
              json_pack("{s:[{s:s, s:s}, {s:s, s:s}, {s:s, s:s}, {s:s}]}", "env", "name", "ONE",
                        "value", "first", "name", "ONE", "value", "a b", "name", "HOME", "value",
                        "/elsewhere", "name", "TWO"),
              &config);
    must_run(&config, &credential);
    unsetenv("INHERITED");
    unsetenv("KUBERNETES_EXEC_INFO");
    auto_free char *seen = sandbox_read(state, "seen");
    auto_free char *input = sandbox_read(state, "input");
    assert_contains(seen, "inherited a b  /elsewhere\n{\"kind\":\"ExecCredential\"");
    here[strlen(here) - 1] = '\0';
    assert_contains(seen, here);
    assert_string_equal(input, "");
}

/* ---- what the plugin answers */

static void test_answer__with_everything__is_read(void **state)
{
    (void)state;
    auto_exec_credential struct exec_credential out = {0};
    json_auto_t *answer =
        json_pack("{s:s, s:s, s:{s:s, s:s, s:s, s:s}}", "apiVersion", V1, "kind", "ExecCredential",
                  "status", "token", "t", "clientCertificateData", CLIENT_CERT, "clientKeyData",
                  CLIENT_KEY, "expirationTimestamp", "2030-01-02T03:04:05+01:00");
    auto_free char *text = json_dumps(answer, JSON_INDENT(2));
    assert_int_equal(exec_plugin_answer(text, strlen(text), V1, &out, NULL), 0);
    assert_string_equal(out.token, "t");
    assert_string_equal(out.certificate, CLIENT_CERT);
    assert_string_equal(out.key, CLIENT_KEY);
    assert_true(out.expires);
    assert_int_equal(out.expires_at, 1893549845);
}

static void test_answer__of_other_good_forms__is_read(void **state)
{
    (void)state;
    static const char *const answers[] = {
        "apiVersion: " V1 "\nkind: ExecCredential\nstatus: {token: t}\n",
        "{\"apiVersion\": \"" V1 "\", \"status\": {\"token\": \"t\", \"unknown\": 1}}",
        "\n\t{\"apiVersion\":\n\t\"" V1 "\", \"status\":\n\t{\"token\": \"t\","
        " \"expirationTimestamp\": null}}\n",
        "{\"apiVersion\": \"" V1 "\", \"status\": {\"token\": \"t\", \"clientKeyData\": \"\"}}",
    };
    for (size_t i = 0; i < array_length(answers); i++) {
        auto_exec_credential struct exec_credential out = {0};
        auto_error struct error *err = NULL;
        if (exec_plugin_answer(answers[i], strlen(answers[i]), V1, &out, &err))
            fail_msg("%s: %s", answers[i], err->message);
        assert_string_equal(out.token, "t");
        assert_null(out.key);
        assert_false(out.expires);
    }
}

static void test_answer__that_is_wrong__is_refused_with_kubectls_text(void **state)
{
    (void)state;
    static const struct row {
        const char *answer;
        const char *want;
    } rows[] = {
        {"", "exec plugin is configured to use API version " V1 ", plugin returned version none"},
        {"hello", "decoding stdout: expected object, got string"},
        {"[]", "decoding stdout: expected object, got list"},
        {"{\"a\":", "decoding stdout: "},
        {"a: b: c", "decoding stdout: "},
        {"{\"apiVersion\": \"" V1BETA1 "\", \"status\": {\"token\": \"t\"}}",
         "exec plugin is configured to use API version " V1 ", plugin returned version " V1BETA1},
        {"{\"apiVersion\": \"v1\", \"kind\": \"Pod\"}",
         "exec plugin is configured to use API version " V1 ", plugin returned version v1"},
        {"{\"apiVersion\": \"" V1 "\", \"kind\": \"Foo\"}",
         "decoding stdout: no kind \"Foo\" is registered for version \"" V1 "\""},
        {ANSWER("\"x\": 1"), "exec plugin didn't return a status field"},
        {ANSWER("\"status\": null"), "exec plugin didn't return a status field"},
        {ANSWER("\"status\": []"), "decoding stdout: status: expected object, got list"},
        {ANSWER("\"status\": {}"), "exec plugin didn't return a token or cert/key pair"},
        {ANSWER("\"status\": {\"token\": \"\"}"),
         "exec plugin didn't return a token or cert/key pair"},
        {ANSWER("\"status\": {\"clientCertificateData\": \"a\"}"),
         "exec plugin returned only certificate or key, not both"},
        {ANSWER("\"status\": {\"token\": \"t\", \"clientKeyData\": \"a\"}"),
         "exec plugin returned only certificate or key, not both"},
        {ANSWER("\"status\": {\"clientCertificateData\": \"a\", \"clientKeyData\": \"b\"}"),
         "failed parsing client key/certificate: failed to find a certificate"},
        {ANSWER("\"status\": {\"token\": 1}"),
         "decoding stdout: status.token: expected string, got number"},
        {ANSWER("\"status\": {\"token\": \"a\\nb\"}"), "characters that no header may hold"},
        {ANSWER("\"status\": {\"token\": \"t\", \"expirationTimestamp\": \"yesterday\"}"),
         "decoding stdout: status.expirationTimestamp: \"yesterday\" is not a time"},
        {ANSWER("\"status\": {\"token\": \"t\", \"expirationTimestamp\": 1}"),
         "decoding stdout: status.expirationTimestamp: expected string, got number"},
        {ANSWER("\"status\": {\"token\": \"t\"}") "\n" ANSWER("\"status\": {\"token\": \"u\"}"),
         "decoding stdout: more than one document"},
        {ANSWER("\"status\": {\"token\": \"t\"}") " x", "decoding stdout: "},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_exec_credential struct exec_credential out = {0};
        struct error *err = NULL;
        assert_int_equal(exec_plugin_answer(rows[i].answer, strlen(rows[i].answer), V1, &out, &err),
                         -1);
        assert_null(out.token);
        assert_error(&err, ERROR_AUTH, rows[i].want);
    }
}

/* ---- running it */

static void test_run__that_fails__names_the_program_its_exit_code_and_its_last_words(void **state)
{
    auto_kube_config struct kube_config config = {0};
    auto_free char *program = sandbox_path(state, "dir/p");
    sandbox_script(state, "dir/p",
                   "echo one >&2; echo two >&2; for i in 3 4 5; do echo $i >&2; done\n"
                   "printf 'six\\033[1m\\n\\n' >&2\nexit 3");
    configure(state, "./p", NULL, &config);
    auto_free char *message = must_fail(&config, 20000);
    auto_free char *want = xasprintf("exec: executable %s failed with exit code 3: "
                                     "two | 3 | 4 | 5 | sixU+001B[1m",
                                     program);
    assert_string_equal(message, want);
}

static void test_run__that_fails_silently__says_no_more_than_the_exit_code(void **state)
{
    auto_kube_config struct kube_config config = {0};
    auto_free char *want = xasprintf("exec: executable %s/dir/p failed with exit code 1",
                                     ((struct sandbox *)*state)->root);
    sandbox_script(state, "dir/p", "exit 1");
    configure(state, "./p", NULL, &config);
    auto_free char *message = must_fail(&config, 20000);
    assert_string_equal(message, want);
}

static void test_run__that_is_killed__names_the_signal(void **state)
{
    auto_kube_config struct kube_config config = {0};
    sandbox_script(state, "dir/p", "kill -9 $$");
    configure(state, "./p", NULL, &config);
    auto_free char *message = must_fail(&config, 20000);
    assert_contains(message, "/dir/p failed with signal 9");
}

static void test_run__that_prints_secrets_on_stderr__does_not_show_them(void **state)
{
    auto_kube_config struct kube_config config = {0};
    sandbox_script(
        state, "dir/p",
        "echo '" ANSWER(
            "\"status\": {\"token\": \"fresh-token\"}") "'\necho \"got fresh-token with "
                                                        "$MY_PASSWORD and old-token\" >&2\n"
                                                        "exit 1");
    configure(state, "./p",
              json_pack("{s:[{s:s, s:s}]}", "env", "name", "MY_PASSWORD", "value", "env-secret"),
              &config);
    strv_add(&config.secrets, "old-token");
    strv_add(&config.secrets, "env-secret");
    auto_free char *message = must_fail(&config, 20000);
    assert_contains(message, "got ******** with ******** and ********");
    assert_true(strv_contains(&config.secrets, "fresh-token"));
}

static void test_run__with_a_useless_answer__adds_what_it_said(void **state)
{
    auto_kube_config struct kube_config config = {0};
    sandbox_script(state, "dir/p", "echo 'please log in' >&2\necho '" ANSWER("\"status\": {}") "'");
    configure(state, "./p", NULL, &config);
    auto_free char *message = must_fail(&config, 20000);
    assert_string_equal(message,
                        "exec plugin didn't return a token or cert/key pair: please log in");
}

static void test_run__that_says_a_lot__shows_its_end(void **state)
{
    auto_kube_config struct kube_config config = {0};
    sandbox_script(state, "dir/p",
                   "i=0; while [ $i -lt 300 ]; do printf 'word%s ' $i >&2; "
                   "i=$((i+1)); done; exit 1");
    configure(state, "./p", NULL, &config);
    auto_free char *message = must_fail(&config, 20000);
    assert_contains(message, "word299");
    assert_lacks(message, "word10 ");
    assert_true(strlen(message) < 1300);
}

static void test_run__of_a_program_that_is_missing__gives_the_install_hint(void **state)
{
    auto_kube_config struct kube_config path = {0};
    auto_kube_config struct kube_config bare = {0};
    json_t *hint = json_pack("{s:s}", "installHint", "apt install it");
    configure(state, "./none", json_deep_copy(hint), &path);
    auto_free char *one = must_fail(&path, 20000);
    assert_contains(one, "exec: ");
    assert_contains(one, "/dir/none");
    assert_contains(one, "apt install it");
    configure(state, "kube-test-no-such-plugin", hint, &bare);
    auto_free char *two = must_fail(&bare, 20000);
    assert_string_equal(two, "exec: executable kube-test-no-such-plugin not found: apt install it");
}

static void test_run__of_a_file_that_is_not_executable__says_so(void **state)
{
    auto_kube_config struct kube_config config = {0};
    sandbox_write(state, "dir/p", "#!/bin/sh\n");
    configure(state, "./p", NULL, &config);
    auto_free char *message = must_fail(&config, 20000);
    assert_contains(message, "ermission denied");
}

static void test_run__that_needs_a_terminal__is_refused_without_running(void **state)
{
    auto_kube_config struct kube_config config = {0};
    sandbox_script(state, "dir/p", "touch ran");
    configure(state, "./p", json_pack("{s:s}", "interactiveMode", "Always"), &config);
    auto_free char *message = must_fail(&config, 20000);
    assert_string_equal(message, "exec plugin cannot support interactive mode: standard input is "
                                 "not a terminal");
    assert_int_equal(access("ran", F_OK), -1);
}

static void test_run__that_takes_too_long__is_ended(void **state)
{
    auto_kube_config struct kube_config config = {0};
    sandbox_script(state, "dir/p", "sleep 30");
    configure(state, "./p", NULL, &config);
    auto_free char *message = must_fail(&config, 200);
    assert_contains(message, "exec: ");
    assert_contains(message, "/dir/p");
}

static void test_run__with_endless_output__is_ended(void **state)
{
    auto_kube_config struct kube_config config = {0};
    sandbox_script(state, "dir/p", "exec yes");
    configure(state, "./p", NULL, &config);
    auto_free char *message = must_fail(&config, 20000);
    assert_contains(message, "exec: ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        sandbox_test(test_find__of_each_form__follows_kubectl),
        sandbox_test(test_find__of_a_bare_name__never_looks_beside_the_kubeconfig_or_here),
        sandbox_test(test_find__of_a_file_that_is_not_executable__passes_it_over),
        sandbox_test(test_request__without_cluster_info__is_minimal),
        sandbox_test(test_request__with_cluster_info__holds_every_part),
        sandbox_test(test_090__arguments_with_blanks_and_semicolons__are_passed_verbatim),
        sandbox_test(test_environment__of_the_plugin__is_ours_plus_its_own),
        sandbox_test(test_answer__with_everything__is_read),
        sandbox_test(test_answer__of_other_good_forms__is_read),
        sandbox_test(test_answer__that_is_wrong__is_refused_with_kubectls_text),
        sandbox_test(test_run__that_fails__names_the_program_its_exit_code_and_its_last_words),
        sandbox_test(test_run__that_fails_silently__says_no_more_than_the_exit_code),
        sandbox_test(test_run__that_is_killed__names_the_signal),
        sandbox_test(test_run__that_prints_secrets_on_stderr__does_not_show_them),
        sandbox_test(test_run__with_a_useless_answer__adds_what_it_said),
        sandbox_test(test_run__that_says_a_lot__shows_its_end),
        sandbox_test(test_run__of_a_program_that_is_missing__gives_the_install_hint),
        sandbox_test(test_run__of_a_file_that_is_not_executable__says_so),
        sandbox_test(test_run__that_needs_a_terminal__is_refused_without_running),
        sandbox_test(test_run__that_takes_too_long__is_ended),
        sandbox_test(test_run__with_endless_output__is_ended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
