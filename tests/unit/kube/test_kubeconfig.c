#include "kube/kubeconfig.h"
#include "unit/kube/certificates.h"
#include "unit/kube/sandbox.h"

/* A whole kubeconfig with one context NAME; CLUSTER and USER are the insides of flow mappings. */
#define CONFIG(NAME, CLUSTER, USER)                                                                \
    "current-context: " NAME "\n"                                                                  \
    "contexts: [{name: " NAME ", context: {cluster: k, user: u}}]\n"                               \
    "clusters: [{name: k, cluster: {" CLUSTER "}}]\n"                                              \
    "users: [{name: u, user: {" USER "}}]\n"

static void must_load(const struct kube_options *options, struct kube_config *config)
{
    auto_error struct error *err = NULL;
    if (kube_config_load(options, config, &err))
        fail_msg("%s", err->message);
}

static void must_refuse(const struct kube_options *options, enum error_kind kind, const char *want)
{
    auto_kube_config struct kube_config config = {0};
    struct error *err = NULL;
    assert_int_equal(kube_config_load(options, &config, &err), -1);
    assert_null(config.server);
    assert_error(&err, kind, want);
}

/* Loads the kubeconfig at PATH, or the list of them. */
static void load_path(const char *path, struct kube_options options, struct kube_config *config)
{
    json_auto_t *kubeconfig = json_string(path);
    options.kubeconfig = kubeconfig;
    must_load(&options, config);
}

static void refuse_path(const char *path, enum error_kind kind, const char *want)
{
    json_auto_t *kubeconfig = json_string(path);
    must_refuse(&(struct kube_options){.kubeconfig = kubeconfig}, kind, want);
}

static void make_pod(void **state)
{
    auto_free char *directory = sandbox_path(state, "sa");
    sandbox_write(state, "sa/token", "pod-token");
    setenv("KUBERNETES_SERVICE_HOST", "pod", 1);
    setenv("KUBERNETES_SERVICE_PORT", "443", 1);
    setenv("MCAPI_SERVICE_ACCOUNT_DIR", directory, 1);
}

static void test_086__relative_ca__is_found_from_another_directory(void **state)
{
    auto_kube_config struct kube_config config = {0};
    auto_free char *path = sandbox_path(state, "deep/config");
    sandbox_write(state, "deep/config",
                  CONFIG("c",
                         "server: 'https://h', certificate-authority: "
                         "../pki/ca.pem",
                         "token: t"));
    sandbox_write(state, "pki/ca.pem", CA);
    assert_int_equal(chdir("/"), 0);
    load_path(path, (struct kube_options){0}, &config);
    assert_string_equal(config.ca_pem, CA);
    assert_string_equal(config.token, "t");
    assert_string_equal(config.user, "u");
    assert_null(config.namespace_);
}

static void test_origin__of_a_kubeconfig__names_file_and_context(void **state)
{
    auto_kube_config struct kube_config config = {0};
    auto_free char *want = NULL;
    auto_free char *path = sandbox_path(state, "config");
    sandbox_write(state, "config", CONFIG("c", "server: 'https://h'", ""));
    load_path("config", (struct kube_options){0}, &config);
    want = xasprintf("kubeconfig %s, context c", path);
    assert_string_equal(config.origin, want);
}

static void test_094__host_and_credentials__read_no_kubeconfig(void **state)
{
    static const struct kube_options rows[] = {
        {.host = "https://h/", .api_key = "key"},
        {.host = "https://h/", .username = "joe", .password = "pw"},
    };
    json_auto_t *broken = json_string("broken");
    make_pod(state);
    sandbox_write(state, "broken", "a: b: c");
    setenv("KUBECONFIG", "broken", 1);
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_kube_config struct kube_config config = {0};
        struct kube_options options = rows[i];
        options.kubeconfig = broken;
        options.context = "zz";
        must_load(&options, &config);
        assert_string_equal(config.server, "https://h");
        assert_string_equal(config.origin, "option host");
        assert_null(config.ca_pem);
        assert_null(config.token_file);
    }
}

static void test_094__host_and_a_certificate__need_the_ca_option(void **state)
{
    auto_kube_config struct kube_config config = {0};
    sandbox_write(state, "ca", CA);
    sandbox_write(state, "cert", CLIENT_CERT);
    sandbox_write(state, "key", CLIENT_KEY);
    must_load(
        &(struct kube_options){
            .host = "https://h", .client_cert = "cert", .client_key = "key", .ca_cert = "ca"},
        &config);
    assert_string_equal(config.ca_pem, CA);
    assert_string_equal(config.client_cert_pem, CLIENT_CERT);
    assert_string_equal(config.client_key_pem, CLIENT_KEY);
}

static void test_order__of_the_sources__is_that_of_kubernetes_core(void **state)
{
    static const struct row {
        bool kubeconfig;
        const char *context;
        bool pod;
        bool variable;
        bool home;
        const char *server; /* NULL: nothing usable */
    } rows[] = {
        {true, NULL, true, true, true, "https://asked"},
        {true, "c", true, true, true, "https://asked"},
        {false, "c", true, true, true, "https://variable"},
        {false, "c", true, false, true, "https://home"},
        {false, NULL, true, true, true, "https://pod:443"},
        {false, NULL, false, true, true, "https://variable"},
        {false, NULL, false, false, true, "https://home"},
    };
    json_auto_t *asked = json_string("asked");
    sandbox_write(state, "asked", CONFIG("c", "server: 'https://asked'", ""));
    sandbox_write(state, "variable", CONFIG("c", "server: 'https://variable'", ""));
    sandbox_write(state, ".kube/config", CONFIG("c", "server: 'https://home'", ""));
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_kube_config struct kube_config config = {0};
        make_pod(state);
        if (!rows[i].pod)
            unsetenv("KUBERNETES_SERVICE_HOST");
        setenv("KUBECONFIG", rows[i].variable ? "variable" : "", 1);
        must_load(&(struct kube_options){.kubeconfig = rows[i].kubeconfig ? asked : NULL,
                                         .context = rows[i].context},
                  &config);
        assert_string_equal(config.server, rows[i].server);
    }
}

static void test_pod__with_options__is_overridden(void **state)
{
    auto_kube_config struct kube_config config = {0};
    auto_free char *token_file = sandbox_path(state, "sa/token");
    make_pod(state);
    must_load(&(struct kube_options){.host = "https://other"}, &config);
    assert_string_equal(config.server, "https://other");
    assert_string_equal(config.token_file, token_file);
}

static void test_nothing__usable__is_an_error_that_names_what_was_tried(void **state)
{
    auto_free char *home = sandbox_path(state, ".kube/config");
    auto_free char *one = sandbox_path(state, "one");
    must_refuse(&(struct kube_options){0}, ERROR_USAGE, home);
    must_refuse(&(struct kube_options){0}, ERROR_USAGE, "no Kubernetes API server is known");
    must_refuse(&(struct kube_options){.context = "zz"}, ERROR_USAGE,
                "context \"zz\" does not exist: no kubeconfig was found");
    setenv("KUBECONFIG", "one:two", 1);
    must_refuse(&(struct kube_options){0}, ERROR_USAGE, one);
    must_refuse(&(struct kube_options){.api_key = "k"}, ERROR_USAGE, "/two");
}

static void test_host__alone__is_anonymous(void **state)
{
    (void)state;
    auto_kube_config struct kube_config config = {0};
    must_load(&(struct kube_options){.host = "http://127.0.0.1:8001/"}, &config);
    assert_string_equal(config.server, "http://127.0.0.1:8001");
    assert_string_equal(config.origin, "option host");
    assert_null(config.token);
}

static void test_kubeconfig__without_a_current_context__needs_one_or_a_host(void **state)
{
    auto_kube_config struct kube_config config = {0};
    auto_kube_config struct kube_config chosen = {0};
    sandbox_write(state, "config",
                  "contexts: [{name: c, context: {cluster: k}}]\n"
                  "clusters: [{name: k, cluster: {server: 'https://k'}}]\n");
    refuse_path("config", ERROR_USAGE, "no current-context is set");
    load_path("config", (struct kube_options){.host = "https://h"}, &config);
    assert_string_equal(config.server, "https://h");
    load_path("config", (struct kube_options){.context = "c"}, &chosen);
    assert_string_equal(chosen.server, "https://k");
}

static void test_context__with_a_namespace__hands_it_on(void **state)
{
    auto_kube_config struct kube_config config = {0};
    sandbox_write(state, "config",
                  "current-context: c\n"
                  "contexts: [{name: c, context: {cluster: k, namespace: ns}}]\n"
                  "clusters: [{name: k, cluster: {server: 'https://k'}}]\n");
    load_path("config", (struct kube_options){0}, &config);
    assert_string_equal(config.namespace_, "ns");
    assert_null(config.user);
}

static void test_path__of_one_file__has_to_exist(void **state)
{
    auto_free char *none = sandbox_path(state, "none");
    refuse_path("none", ERROR_USAGE, none);
    refuse_path("none", ERROR_USAGE, "no such file or directory");
    refuse_path("none:nor-this", ERROR_USAGE, "nor-this: no such file or directory");
    refuse_path(":", ERROR_USAGE, "the path is empty");
}

static void test_path__as_a_list__skips_what_is_missing(void **state)
{
    auto_kube_config struct kube_config config = {0};
    auto_kube_config struct kube_config home = {0};
    sandbox_write(state, "a", "clusters: [{name: k, cluster: {server: 'https://a'}}]\n");
    sandbox_write(state, "b", CONFIG("c", "server: 'https://b'", "token: t"));
    load_path("none:a:b", (struct kube_options){0}, &config);
    assert_string_equal(config.server, "https://a");
    assert_string_equal(config.token, "t");
    load_path("~/b", (struct kube_options){0}, &home);
    assert_string_equal(home.server, "https://b");
}

static void test_path__that_is_the_text_of_a_kubeconfig__is_refused_without_showing_it(void **state)
{
    (void)state;
    auto_kube_config struct kube_config config = {0};
    json_auto_t *text = json_string(CONFIG("c", "server: 'https://h'", "token: hunter2"));
    struct error *err = NULL;
    assert_int_equal(kube_config_load(&(struct kube_options){.kubeconfig = text}, &config, &err),
                     -1);
    assert_lacks(err->message, "hunter2");
    assert_error(&err, ERROR_USAGE, "must be a path or a mapping");
}

static void test_kubeconfig__of_another_type__is_refused(void **state)
{
    (void)state;
    json_auto_t *list = json_array();
    json_auto_t *yes = json_true();
    must_refuse(&(struct kube_options){.kubeconfig = list}, ERROR_USAGE, "a path or a mapping");
    must_refuse(&(struct kube_options){.kubeconfig = yes}, ERROR_USAGE, "a path or a mapping");
}

static void test_093__kubeconfig_as_dict__works_and_registers_its_secrets(void **state)
{
    static const char *const secrets[] = {"t0ken", "pa55", "refresh", "Y2VydA=="};
    auto_kube_config struct kube_config config = {0};
    json_error_t at;
    json_auto_t *dict = json_loads(
        "{\"current-context\": \"c\", \"contexts\": [{\"name\": \"c\", \"context\":"
        " {\"cluster\": \"k\", \"user\": \"u\"}}], \"clusters\": [{\"name\": \"k\", \"cluster\":"
        " {\"server\": \"https://h\", \"certificate-authority\": \"ca\"}}], \"users\":"
        " [{\"name\": \"u\", \"user\": {\"token\": \"t0ken\"}}, {\"name\": \"v\", \"user\":"
        " {\"password\": \"pa55\", \"client-certificate-data\": \"Y2VydA==\", \"auth-provider\":"
        " {\"config\": {\"refresh-token\": \"refresh\"}}}}]}",
        0, &at);
    assert_non_null(dict);
    sandbox_write(state, "ca", CA);
    must_load(&(struct kube_options){.kubeconfig = dict}, &config);
    assert_string_equal(config.server, "https://h");
    assert_string_equal(config.ca_pem, CA);
    assert_string_equal(config.origin, "kubeconfig given as a mapping, context c");
    for (size_t i = 0; i < array_length(secrets); i++)
        assert_true(strv_contains(&config.secrets, secrets[i]));
}

static void test_093_option_secrets__of_whatever_is_given__are_collected(void **state)
{
    (void)state;
    auto_strv struct strv secrets = {0};
    json_auto_t *dict = json_pack("{s:[{s:{s:s}}]}", "users", "user", "token", "t0ken");
    json_auto_t *text = json_string("users: []\n");
    json_auto_t *flow = json_string("{\"users\": []}");
    json_auto_t *path = json_string("/root/.kube/config:other");
    json_auto_t *number = json_integer(7);
    const json_t *const given[] = {dict, text, flow, path, number, NULL};
    for (size_t i = 0; i < array_length(given); i++)
        kube_config_option_secrets(given[i], &secrets);
    assert_int_equal(secrets.count, 3);
    assert_true(strv_contains(&secrets, "t0ken"));
    assert_true(strv_contains(&secrets, "users: []\n"));
    assert_true(strv_contains(&secrets, "{\"users\": []}"));
}

static void test_kubeconfig__null_or_empty__is_not_given(void **state)
{
    auto_kube_config struct kube_config none = {0};
    auto_kube_config struct kube_config empty = {0};
    json_auto_t *null = json_null();
    json_auto_t *text = json_string("");
    sandbox_write(state, ".kube/config", CONFIG("c", "server: 'https://home'", ""));
    must_load(&(struct kube_options){.kubeconfig = null}, &none);
    must_load(&(struct kube_options){.kubeconfig = text, .context = "c"}, &empty);
    assert_string_equal(none.server, "https://home");
    assert_string_equal(empty.server, "https://home");
}

static void test_problems__of_a_kubeconfig__name_their_origin(void **state)
{
    auto_free char *path = sandbox_path(state, "config");
    sandbox_write(state, "config", CONFIG("c", "server: 'https://h'", "token: t, username: joe"));
    refuse_path("config", ERROR_USAGE, "/config, context c: more than one authentication method");
    refuse_path("config", ERROR_USAGE, path);
}

static void test_095__tls_server_name__is_handed_on(void **state)
{
    auto_kube_config struct kube_config config = {0};
    sandbox_write(state, "config",
                  CONFIG("c", "server: 'https://10.0.0.1', tls-server-name: api", ""));
    load_path("config", (struct kube_options){0}, &config);
    assert_string_equal(config.tls_server_name, "api");
}

static void test_097__proxy_environment__is_not_looked_at(void **state)
{
    auto_kube_config struct kube_config config = {0};
    auto_kube_config struct kube_config proxied = {0};
    sandbox_write(state, "config", CONFIG("c", "server: 'https://h'", ""));
    setenv("HTTPS_PROXY", "http://environment:1", 1);
    load_path("config", (struct kube_options){0}, &config);
    load_path("config", (struct kube_options){.proxy = "http://option:1"}, &proxied);
    unsetenv("HTTPS_PROXY");
    assert_null(config.proxy);
    assert_string_equal(proxied.proxy, "http://option:1");
}

static void test_098__impersonation__becomes_headers(void **state)
{
    auto_kube_config struct kube_config config = {0};
    json_auto_t *groups = json_pack("[s]", "g");
    sandbox_write(state, "config", CONFIG("c", "server: 'https://h'", "as: joe, as-uid: '7'"));
    load_path("config",
              (struct kube_options){.impersonate_user = "eve", .impersonate_groups = groups},
              &config);
    assert_int_equal(config.impersonate.count, 3);
    assert_string_equal(config.impersonate.items[0], "Impersonate-User: eve");
    assert_string_equal(config.impersonate.items[1], "Impersonate-Uid: 7");
    assert_string_equal(config.impersonate.items[2], "Impersonate-Group: g");
}

static void test_certificate__that_has_expired__is_not_refused(void **state)
{
    auto_kube_config struct kube_config config = {0};
    auto_free char *path = sandbox_path(state, "cert");
    sandbox_write(state, "cert", EXPIRED_CERT);
    sandbox_write(state, "key", CLIENT_KEY);
    sandbox_write(state, "config",
                  CONFIG("c", "server: 'https://h'",
                         "client-certificate: cert, "
                         "client-key: key"));
    load_path("config", (struct kube_options){0}, &config);
    assert_string_equal(config.client_cert_pem, EXPIRED_CERT);
    assert_string_equal(config.cert_origin, path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        sandbox_test(test_086__relative_ca__is_found_from_another_directory),
        sandbox_test(test_origin__of_a_kubeconfig__names_file_and_context),
        sandbox_test(test_094__host_and_credentials__read_no_kubeconfig),
        sandbox_test(test_094__host_and_a_certificate__need_the_ca_option),
        sandbox_test(test_order__of_the_sources__is_that_of_kubernetes_core),
        sandbox_test(test_pod__with_options__is_overridden),
        sandbox_test(test_nothing__usable__is_an_error_that_names_what_was_tried),
        sandbox_test(test_host__alone__is_anonymous),
        sandbox_test(test_kubeconfig__without_a_current_context__needs_one_or_a_host),
        sandbox_test(test_context__with_a_namespace__hands_it_on),
        sandbox_test(test_path__of_one_file__has_to_exist),
        sandbox_test(test_path__as_a_list__skips_what_is_missing),
        sandbox_test(test_path__that_is_the_text_of_a_kubeconfig__is_refused_without_showing_it),
        sandbox_test(test_kubeconfig__of_another_type__is_refused),
        sandbox_test(test_093__kubeconfig_as_dict__works_and_registers_its_secrets),
        cmocka_unit_test(test_093_option_secrets__of_whatever_is_given__are_collected),
        sandbox_test(test_kubeconfig__null_or_empty__is_not_given),
        sandbox_test(test_problems__of_a_kubeconfig__name_their_origin),
        sandbox_test(test_095__tls_server_name__is_handed_on),
        sandbox_test(test_097__proxy_environment__is_not_looked_at),
        sandbox_test(test_098__impersonation__becomes_headers),
        sandbox_test(test_certificate__that_has_expired__is_not_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
