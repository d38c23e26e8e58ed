#include "kube/auth.h"
#include "unit/kube/certificates.h"
#include "unit/kube/sandbox.h"

/* A plugin that answers with its N-th run as "token-N" and STATUS_MORE in its status. */
#define COUNTING(STATUS_MORE)                                                                      \
    "echo x >>runs\necho '{\"apiVersion\": \"client.authentication.k8s.io/v1\", \"status\": "      \
    "{\"token\": \"token-'$(wc -l <runs | tr -d ' ')'\"" STATUS_MORE "}}'"

static void start(struct kube_config *config)
{
    memset(config, 0, sizeof(*config));
    config->server = xstrdup("https://h");
}

static void add_exec(void **state, const char *body, struct kube_config *config)
{
    sandbox_script(state, "plugin", body);
    config->exec_dir = sandbox_path(state, ".");
    config->exec = json_pack("{s:s, s:s, s:s}", "apiVersion", "client.authentication.k8s.io/v1",
                             "command", "./plugin", "interactiveMode", "Never");
}

static bool must_refresh(struct kube_auth *auth, bool renew)
{
    auto_error struct error *err = NULL;
    bool changed = true;
    if (kube_auth_refresh(auth, renew, &changed, &err))
        fail_msg("%s", err->message);
    return changed;
}

static void assert_header(const struct kube_auth *auth, const char *want)
{
    auto_strv struct strv headers = {0};
    kube_auth_headers(auth, &headers);
    assert_int_equal(headers.count, want ? 1 : 0);
    if (want)
        assert_string_equal(headers.items[0], want);
}

static size_t runs(void **state)
{
    auto_free char *text = sandbox_read(state, "runs");
    return strlen(text) / 2;
}

static void test_nothing__to_send__sends_nothing(void **state)
{
    (void)state;
    auto_kube_config struct kube_config config = {0};
    start(&config);
    auto_kube_auth struct kube_auth *auth = kube_auth_new(&config);
    assert_false(must_refresh(auth, true));
    assert_header(auth, NULL);
    assert_null(kube_auth_certificate(auth));
    assert_false(kube_auth_can_renew(auth));
}

static void test_token__of_the_configuration__is_sent(void **state)
{
    (void)state;
    auto_kube_config struct kube_config config = {0};
    start(&config);
    config.token = xstrdup("t");
    config.client_cert_pem = xstrdup("cert");
    config.client_key_pem = xstrdup("key");
    auto_kube_auth struct kube_auth *auth = kube_auth_new(&config);
    assert_false(must_refresh(auth, false));
    assert_header(auth, "Authorization: Bearer t");
    assert_string_equal(kube_auth_certificate(auth), "cert");
    assert_string_equal(kube_auth_key(auth), "key");
    assert_false(kube_auth_can_renew(auth));
}

static void test_basic__with_parts_missing__is_sent_and_a_secret(void **state)
{
    (void)state;
    static const struct row {
        const char *username;
        const char *password;
        const char *encoded;
    } rows[] = {
        {"joe", "pw", "am9lOnB3"},
        {"joe", NULL, "am9lOg=="},
        {NULL, "pw", "OnB3"},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_kube_config struct kube_config config = {0};
        auto_free char *want = xasprintf("Authorization: Basic %s", rows[i].encoded);
        start(&config);
        config.username = rows[i].username ? xstrdup(rows[i].username) : NULL;
        config.password = rows[i].password ? xstrdup(rows[i].password) : NULL;
        auto_kube_auth struct kube_auth *auth = kube_auth_new(&config);
        assert_false(must_refresh(auth, false));
        assert_header(auth, want);
        assert_true(strv_contains(&config.secrets, rows[i].encoded));
    }
}

static void test_089__token_and_token_file__sends_the_file(void **state)
{
    auto_kube_config struct kube_config config = {0};
    start(&config);
    config.token = xstrdup("static");
    config.token_file = sandbox_path(state, "token");
    sandbox_write(state, "token", " from-file\n\n");
    auto_kube_auth struct kube_auth *auth = kube_auth_new(&config);
    assert_false(must_refresh(auth, false));
    assert_header(auth, "Authorization: Bearer from-file");
    assert_true(strv_contains(&config.secrets, "from-file"));
    assert_true(kube_auth_can_renew(auth));
}

static void test_token_file__that_rotates__is_read_again(void **state)
{
    auto_kube_config struct kube_config config = {0};
    start(&config);
    config.token_file = sandbox_path(state, "token");
    sandbox_write(state, "token", "one");
    auto_kube_auth struct kube_auth *auth = kube_auth_new(&config);
    assert_false(must_refresh(auth, false));
    sandbox_write(state, "token", "two");
    assert_header(auth, "Authorization: Bearer one");
    assert_false(must_refresh(auth, true));
    assert_header(auth, "Authorization: Bearer two");
    assert_true(strv_contains(&config.secrets, "one"));
    assert_true(strv_contains(&config.secrets, "two"));
}

static void test_token_file__that_vanishes__leaves_the_last_token_in_use(void **state)
{
    auto_kube_config struct kube_config config = {0};
    start(&config);
    config.token_file = sandbox_path(state, "token");
    sandbox_write(state, "token", "one");
    auto_kube_auth struct kube_auth *auth = kube_auth_new(&config);
    assert_false(must_refresh(auth, false));
    assert_int_equal(unlink(config.token_file), 0);
    assert_false(must_refresh(auth, true));
    assert_header(auth, "Authorization: Bearer one");
}

static void test_token_file__that_is_missing__falls_back_to_the_token(void **state)
{
    auto_kube_config struct kube_config config = {0};
    start(&config);
    config.token = xstrdup("static");
    config.token_file = sandbox_path(state, "none");
    auto_kube_auth struct kube_auth *auth = kube_auth_new(&config);
    assert_false(must_refresh(auth, false));
    assert_header(auth, "Authorization: Bearer static");
}

static void test_token_file__that_is_of_no_use__is_refused(void **state)
{
    static const struct row {
        const char *text; /* NULL: no file */
        const char *want;
    } rows[] = {
        {NULL, "none"},
        {" \n", "read empty token from file"},
        {"a\nb", "holds a line break"},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_kube_config struct kube_config config = {0};
        struct error *err = NULL;
        bool changed = true;
        start(&config);
        config.token_file = sandbox_path(state, rows[i].text ? "token" : "none");
        if (rows[i].text)
            sandbox_write(state, "token", rows[i].text);
        auto_kube_auth struct kube_auth *auth = kube_auth_new(&config);
        assert_int_equal(kube_auth_refresh(auth, false, &changed, &err), -1);
        assert_contains(err->message, config.token_file);
        assert_error(&err, ERROR_AUTH, rows[i].want);
        assert_header(auth, NULL);
    }
}

static void test_096__plain_http__gets_no_credentials_and_runs_nothing(void **state)
{
    for (int kind = 0; kind < 4; kind++) {
        auto_kube_config struct kube_config config = {0};
        start(&config);
        free(config.server);
        config.server = xstrdup("http://h");
        config.client_cert_pem = kind == 0 ? xstrdup("cert") : NULL;
        config.client_key_pem = kind == 0 ? xstrdup("key") : NULL;
        config.token = kind == 1 ? xstrdup("t") : NULL;
        config.token_file = kind == 2 ? sandbox_path(state, "none") : NULL;
        config.password = kind == 1 ? xstrdup("pw") : NULL;
        if (kind == 3)
            add_exec(state, COUNTING(""), &config);
        auto_kube_auth struct kube_auth *auth = kube_auth_new(&config);
        assert_false(must_refresh(auth, true));
        assert_header(auth, NULL);
        assert_null(kube_auth_certificate(auth));
        assert_null(kube_auth_key(auth));
        assert_false(kube_auth_can_renew(auth));
    }
    assert_int_equal(runs(state), 0);
}

static void test_exec__beside_another_identity__is_not_run(void **state)
{
    for (int kind = 0; kind < 4; kind++) {
        auto_kube_config struct kube_config config = {0};
        start(&config);
        add_exec(state, COUNTING(""), &config);
        sandbox_write(state, "token", "t");
        config.token = kind == 0 ? xstrdup("t") : NULL;
        config.token_file = kind == 1 ? sandbox_path(state, "token") : NULL;
        config.username = kind == 2 ? xstrdup("joe") : NULL;
        config.client_cert_pem = kind == 3 ? xstrdup("cert") : NULL;
        auto_kube_auth struct kube_auth *auth = kube_auth_new(&config);
        assert_false(must_refresh(auth, true));
        assert_int_equal(runs(state), 0);
    }
}

static void test_091_exec__renewed__runs_again_and_sends_the_second_token(void **state)
{
    auto_kube_config struct kube_config config = {0};
    start(&config);
    add_exec(state, COUNTING(""), &config);
    auto_kube_auth struct kube_auth *auth = kube_auth_new(&config);
    assert_true(kube_auth_can_renew(auth));
    assert_false(must_refresh(auth, false));
    assert_header(auth, "Authorization: Bearer token-1");
    assert_false(must_refresh(auth, false));
    assert_int_equal(runs(state), 1);
    assert_false(must_refresh(auth, true));
    assert_header(auth, "Authorization: Bearer token-2");
    assert_int_equal(runs(state), 2);
    assert_true(strv_contains(&config.secrets, "token-1"));
    assert_true(strv_contains(&config.secrets, "token-2"));
}

static void test_exec__with_an_expiry__runs_again_only_when_it_has_passed(void **state)
{
    static const struct row {
        const char *body;
        size_t runs;
    } rows[] = {
        {COUNTING(", \"expirationTimestamp\": \"2020-01-01T00:00:00Z\""), 2},
        {COUNTING(", \"expirationTimestamp\": \"2120-01-01T00:00:00Z\""), 1},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_kube_config struct kube_config config = {0};
        start(&config);
        sandbox_write(state, "runs", "");
        add_exec(state, rows[i].body, &config);
        auto_kube_auth struct kube_auth *auth = kube_auth_new(&config);
        assert_false(must_refresh(auth, false));
        assert_false(must_refresh(auth, false));
        assert_int_equal(runs(state), rows[i].runs);
    }
}

static void test_exec__that_fails_later__leaves_the_last_credential_in_use(void **state)
{
    auto_kube_config struct kube_config config = {0};
    struct error *err = NULL;
    bool changed = true;
    start(&config);
    add_exec(state, COUNTING(""), &config);
    auto_kube_auth struct kube_auth *auth = kube_auth_new(&config);
    assert_false(must_refresh(auth, false));
    sandbox_script(state, "plugin", "echo sorry >&2; exit 2");
    assert_int_equal(kube_auth_refresh(auth, true, &changed, &err), -1);
    assert_false(changed);
    assert_contains(err->message, "failed with exit code 2: sorry");
    assert_error(&err, ERROR_AUTH, "getting credentials: exec: executable ");
    assert_header(auth, "Authorization: Bearer token-1");
}

static void use_certificate(void **state, const char *certificate)
{
    json_auto_t *answer =
        json_pack("{s:s, s:{s:s, s:s}}", "apiVersion", "client.authentication.k8s.io/v1", "status",
                  "clientCertificateData", certificate, "clientKeyData", CLIENT_KEY);
    auto_free char *text = json_dumps(answer, 0);
    sandbox_write(state, "answer", text);
}

static void test_exec__with_a_certificate__tells_when_it_changed(void **state)
{
    auto_kube_config struct kube_config config = {0};
    start(&config);
    add_exec(state, "cat answer", &config);
    use_certificate(state, CLIENT_CERT);
    auto_kube_auth struct kube_auth *auth = kube_auth_new(&config);
    assert_true(must_refresh(auth, false));
    assert_string_equal(kube_auth_certificate(auth), CLIENT_CERT);
    assert_string_equal(kube_auth_key(auth), CLIENT_KEY);
    assert_header(auth, NULL);
    assert_null(kube_auth_describe_certificate(auth));
    assert_false(must_refresh(auth, true));
    use_certificate(state, EXPIRED_CERT);
    assert_true(must_refresh(auth, true));
    auto_free char *text = kube_auth_describe_certificate(auth);
    assert_contains(text, "admin of ./plugin expired on 2021-02-03T04:05:06Z");
    assert_true(strv_contains(&config.secrets, CLIENT_KEY));
}

static void test_certificate__of_the_configuration__is_described_by_its_origin(void **state)
{
    (void)state;
    auto_kube_config struct kube_config config = {0};
    start(&config);
    config.client_cert_pem = xstrdup(EXPIRED_CERT);
    config.cert_origin = xstrdup("/etc/c.pem");
    auto_kube_auth struct kube_auth *auth = kube_auth_new(&config);
    auto_free char *text = kube_auth_describe_certificate(auth);
    assert_contains(text, "admin of /etc/c.pem expired on");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        sandbox_test(test_nothing__to_send__sends_nothing),
        sandbox_test(test_token__of_the_configuration__is_sent),
        sandbox_test(test_basic__with_parts_missing__is_sent_and_a_secret),
        sandbox_test(test_089__token_and_token_file__sends_the_file),
        sandbox_test(test_token_file__that_rotates__is_read_again),
        sandbox_test(test_token_file__that_vanishes__leaves_the_last_token_in_use),
        sandbox_test(test_token_file__that_is_missing__falls_back_to_the_token),
        sandbox_test(test_token_file__that_is_of_no_use__is_refused),
        sandbox_test(test_096__plain_http__gets_no_credentials_and_runs_nothing),
        sandbox_test(test_exec__beside_another_identity__is_not_run),
        sandbox_test(test_091_exec__renewed__runs_again_and_sends_the_second_token),
        sandbox_test(test_exec__with_an_expiry__runs_again_only_when_it_has_passed),
        sandbox_test(test_exec__that_fails_later__leaves_the_last_credential_in_use),
        sandbox_test(test_exec__with_a_certificate__tells_when_it_changed),
        sandbox_test(test_certificate__of_the_configuration__is_described_by_its_origin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
