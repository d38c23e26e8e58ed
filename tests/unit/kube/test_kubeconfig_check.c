#include "base/buf.h"
#include "kube/kubeconfig_priv.h"
#include "unit/kube/certificates.h"
#include "unit/kube/sandbox.h"

static void start(struct kube_draft *draft, const char *server)
{
    kube_draft_init(draft);
    kube_draft_set(&draft->config.server, server);
    kube_draft_set(&draft->config.origin, "kubeconfig x");
    kube_draft_set(&draft->config.user, "u");
    kube_draft_set(&draft->cluster, "k");
}

static void must_complete(struct kube_draft *draft)
{
    auto_error struct error *err = NULL;
    if (kube_draft_complete(draft, &err))
        fail_msg("%s", err->message);
}

static void must_fail(struct kube_draft *draft, const char *want)
{
    struct error *err = NULL;
    assert_int_equal(kube_draft_complete(draft, &err), -1);
    assert_error(&err, ERROR_USAGE, want);
}

static void test_files__that_are_named__are_read(void **state)
{
    auto_kube_draft struct kube_draft draft;
    start(&draft, "https://h/");
    sandbox_write(state, "ca", CA);
    sandbox_write(state, "cert", CLIENT_CERT CA);
    sandbox_write(state, "key", CLIENT_KEY);
    draft.ca_file = sandbox_path(state, "ca");
    draft.client_cert_file = sandbox_path(state, "cert");
    draft.client_key_file = sandbox_path(state, "key");
    must_complete(&draft);
    assert_string_equal(draft.config.server, "https://h");
    assert_string_equal(draft.config.ca_pem, CA);
    assert_string_equal(draft.config.client_cert_pem, CLIENT_CERT CA);
    assert_string_equal(draft.config.client_key_pem, CLIENT_KEY);
    assert_string_equal(draft.config.cert_origin, draft.client_cert_file);
    assert_true(strv_contains(&draft.config.secrets, CLIENT_KEY));
}

static void test_data__that_is_inline__is_used(void **state)
{
    (void)state;
    auto_kube_draft struct kube_draft draft;
    start(&draft, "https://h");
    kube_draft_set(&draft.config.ca_pem, CA);
    kube_draft_set(&draft.config.client_cert_pem, EXPIRED_CERT);
    kube_draft_set(&draft.config.client_key_pem, CLIENT_KEY);
    must_complete(&draft);
    assert_string_equal(draft.config.cert_origin, "kubeconfig x");
}

static void test_files__that_are_missing__are_named_with_their_absolute_path(void **state)
{
    static const struct row {
        size_t slot;
        const char *what;
    } rows[] = {
        {offsetof(struct kube_draft, ca_file),
         "unable to read certificate-authority %s for k due to "
         "open %s: no such file or directory"},
        {offsetof(struct kube_draft, client_cert_file),
         "unable to read client-cert %s for u due to "
         "open %s: no such file or directory"},
        {offsetof(struct kube_draft, client_key_file), "unable to read client-key %s for u due to "
                                                       "open %s: no such file or directory"},
    };
    auto_free char *none = sandbox_path(state, "none");
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_kube_draft struct kube_draft draft;
        auto_buf struct buf want = {0};
        start(&draft, "https://h");
        if (rows[i].slot != offsetof(struct kube_draft, ca_file))
            kube_draft_set(&draft.client_cert_file, none);
        kube_draft_set((char **)((char *)&draft + rows[i].slot), none);
        for (const char *c = rows[i].what; *c; c++) {
            if (c[0] == '%' && c[1] == 's') {
                buf_add_str(&want, none);
                c++;
            } else {
                buf_add_char(&want, *c);
            }
        }
        must_fail(&draft, buf_str(&want));
    }
}

static void test_088_contradictions__of_each_kind__are_configuration_errors(void **state)
{
    static const struct row {
        const char *data_slot_pem;
        size_t data;
        size_t file;
        const char *want;
    } rows[] = {
        {CA, offsetof(struct kube_draft, config.ca_pem), offsetof(struct kube_draft, ca_file),
         "certificate-authority-data and certificate-authority are both specified for k"},
        {CLIENT_CERT, offsetof(struct kube_draft, config.client_cert_pem),
         offsetof(struct kube_draft, client_cert_file),
         "client-cert-data and client-cert are both specified for u"},
        {CLIENT_KEY, offsetof(struct kube_draft, config.client_key_pem),
         offsetof(struct kube_draft, client_key_file),
         "client-key-data and client-key are both specified for u"},
    };
    sandbox_write(state, "file", CA CLIENT_CERT CLIENT_KEY);
    auto_free char *path = sandbox_path(state, "file");
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_kube_draft struct kube_draft draft;
        start(&draft, "https://h");
        if (i > 0) {
            kube_draft_set(&draft.config.client_cert_pem, CLIENT_CERT);
            kube_draft_set(&draft.config.client_key_pem, CLIENT_KEY);
        }
        kube_draft_set((char **)((char *)&draft + rows[i].data), rows[i].data_slot_pem);
        kube_draft_set((char **)((char *)&draft + rows[i].file), path);
        must_fail(&draft, rows[i].want);
    }
}

static void test_088_insecure__with_a_ca__is_a_configuration_error(void **state)
{
    static const char want[] =
        "specifying a root certificates file with the insecure flag is not allowed";
    auto_kube_draft struct kube_draft data;
    auto_kube_draft struct kube_draft file;
    start(&data, "https://h");
    data.config.insecure = true;
    kube_draft_set(&data.config.ca_pem, CA);
    must_fail(&data, want);
    start(&file, "https://h");
    file.config.insecure = true;
    sandbox_write(state, "ca", CA);
    file.ca_file = sandbox_path(state, "ca");
    must_fail(&file, want);
}

static void test_certificates__of_a_plain_http_server__are_not_judged(void **state)
{
    (void)state;
    auto_kube_draft struct kube_draft draft;
    start(&draft, "http://h");
    draft.config.insecure = true;
    kube_draft_set(&draft.config.ca_pem, "a");
    kube_draft_set(&draft.config.client_cert_pem, "b");
    kube_draft_set(&draft.config.client_key_pem, "c");
    must_complete(&draft);
}

static void test_certificates__that_cannot_work__are_refused(void **state)
{
    (void)state;
    static const struct row {
        const char *ca;
        const char *cert;
        const char *key;
        const char *want;
    } rows[] = {
        {"a", NULL, NULL, "unable to load root certificates: unable to parse bytes as PEM block"},
        {NULL, CLIENT_CERT, NULL,
         "client-key-data or client-key must be specified for u to use the "
         "clientCert authentication method."},
        {NULL, CLIENT_CERT, OTHER_KEY, "u: the private key does not belong to"},
        {NULL, CLIENT_CERT, ENCRYPTED_KEY, "u: the private key is encrypted"},
        {NULL, "a", CLIENT_KEY, "u: failed to find a certificate"},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_kube_draft struct kube_draft draft;
        start(&draft, "https://h");
        kube_draft_set(&draft.config.ca_pem, rows[i].ca);
        kube_draft_set(&draft.config.client_cert_pem, rows[i].cert);
        kube_draft_set(&draft.config.client_key_pem, rows[i].key);
        must_fail(&draft, rows[i].want);
    }
}

static void test_key__without_a_certificate__is_not_used(void **state)
{
    (void)state;
    auto_kube_draft struct kube_draft draft;
    start(&draft, "https://h");
    kube_draft_set(&draft.config.client_key_pem, "a");
    kube_draft_set(&draft.client_key_file, "/nowhere");
    must_complete(&draft);
    assert_null(draft.config.client_key_pem);
}

static void test_identities__of_two_kinds__are_refused(void **state)
{
    (void)state;
    static const struct row {
        const char *token;
        const char *token_file;
        const char *username;
        const char *password;
        const char *want; /* NULL: fine */
    } rows[] = {
        {"t", NULL, "joe", "pw",
         "more than one authentication method found for u; "
         "found [token basicAuth], only one is allowed"},
        {"t", NULL, NULL, "pw", "only one is allowed"},
        {"t", "/t", "joe", NULL, "only one is allowed"},
        {NULL, "/t", "joe", NULL,
         "username/password or bearer token may be set for u, but not both"},
        {"t", "/t", NULL, NULL, NULL},
        {NULL, NULL, "joe", "pw", NULL},
        {NULL, NULL, NULL, "pw", NULL},
        {"a\nb", NULL, NULL, NULL, "the token of u holds a line break"},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_kube_draft struct kube_draft draft;
        start(&draft, "https://h");
        kube_draft_set(&draft.config.token, rows[i].token);
        kube_draft_set(&draft.config.token_file, rows[i].token_file);
        kube_draft_set(&draft.config.username, rows[i].username);
        kube_draft_set(&draft.config.password, rows[i].password);
        if (rows[i].want)
            must_fail(&draft, rows[i].want);
        else
            must_complete(&draft);
    }
}

#define V1      "\"apiVersion\": \"client.authentication.k8s.io/v1\""
#define V1BETA1 "\"apiVersion\": \"client.authentication.k8s.io/v1beta1\""

static void test_092_exec__of_each_shape__is_checked(void **state)
{
    (void)state;
    static const struct row {
        const char *exec;
        const char *want; /* NULL: fine */
    } rows[] = {
        {"{" V1 ", \"command\": \"c\", \"interactiveMode\": \"Never\"}", NULL},
        {"{" V1 ", \"command\": \"c\", \"interactiveMode\": \"IfAvailable\"}", NULL},
        {"{" V1 ", \"command\": \"c\", \"interactiveMode\": \"Always\"}", NULL},
        {"{" V1BETA1 ", \"command\": \"c\"}", NULL},
        {"{" V1 ", \"command\": \"c\"}",
         "interactiveMode must be specified for u to use exec authentication plugin"},
        {"{" V1 ", \"command\": \"c\", \"interactiveMode\": \"never\"}",
         "invalid interactiveMode for u: \"never\""},
        {"{" V1BETA1 ", \"command\": \"c\", \"interactiveMode\": \"Foo\"}",
         "invalid interactiveMode for u: \"Foo\""},
        {"{\"apiVersion\": \"client.authentication.k8s.io/v1alpha1\", \"command\": \"c\"}",
         "exec plugin: invalid apiVersion \"client.authentication.k8s.io/v1alpha1\""},
        {"{\"apiVersion\": \"v1\", \"command\": \"c\", \"interactiveMode\": \"Never\"}",
         "exec plugin: invalid apiVersion \"v1\""},
        {"{" V1 ", \"interactiveMode\": \"Never\"}",
         "command must be specified for u to use exec authentication plugin"},
        {"{\"command\": \"c\", \"interactiveMode\": \"Never\"}",
         "apiVersion must be specified for u to use exec authentication plugin"},
        {"{" V1
         ", \"command\": \"c\", \"interactiveMode\": \"Never\", \"env\": [{\"value\": \"x\"}]}",
         "env variable name must be specified for u to use exec authentication plugin"},
        {"{\"env\": [{\"value\": \"x\"}]}",
         "invalid configuration: [command must be specified for u to use exec authentication "
         "plugin, apiVersion must be specified for u to use exec authentication plugin, env "
         "variable name must be specified for u to use exec authentication plugin, interactiveMode "
         "must be specified for u to use exec authentication plugin]"},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_kube_draft struct kube_draft draft;
        start(&draft, "https://h");
        draft.config.exec = json_loads(rows[i].exec, 0, NULL);
        assert_non_null(draft.config.exec);
        if (rows[i].want)
            must_fail(&draft, rows[i].want);
        else
            must_complete(&draft);
    }
}

static void test_auth_provider__of_any_name__is_refused(void **state)
{
    (void)state;
    auto_kube_draft struct kube_draft alone;
    auto_kube_draft struct kube_draft both;
    start(&alone, "https://h");
    kube_draft_set(&alone.auth_provider, "gcp");
    must_fail(&alone, "the auth-provider \"gcp\" of u is not supported: use an exec plugin");
    start(&both, "https://h");
    kube_draft_set(&both.auth_provider, "oidc");
    both.config.exec = json_object();
    must_fail(&both, "authProvider cannot be provided in combination with an exec plugin for u");
}

static void test_server__that_is_missing_or_wrong__is_named_by_cluster(void **state)
{
    (void)state;
    auto_kube_draft struct kube_draft none;
    auto_kube_draft struct kube_draft wrong;
    start(&none, NULL);
    must_fail(&none, "no server found for cluster \"k\"");
    start(&wrong, "ftp://h");
    must_fail(&wrong, "the server of k: unsupported protocol scheme \"ftp\"");
}

static void test_server__without_a_scheme__is_https_when_tls_settings_are_there(void **state)
{
    (void)state;
    auto_kube_draft struct kube_draft plain;
    auto_kube_draft struct kube_draft secure;
    start(&plain, "h:1");
    must_complete(&plain);
    assert_string_equal(plain.config.server, "http://h:1");
    start(&secure, "h:1");
    kube_draft_set(&secure.config.ca_pem, CA);
    must_complete(&secure);
    assert_string_equal(secure.config.server, "https://h:1");
}

static void test_proxy__of_each_form__is_checked_and_its_password_a_secret(void **state)
{
    (void)state;
    auto_kube_draft struct kube_draft bad;
    auto_kube_draft struct kube_draft good;
    start(&bad, "https://h");
    kube_draft_set(&bad.config.proxy, "ftp://x");
    must_fail(&bad,
              "invalid proxy-url for cluster \"k\": unsupported scheme \"ftp\", must be http, "
              "https, or socks5");
    start(&good, "https://h");
    kube_draft_set(&good.config.proxy, "http://joe:hunter2@p:3128");
    must_complete(&good);
    assert_true(strv_contains(&good.config.secrets, "hunter2"));
    assert_int_equal(good.config.secrets.count, 1);
}

static void test_proxy__without_a_password__has_no_secret(void **state)
{
    (void)state;
    static const char *const urls[] = {"http://p:3128", "http://joe@p:3128", "http://joe:@p"};
    for (size_t i = 0; i < array_length(urls); i++) {
        auto_kube_draft struct kube_draft draft;
        start(&draft, "https://h");
        kube_draft_set(&draft.config.proxy, urls[i]);
        must_complete(&draft);
        assert_int_equal(draft.config.secrets.count, 0);
    }
}

static void test_problems__of_every_part__are_one_message(void **state)
{
    static const char *const want[] = {
        "invalid configuration: [",
        "client-key-data or client-key must be specified for u",
        "/c.pem for u due to open",
        "found [token basicAuth], only one is allowed",
        "requesting uid, groups or user-extra for u without impersonating a user",
        "unsupported scheme \"ftp\"",
        "/ca.pem for k due to open",
    };
    auto_kube_draft struct kube_draft draft;
    auto_error struct error *err = NULL;
    start(&draft, "https://h");
    draft.client_cert_file = sandbox_path(state, "c.pem");
    draft.ca_file = sandbox_path(state, "ca.pem");
    kube_draft_set(&draft.config.token, "t");
    kube_draft_set(&draft.config.username, "joe");
    kube_draft_set(&draft.config.proxy, "ftp://p");
    strv_add(&draft.as_groups, "g");
    assert_int_equal(kube_draft_complete(&draft, &err), -1);
    for (size_t i = 0; i < array_length(want); i++)
        assert_contains(err->message, want[i]);
}

static void test_names__that_are_unknown__are_replaced_by_the_origin(void **state)
{
    (void)state;
    auto_kube_draft struct kube_draft draft;
    start(&draft, "https://h");
    kube_draft_set(&draft.config.user, NULL);
    kube_draft_set(&draft.cluster, NULL);
    kube_draft_set(&draft.config.origin, "option host");
    kube_draft_set(&draft.ca_file, "/nowhere/ca");
    must_fail(&draft, "unable to read certificate-authority /nowhere/ca for option host");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        sandbox_test(test_files__that_are_named__are_read),
        cmocka_unit_test(test_data__that_is_inline__is_used),
        sandbox_test(test_files__that_are_missing__are_named_with_their_absolute_path),
        sandbox_test(test_088_contradictions__of_each_kind__are_configuration_errors),
        sandbox_test(test_088_insecure__with_a_ca__is_a_configuration_error),
        cmocka_unit_test(test_certificates__of_a_plain_http_server__are_not_judged),
        cmocka_unit_test(test_certificates__that_cannot_work__are_refused),
        cmocka_unit_test(test_key__without_a_certificate__is_not_used),
        cmocka_unit_test(test_identities__of_two_kinds__are_refused),
        cmocka_unit_test(test_092_exec__of_each_shape__is_checked),
        cmocka_unit_test(test_auth_provider__of_any_name__is_refused),
        cmocka_unit_test(test_server__that_is_missing_or_wrong__is_named_by_cluster),
        cmocka_unit_test(test_server__without_a_scheme__is_https_when_tls_settings_are_there),
        cmocka_unit_test(test_proxy__of_each_form__is_checked_and_its_password_a_secret),
        cmocka_unit_test(test_proxy__without_a_password__has_no_secret),
        sandbox_test(test_problems__of_every_part__are_one_message),
        cmocka_unit_test(test_names__that_are_unknown__are_replaced_by_the_origin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
