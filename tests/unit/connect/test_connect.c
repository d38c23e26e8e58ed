#include "connect/connect.h"

#include <stdlib.h>

#include "support/json_text.h"

static void clear_environment(void)
{
    unsetenv("K8S_AUTH_VERIFY_SSL");
    unsetenv("K8S_AUTH_VALIDATE_CERTS");
    unsetenv("K8S_AUTH_IMPERSONATE_GROUPS");
}

static void test_connect__options__arrive(maybe_unused void **state)
{
    clear_environment();
    json_auto_t *params = json_from("{'kubeconfig':'/a','context':'c','validate_certs':false,"
                                    "'impersonate_groups':['g'],'api_key':null}");
    struct connection connection;
    connect_init(&connection, params);
    assert_json(connection.options.kubeconfig, "'/a'");
    assert_string_equal(connection.options.context, "c");
    assert_json(connection.options.validate_certs, "false");
    assert_json(connection.options.impersonate_groups, "['g']");
    assert_null(connection.options.api_key);
    connect_clear(&connection);
}

static void
test_connect__groups_and_verification_from_environment__stand_in(maybe_unused void **state)
{
    clear_environment();
    setenv("K8S_AUTH_VERIFY_SSL", "No", 1);
    setenv("K8S_AUTH_IMPERSONATE_GROUPS", "a, ,b", 1);
    json_auto_t *params = json_object();
    struct connection connection;
    connect_init(&connection, params);
    assert_json(connection.options.validate_certs, "false");
    assert_json(connection.options.impersonate_groups, "['a','b']");
    connect_clear(&connection);
    clear_environment();
}

static void test_connect__options_before_environment__win(maybe_unused void **state)
{
    setenv("K8S_AUTH_VALIDATE_CERTS", "0", 1);
    setenv("K8S_AUTH_IMPERSONATE_GROUPS", "a", 1);
    json_auto_t *params = json_from("{'validate_certs':true,'impersonate_groups':['o']}");
    struct connection connection;
    connect_init(&connection, params);
    assert_json(connection.options.validate_certs, "true");
    assert_json(connection.options.impersonate_groups, "['o']");
    connect_clear(&connection);
    clear_environment();
}

static void test_connect__secrets_in_options__are_hidden(maybe_unused void **state)
{
    json_auto_t *params =
        json_from("{'kubeconfig':{'users':[{'name':'u','user':{'token':'tok-123'}}]},"
                  "'host':'https://u:pass-1@h','proxy':'http://alone-2@p'}");
    auto_am_secrets struct am_secrets *secrets = am_secrets_new();
    connect_secrets(params, secrets);
    auto_free char *text = am_secrets_scrub_text(secrets, "tok-123 pass-1 alone-2");
    assert_string_equal(text, "******** ******** ********");
    connect_redact(params);
    auto_free char *shown = json_dumps(params, JSON_COMPACT);
    assert_null(strstr(shown, "tok-123"));
    assert_null(strstr(shown, "pass-1"));
    assert_null(strstr(shown, "alone-2"));
    assert_non_null(strstr(shown, "https://u:"));
}

static void test_connect__url_without_password__hides_nothing(maybe_unused void **state)
{
    auto_am_secrets struct am_secrets *secrets = am_secrets_new();
    connect_url_secret(NULL, secrets);
    connect_url_secret("h", secrets);
    connect_url_secret("https://h/x@y", secrets);
    auto_free char *text = am_secrets_scrub_text(secrets, "https h x y");
    assert_string_equal(text, "https h x y");
}

static void test_connect__secrets_learned_meanwhile__are_hidden(maybe_unused void **state)
{
    struct kube_config config = {0};
    strv_init(&config.secrets);
    strv_add(&config.secrets, "token-of-a-file");
    auto_am_secrets struct am_secrets *secrets = am_secrets_new();
    connect_learned_secrets(&config, secrets);
    strv_add(&config.secrets, "renewed-token");
    connect_learned_secrets(&config, secrets);
    auto_free char *text = am_secrets_scrub_text(secrets, "token-of-a-file renewed-token");
    assert_null(strstr(text, "token"));
    strv_clear(&config.secrets);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_connect__options__arrive),
        cmocka_unit_test(test_connect__groups_and_verification_from_environment__stand_in),
        cmocka_unit_test(test_connect__options_before_environment__win),
        cmocka_unit_test(test_connect__secrets_in_options__are_hidden),
        cmocka_unit_test(test_connect__url_without_password__hides_nothing),
        cmocka_unit_test(test_connect__secrets_learned_meanwhile__are_hidden),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
