#include "kube/kubeconfig_priv.h"
#include "unit/kube/sandbox.h"

/* What a kubeconfig with everything in it would have left behind. */
static void fill(struct kube_draft *draft)
{
    kube_draft_init(draft);
    kube_draft_set(&draft->config.server, "https://old");
    kube_draft_set(&draft->config.tls_server_name, "old-name");
    kube_draft_set(&draft->config.token, "old-token");
    kube_draft_set(&draft->config.token_file, "/old-token-file");
    kube_draft_set(&draft->config.username, "old-user");
    kube_draft_set(&draft->config.password, "old-password");
    kube_draft_set(&draft->config.ca_pem, "old-ca");
    kube_draft_set(&draft->config.client_cert_pem, "old-cert");
    kube_draft_set(&draft->config.client_key_pem, "old-key");
    kube_draft_set(&draft->config.proxy, "http://old");
    kube_draft_set(&draft->ca_file, "/old-ca");
    kube_draft_set(&draft->auth_provider, "gcp");
    kube_draft_set(&draft->as, "old-as");
    strv_add(&draft->as_groups, "old-group");
    draft->config.exec = json_object();
}

static void apply(const struct kube_options *options, struct kube_draft *draft)
{
    auto_error struct error *err = NULL;
    fill(draft);
    if (kube_options_apply(options, draft, &err))
        fail_msg("%s", err->message);
}

static void refuse(const struct kube_options *options, const char *want)
{
    auto_kube_draft struct kube_draft draft;
    auto_error struct error *err = NULL;
    fill(&draft);
    assert_int_equal(kube_options_apply(options, &draft, &err), -1);
    assert_contains(err->message, want);
}

static void test_options__host_and_one_identity__suffice(void **state)
{
    (void)state;
    static const struct row {
        struct kube_options options;
        bool want;
    } rows[] = {
        {{.host = "h", .api_key = "k"}, true},
        {{.host = "h", .username = "u", .password = "p"}, true},
        {{.host = "h", .client_cert = "c", .client_key = "k"}, true},
        {{.host = "h"}, false},
        {{.host = "h", .username = "u"}, false},
        {{.host = "h", .client_cert = "c"}, false},
        {{.host = "h", .api_key = ""}, false},
        {{.host = "", .api_key = "k"}, false},
        {{.api_key = "k"}, false},
    };
    for (size_t i = 0; i < array_length(rows); i++)
        assert_int_equal(kube_options_suffice(&rows[i].options), rows[i].want);
}

static void test_options__not_given__change_nothing(void **state)
{
    (void)state;
    auto_kube_draft struct kube_draft draft;
    apply(
        &(struct kube_options){
            .host = "", .api_key = "", .proxy = "", .impersonate_user = "", .ca_cert = ""},
        &draft);
    assert_string_equal(draft.config.server, "https://old");
    assert_string_equal(draft.config.tls_server_name, "old-name");
    assert_string_equal(draft.config.token, "old-token");
    assert_string_equal(draft.config.proxy, "http://old");
    assert_string_equal(draft.config.ca_pem, "old-ca");
    assert_string_equal(draft.as, "old-as");
    assert_string_equal(draft.as_groups.items[0], "old-group");
    assert_non_null(draft.config.exec);
    assert_int_equal(draft.config.secrets.count, 0);
}

static void test_host__given__drops_the_tls_server_name(void **state)
{
    (void)state;
    auto_kube_draft struct kube_draft draft;
    apply(&(struct kube_options){.host = "https://new"}, &draft);
    assert_string_equal(draft.config.server, "https://new");
    assert_null(draft.config.tls_server_name);
    assert_string_equal(draft.config.ca_pem, "old-ca");
}

static void test_api_key__given__replaces_every_other_identity(void **state)
{
    (void)state;
    auto_kube_draft struct kube_draft draft;
    apply(&(struct kube_options){.api_key = "new"}, &draft);
    assert_string_equal(draft.config.token, "new");
    assert_null(draft.config.token_file);
    assert_null(draft.config.username);
    assert_null(draft.config.password);
    assert_null(draft.config.exec);
    assert_null(draft.auth_provider);
    assert_string_equal(draft.config.client_cert_pem, "old-cert");
    assert_true(strv_contains(&draft.config.secrets, "new"));
}

static void test_password__given__replaces_tokens_and_keeps_the_user(void **state)
{
    (void)state;
    auto_kube_draft struct kube_draft draft;
    apply(&(struct kube_options){.password = "new"}, &draft);
    assert_string_equal(draft.config.username, "old-user");
    assert_string_equal(draft.config.password, "new");
    assert_null(draft.config.token);
    assert_null(draft.config.token_file);
    assert_null(draft.config.exec);
    assert_true(strv_contains(&draft.config.secrets, "new"));
}

static void test_certificate__given__replaces_data_and_exec(void **state)
{
    auto_kube_draft struct kube_draft draft;
    auto_free char *cert = sandbox_path(state, "c.pem");
    apply(&(struct kube_options){.client_cert = "c.pem", .client_key = "/k.pem"}, &draft);
    assert_string_equal(draft.client_cert_file, cert);
    assert_string_equal(draft.client_key_file, "/k.pem");
    assert_null(draft.config.client_cert_pem);
    assert_null(draft.config.client_key_pem);
    assert_null(draft.config.exec);
    assert_string_equal(draft.config.token, "old-token");
}

static void test_client_key__without_any_certificate__is_refused(void **state)
{
    (void)state;
    auto_kube_draft struct kube_draft draft;
    struct error *err = NULL;
    kube_draft_init(&draft);
    assert_int_equal(kube_options_apply(&(struct kube_options){.client_key = "/k"}, &draft, &err),
                     -1);
    assert_error(&err, ERROR_USAGE, "client_key is of no use without client_cert");
}

static void test_ca_cert__given__replaces_the_ca_and_verifies(void **state)
{
    (void)state;
    auto_kube_draft struct kube_draft draft;
    auto_error struct error *err = NULL;
    fill(&draft);
    draft.config.insecure = true;
    assert_int_equal(kube_options_apply(&(struct kube_options){.ca_cert = "/new"}, &draft, &err),
                     0);
    assert_string_equal(draft.ca_file, "/new");
    assert_null(draft.config.ca_pem);
    assert_false(draft.config.insecure);
}

static void test_validate_certs__of_each_value__decides(void **state)
{
    (void)state;
    static const struct row {
        int validate; /* -1: not given */
        const char *ca_cert;
        bool insecure_before;
        bool insecure;
        bool ca;
    } rows[] = {
        {-1, NULL, false, false, true}, {-1, NULL, true, true, true},
        {1, NULL, true, false, true},   {1, "/ca", true, false, true},
        {0, NULL, false, true, false},  {0, "/ca", false, true, true},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_kube_draft struct kube_draft draft;
        json_auto_t *value = rows[i].validate < 0 ? NULL : json_boolean(rows[i].validate);
        fill(&draft);
        draft.config.insecure = rows[i].insecure_before;
        assert_int_equal(kube_options_apply(&(struct kube_options){.validate_certs = value,
                                                                   .ca_cert = rows[i].ca_cert},
                                            &draft, NULL),
                         0);
        assert_int_equal(draft.config.insecure, rows[i].insecure);
        assert_int_equal(draft.ca_file != NULL, rows[i].ca);
        assert_int_equal(draft.config.ca_pem != NULL, rows[i].ca && !rows[i].ca_cert);
    }
}

static void test_proxy__given__replaces_and_brings_headers(void **state)
{
    (void)state;
    auto_kube_draft struct kube_draft draft;
    json_auto_t *headers = json_pack("{s:s, s:s, s:s}", "proxy_basic_auth", "joe:pw", "basic_auth",
                                     "a:b", "user_agent", "me/1");
    apply(
        &(struct kube_options){.proxy = "http://new", .no_proxy = "a,b", .proxy_headers = headers},
        &draft);
    assert_string_equal(draft.config.proxy, "http://new");
    assert_string_equal(draft.config.no_proxy, "a,b");
    assert_int_equal(draft.config.proxy_headers.count, 3);
    assert_string_equal(draft.config.proxy_headers.items[0], "Proxy-Authorization: Basic am9lOnB3");
    assert_string_equal(draft.config.proxy_headers.items[1], "Authorization: Basic YTpi");
    assert_string_equal(draft.config.proxy_headers.items[2], "User-Agent: me/1");
    assert_true(strv_contains(&draft.config.secrets, "joe:pw"));
    assert_true(strv_contains(&draft.config.secrets, "am9lOnB3"));
}

static void test_proxy_headers__that_cannot_be__are_refused(void **state)
{
    (void)state;
    static const struct row {
        const char *key;
        const char *value;
        const char *want;
    } rows[] = {
        {"proxy_basic_auth", "joe", "proxy_headers.proxy_basic_auth: has to be user:password"},
        {"user_agent", "a\r\nX: y", "proxy_headers.user_agent: holds a line break"},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        json_auto_t *headers = json_pack("{s:s}", rows[i].key, rows[i].value);
        refuse(&(struct kube_options){.proxy_headers = headers}, rows[i].want);
    }
    json_auto_t *number = json_pack("{s:i}", "user_agent", 1);
    refuse(&(struct kube_options){.proxy_headers = number},
           "proxy_headers: user_agent: expected string, got number");
    auto_kube_draft struct kube_draft draft;
    json_auto_t *nothing = json_pack("{s:n, s:s}", "user_agent", "basic_auth", "");
    apply(&(struct kube_options){.proxy_headers = nothing}, &draft);
    assert_int_equal(draft.config.proxy_headers.count, 0);
}

static void test_098_impersonation__given__replaces_only_what_is_given(void **state)
{
    (void)state;
    auto_kube_draft struct kube_draft user;
    auto_kube_draft struct kube_draft both;
    json_auto_t *groups = json_pack("[s, s]", "g1", "g2");
    apply(&(struct kube_options){.impersonate_user = "eve"}, &user);
    assert_string_equal(user.as, "eve");
    assert_string_equal(user.as_groups.items[0], "old-group");
    apply(&(struct kube_options){.impersonate_groups = groups}, &both);
    assert_string_equal(both.as, "old-as");
    assert_int_equal(both.as_groups.count, 2);
    assert_string_equal(both.as_groups.items[1], "g2");
}

static void test_impersonate_groups__of_another_type__are_refused(void **state)
{
    (void)state;
    json_auto_t *groups = json_pack("[s, i]", "g", 1);
    refuse(&(struct kube_options){.impersonate_groups = groups},
           "impersonate_groups[1]: expected string, got number");
}

static void test_options__with_two_identities__are_refused(void **state)
{
    (void)state;
    static const char want[] = "more than one authentication method found in the options";
    refuse(&(struct kube_options){.api_key = "k", .username = "u", .password = "p"}, want);
    refuse(&(struct kube_options){.api_key = "k", .password = "p"}, want);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_options__host_and_one_identity__suffice),
        cmocka_unit_test(test_options__not_given__change_nothing),
        cmocka_unit_test(test_host__given__drops_the_tls_server_name),
        cmocka_unit_test(test_api_key__given__replaces_every_other_identity),
        cmocka_unit_test(test_password__given__replaces_tokens_and_keeps_the_user),
        sandbox_test(test_certificate__given__replaces_data_and_exec),
        cmocka_unit_test(test_client_key__without_any_certificate__is_refused),
        cmocka_unit_test(test_ca_cert__given__replaces_the_ca_and_verifies),
        cmocka_unit_test(test_validate_certs__of_each_value__decides),
        cmocka_unit_test(test_proxy__given__replaces_and_brings_headers),
        cmocka_unit_test(test_proxy_headers__that_cannot_be__are_refused),
        cmocka_unit_test(test_098_impersonation__given__replaces_only_what_is_given),
        cmocka_unit_test(test_impersonate_groups__of_another_type__are_refused),
        cmocka_unit_test(test_options__with_two_identities__are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
