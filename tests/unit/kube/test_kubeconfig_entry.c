#include "kube/kubeconfig_priv.h"
#include "unit/kube/sandbox.h"

/* "hello" and what it is in base64. */
#define HELLO64 "aGVsbG8="

static int read_text(enum kube_entry_kind kind, const char *json, struct kube_draft *draft,
                     struct error **err)
{
    json_error_t at;
    json_auto_t *entry = json_loads(json, JSON_DECODE_ANY, &at);
    if (!entry)
        fail_msg("%s: %s", json, at.text);
    return kube_entry_read(kind, entry, "entry", "/dir", draft, err);
}

static void must_read(enum kube_entry_kind kind, const char *json, struct kube_draft *draft)
{
    auto_error struct error *err = NULL;
    kube_draft_init(draft);
    if (read_text(kind, json, draft, &err))
        fail_msg("%s: %s", json, err->message);
}

static void test_cluster__with_every_field__is_read(void **state)
{
    (void)state;
    auto_kube_draft struct kube_draft draft;
    must_read(KUBE_ENTRY_CLUSTER,
              "{\"server\": \"https://h\", \"tls-server-name\": \"n\","
              " \"insecure-skip-tls-verify\": true, \"certificate-authority\": \"ca.pem\","
              " \"certificate-authority-data\": \"" HELLO64 "\", \"proxy-url\": \"http://p\","
              " \"disable-compression\": true, \"unknown\": 1}",
              &draft);
    assert_string_equal(draft.config.server, "https://h");
    assert_string_equal(draft.config.tls_server_name, "n");
    assert_true(draft.config.insecure);
    assert_string_equal(draft.ca_file, "/dir/ca.pem");
    assert_string_equal(draft.config.ca_pem, "hello");
    assert_string_equal(draft.config.proxy, "http://p");
    assert_true(draft.config.disable_compression);
    assert_int_equal(draft.config.secrets.count, 0);
}

static void test_cluster__with_the_exec_extension__keeps_it_for_plugins(void **state)
{
    (void)state;
    auto_kube_draft struct kube_draft draft;
    must_read(KUBE_ENTRY_CLUSTER,
              "{\"extensions\": [{\"name\": \"other\", \"extension\": 1}, {\"name\": "
              "\"client.authentication.k8s.io/exec\", \"extension\": {\"audience\": \"x\"}}]}",
              &draft);
    assert_string_equal(json_string_value(json_object_get(draft.config.exec_config, "audience")),
                        "x");
}

static void test_user__with_every_field__is_read(void **state)
{
    (void)state;
    auto_kube_draft struct kube_draft draft;
    must_read(KUBE_ENTRY_USER,
              "{\"client-certificate\": \"c.pem\", \"client-certificate-data\": \"" HELLO64 "\","
              " \"client-key\": \"/abs/k.pem\", \"client-key-data\": \"" HELLO64 "\","
              " \"token\": \"t0\", \"tokenFile\": \"../tf\", \"username\": \"joe\","
              " \"password\": \"pw\", \"as\": \"eve\", \"as-uid\": \"7\","
              " \"as-groups\": [\"a\", \"b\"], \"as-user-extra\": {\"k\": [\"v\"], \"n\": null},"
              " \"auth-provider\": {\"name\": \"gcp\"}, \"exec\": {\"command\": \"c\"}}",
              &draft);
    assert_string_equal(draft.client_cert_file, "/dir/c.pem");
    assert_string_equal(draft.config.client_cert_pem, "hello");
    assert_string_equal(draft.client_key_file, "/abs/k.pem");
    assert_string_equal(draft.config.client_key_pem, "hello");
    assert_string_equal(draft.config.token, "t0");
    assert_string_equal(draft.config.token_file, "/tf");
    assert_string_equal(draft.config.username, "joe");
    assert_string_equal(draft.config.password, "pw");
    assert_string_equal(draft.as, "eve");
    assert_string_equal(draft.as_uid, "7");
    assert_int_equal(draft.as_groups.count, 2);
    assert_string_equal(draft.as_groups.items[1], "b");
    assert_int_equal(json_array_size(json_object_get(draft.as_extra, "k")), 1);
    assert_string_equal(draft.auth_provider, "gcp");
    assert_non_null(draft.config.exec);
    assert_string_equal(draft.config.exec_dir, "/dir");
}

static void test_user__with_secrets__collects_them_in_every_form(void **state)
{
    (void)state;
    static const char *const secrets[] = {"t0", "pw", HELLO64, "hello", "et", "ek"};
    auto_kube_draft struct kube_draft draft;
    must_read(KUBE_ENTRY_USER,
              "{\"token\": \"t0\", \"password\": \"pw\", \"client-key-data\": \"" HELLO64 "\","
              " \"username\": \"joe\", \"exec\": {\"env\": ["
              "{\"name\": \"MY_Token\", \"value\": \"et\"}, {\"name\": \"API_KEY\", \"value\": "
              "\"ek\"}, {\"name\": \"REGION\", \"value\": \"eu\"}]}}",
              &draft);
    for (size_t i = 0; i < array_length(secrets); i++)
        assert_true(strv_contains(&draft.config.secrets, secrets[i]));
    assert_int_equal(draft.config.secrets.count, array_length(secrets));
}

static void test_context__with_every_field__is_read(void **state)
{
    (void)state;
    auto_kube_draft struct kube_draft draft;
    must_read(KUBE_ENTRY_CONTEXT, "{\"cluster\": \"k\", \"user\": \"u\", \"namespace\": \"ns\"}",
              &draft);
    assert_string_equal(draft.cluster, "k");
    assert_string_equal(draft.config.user, "u");
    assert_string_equal(draft.config.namespace_, "ns");
}

static void test_entry__with_empty_or_null_fields__has_none(void **state)
{
    (void)state;
    static const struct row {
        enum kube_entry_kind kind;
        const char *json;
    } rows[] = {
        {KUBE_ENTRY_USER, "{\"token\": \"\", \"password\": null, \"tokenFile\": \"\","
                          " \"client-key-data\": \"\", \"exec\": null, \"as-groups\": null}"},
        {KUBE_ENTRY_USER, "null"},
        {KUBE_ENTRY_USER, "{}"},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_kube_draft struct kube_draft draft;
        must_read(rows[i].kind, rows[i].json, &draft);
        assert_null(draft.config.token);
        assert_null(draft.config.password);
        assert_null(draft.config.token_file);
        assert_null(draft.config.client_key_pem);
        assert_null(draft.config.exec);
        assert_int_equal(draft.config.secrets.count, 0);
    }
    assert_int_equal(kube_entry_read(KUBE_ENTRY_USER, NULL, "entry", "/dir", NULL, NULL), 0);
}

static void test_data__with_line_breaks__is_read(void **state)
{
    (void)state;
    auto_kube_draft struct kube_draft draft;
    must_read(KUBE_ENTRY_CLUSTER, "{\"certificate-authority-data\": \"aGVs\\nbG8=\\r\\n\"}",
              &draft);
    assert_string_equal(draft.config.ca_pem, "hello");
}

static void test_entry__with_a_wrong_type__is_refused_by_path(void **state)
{
    (void)state;
    static const struct row {
        enum kube_entry_kind kind;
        const char *json;
        const char *want;
    } rows[] = {
        {KUBE_ENTRY_USER, "[]", "entry: expected object, got list"},
        {KUBE_ENTRY_USER, "{\"token\": 123}", "entry.token: expected string, got number"},
        {KUBE_ENTRY_USER, "{\"as-groups\": \"g\"}", "entry.as-groups: expected list, got string"},
        {KUBE_ENTRY_USER, "{\"as-groups\": [1]}",
         "entry.as-groups[0]: expected string, got number"},
        {KUBE_ENTRY_USER, "{\"as-user-extra\": {\"k\": \"v\"}}",
         "entry.as-user-extra.k: expected list, got string"},
        {KUBE_ENTRY_USER, "{\"as-user-extra\": {\"k\": [{}]}}",
         "entry.as-user-extra.k[0]: expected string, got object"},
        {KUBE_ENTRY_USER, "{\"exec\": \"c\"}", "entry.exec: expected object, got string"},
        {KUBE_ENTRY_USER, "{\"exec\": {\"command\": []}}",
         "entry.exec: command: expected string, got list"},
        {KUBE_ENTRY_USER, "{\"exec\": {\"args\": [true]}}",
         "entry.exec.args[0]: expected string, got boolean"},
        {KUBE_ENTRY_USER, "{\"exec\": {\"env\": [{\"name\": 1}]}}",
         "entry.exec.env[0]: name: expected string, got number"},
        {KUBE_ENTRY_USER, "{\"exec\": {\"env\": [\"A=b\"]}}",
         "entry.exec.env[0]: expected object, got string"},
        {KUBE_ENTRY_USER, "{\"exec\": {\"provideClusterInfo\": \"yes\"}}",
         "entry.exec: provideClusterInfo: expected boolean, got string"},
        {KUBE_ENTRY_USER, "{\"auth-provider\": \"gcp\"}", "entry.auth-provider: expected object"},
        {KUBE_ENTRY_USER, "{\"client-key-data\": \"%%%\"}",
         "entry.client-key-data: illegal base64 data at input byte 0"},
        {KUBE_ENTRY_CLUSTER, "{\"certificate-authority-data\": \"YQ=\"}",
         "entry.certificate-authority-data: illegal base64 data at input byte"},
        {KUBE_ENTRY_CLUSTER, "{\"certificate-authority-data\": \"YQBi\"}",
         "entry.certificate-authority-data: unable to parse bytes as PEM block"},
        {KUBE_ENTRY_CLUSTER, "{\"insecure-skip-tls-verify\": \"true\"}",
         "entry.insecure-skip-tls-verify: expected boolean, got string"},
        {KUBE_ENTRY_CLUSTER, "{\"extensions\": {}}", "entry.extensions: expected list, got object"},
        {KUBE_ENTRY_CONTEXT, "{\"namespace\": 1}", "entry.namespace: expected string, got number"},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_kube_draft struct kube_draft draft;
        struct error *err = NULL;
        kube_draft_init(&draft);
        assert_int_equal(read_text(rows[i].kind, rows[i].json, &draft, &err), -1);
        assert_error(&err, ERROR_PARSE, rows[i].want);
    }
}

static void test_093_secrets__anywhere_in_a_dict__are_collected(void **state)
{
    (void)state;
    auto_strv struct strv secrets = {0};
    json_auto_t *dict = json_pack(
        "{s:[{s:s, s:{s:s, s:s, s:s}}], s:{s:{s:s, s:s, s:s, s:s, s:s}}, s:s, s:s, s:s, s:{s:i, "
        "s:{s:s}}}",
        "list", "token", "one", "inner", "password", "two", "secret", "three", "name", "no1",
        "auth-provider", "config", "access-token", "four", "refresh-token", "five", "idp", "no2",
        "id-token", "ten", "client-secret", "eleven", "client-key-data", "six",
        "client-certificate-data", "seven", "certificate-authority-data", "eight", "api", "api_key",
        1, "token", "api_key", "nine");
    static const char *const want[] = {"one",   "two",   "three", "four", "five",  "six",
                                       "seven", "eight", "nine",  "ten",  "eleven"};
    kube_entry_secrets(dict, &secrets);
    assert_int_equal(secrets.count, array_length(want));
    for (size_t i = 0; i < array_length(want); i++)
        assert_true(strv_contains(&secrets, want[i]));
}

static void test_secrets__of_plugins_and_proxies__are_collected(void **state)
{
    (void)state;
    auto_strv struct strv secrets = {0};
    json_auto_t *dict = json_pack(
        "{s:[{s:{s:s}}, {s:{s:s}}], s:[{s:{s:{s:[{s:s, s:s}, {s:s, s:s}, {s:s, s:i}]}}}]}",
        "clusters", "cluster", "proxy-url", "http://me:p4ss@proxy:3128", "cluster", "proxy-url",
        "http://proxy:3128", "users", "user", "exec", "env", "name", "MY_TOKEN", "value", "t0ken",
        "name", "HOME", "value", "/root", "name", "MY_SECRET", "value", 7);
    kube_entry_secrets(dict, &secrets);
    assert_int_equal(secrets.count, 2);
    assert_true(strv_contains(&secrets, "t0ken") && strv_contains(&secrets, "p4ss"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cluster__with_every_field__is_read),
        cmocka_unit_test(test_cluster__with_the_exec_extension__keeps_it_for_plugins),
        cmocka_unit_test(test_user__with_every_field__is_read),
        cmocka_unit_test(test_user__with_secrets__collects_them_in_every_form),
        cmocka_unit_test(test_context__with_every_field__is_read),
        cmocka_unit_test(test_entry__with_empty_or_null_fields__has_none),
        cmocka_unit_test(test_data__with_line_breaks__is_read),
        cmocka_unit_test(test_entry__with_a_wrong_type__is_refused_by_path),
        cmocka_unit_test(test_093_secrets__anywhere_in_a_dict__are_collected),
        cmocka_unit_test(test_secrets__of_plugins_and_proxies__are_collected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
