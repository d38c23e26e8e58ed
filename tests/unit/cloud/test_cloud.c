#include "cloud/cloud.h"
#include "unit/ostack/place.h"

/* In every form in which a dictionary may come. */
static const char *const options[] = {
    "{'auth': {'username': 'demo', 'password': 'geheim'}}",
    "{'cloud': {'auth': {'application_credential_secret': 'geheim'}}}",
    "{'auth': '{\\'password\\': \\'geheim\\'}'}",
    "{'auth': 'username=demo password=geheim'}",
    "{'cloud': '{\\'auth\\': {\\'token\\': \\'geheim\\'}}'}",
};

static void test_cloud__secrets_of_options_in_every_form__are_registered(void **state)
{
    (void)state;
    for (size_t i = 0; i < array_length(options); i++) {
        auto_am_secrets struct am_secrets *secrets = am_secrets_new();
        json_auto_t *params = quoted(options[i]);
        cloud_option_secrets(params, secrets);
        auto_free char *text = am_secrets_scrub_text(secrets, "demo says geheim aloud");
        assert_string_equal(text, "demo says ******** aloud");
    }
}

static void test_cloud__a_name_of_a_cloud__is_no_secret(void **state)
{
    (void)state;
    auto_am_secrets struct am_secrets *secrets = am_secrets_new();
    json_auto_t *params = quoted("{'cloud': 'demo', 'auth': null}");
    cloud_option_secrets(params, secrets);
    auto_free char *text = am_secrets_scrub_text(secrets, "demo");
    assert_string_equal(text, "demo");
}

static void test_cloud__a_token_that_arrives__is_registered(void **state)
{
    (void)state;
    auto_am_secrets struct am_secrets *secrets = am_secrets_new();
    cloud_secret_seen(secrets, "token-1");
    auto_free char *text = am_secrets_scrub_text(secrets, "X: token-1");
    assert_string_equal(text, "X: ********");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cloud__secrets_of_options_in_every_form__are_registered),
        cmocka_unit_test(test_cloud__a_name_of_a_cloud__is_no_secret),
        cmocka_unit_test(test_cloud__a_token_that_arrives__is_registered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
