#include "ostack/clouds_priv.h"
#include "unit/ostack/place.h"

static const struct row {
    const char *config;
    const char *fixed; /* NULL: refused */
    const char *error;
} rows[] = {
    /* any …timeout is the one there is */
    {"{'auth': {}, 'glance_timeout': 9, 'api_timeout': 3, 'timeout': 1}",
     "{'auth': {}, 'api_timeout': 9, 'timeout': 1, 'verify': true}", NULL},
    {"{'auth': {}, 'api_timeout': 3}", "{'auth': {}, 'api_timeout': 3, 'verify': true}", NULL},
    /* the old name of auth_type */
    {"{'auth': {}, 'auth_plugin': 'token'}", "{'auth': {}, 'auth_type': 'token', 'verify': true}",
     NULL},
    {"{'auth': {}, 'auth_plugin': 'token', 'auth_type': 'password'}",
     "{'auth': {}, 'auth_type': 'password', 'verify': true}", NULL},
    /* old names; outside wins */
    {"{'auth': {'tenant_name': 't'}}", "{'auth': {'project_name': 't'}, 'verify': true}", NULL},
    {"{'auth': {'project_name': 'in'}, 'project_name': 'out'}",
     "{'auth': {'project_name': 'out'}, 'verify': true}", NULL},
    {"{'auth': {'tenant_id': 'old', 'project_id': 'new'}}",
     "{'auth': {'project_id': 'new'}, 'verify': "
     "true}",
     NULL},
    {"{'auth': {'auth_token': 'T'}, 'passcode': '01'}",
     "{'auth': {'token': 'T', 'passcode': '01'}, 'verify': true}", NULL},
    {"{'auth': {'project_name': ''}}", "{'auth': {}, 'verify': true}", NULL},
    /* interface by its old name */
    {"{'auth': {}, 'endpoint_type': 'internalURL', 'image_endpoint_type': 'admin'}",
     "{'auth': {}, 'interface': 'internalURL', 'image_interface': 'admin', 'verify': true}", NULL},
    /* one domain for both */
    {"{'auth': {'project_name': 'p', 'domain_id': 'd', 'user_domain_id': 'u'}}",
     "{'auth': {'project_name': 'p', 'user_domain_id': 'u', 'project_domain_id': 'd'}, 'verify': "
     "true}",
     NULL},
    {"{'auth': {'project_id': 'p'}, 'domain_name': 'D'}",
     "{'auth': {'project_id': 'p', 'user_domain_name': 'D', 'project_domain_name': 'D'}, 'verify': "
     "true}",
     NULL},
    {"{'auth': {}, 'domain_name': 'D'}", "{'auth': {'domain_name': 'D'}, 'verify': true}", NULL},
    /* what belongs into auth: there the inside wins */
    {"{'auth': {'username': 'in'}, 'username': 'out', 'password': 'pw', 'auth_url': 'http://h'}",
     "{'auth': {'username': 'in', 'password': 'pw', 'auth_url': 'http://h'}, 'verify': true}",
     NULL},
    {"{'auth': {'user_name': 'u'}}",
     "{'auth': {'user_name': 'u', 'username': 'u'}, 'verify': true}", NULL},
    /* verification */
    {"{'auth': {}, 'insecure': true, 'verify': true}", "{'auth': {}, 'verify': false}", NULL},
    {"{'auth': {}, 'insecure': 'TRUE'}", "{'auth': {}, 'verify': false}", NULL},
    {"{'auth': {}, 'insecure': 'yes'}", "{'auth': {}, 'verify': true}", NULL},
    {"{'auth': {}, 'verify': 'false'}", "{'auth': {}, 'verify': false}", NULL},
    {"{'auth': {}, 'verify': '/ca.pem'}", "{'auth': {}, 'verify': true, 'cacert': '/ca.pem'}",
     NULL},
    /* expansion */
    {"{'auth': {'auth_url': 'https://{region_name}.example/{profile}'}, 'region_name': 'r', "
     "'profile': "
     "'p'}",
     "{'auth': {'auth_url': 'https://r.example/p'}, 'region_name': 'r', 'profile': 'p', 'verify': "
     "true}",
     NULL},
    {"{'auth': {'auth_url': 'https://{nothing}'}}", NULL, "refers to {nothing}"},
    {"{'auth': {'auth_url': 'https://{open'}, 'open': 'x'}", NULL, "refers to {open}"},
};

static void test_clouds_fix__each_row__becomes_that_entry(void **state)
{
    (void)state;
    for (size_t i = 0; i < array_length(rows); i++) {
        struct error *err = NULL;
        auto_strv struct strv warnings = {0};
        json_auto_t *config = quoted(rows[i].config);
        int result = osk_fix(config, &warnings, &err);
        if (!rows[i].fixed) {
            assert_int_equal(result, -1);
            assert_error(&err, ERROR_USAGE, rows[i].error);
            continue;
        }
        assert_int_equal(result, 0);
        assert_json(config, rows[i].fixed);
    }
}

static void test_clouds_fix__cacert_without_verification__is_warned_about(void **state)
{
    (void)state;
    auto_strv struct strv warnings = {0};
    json_auto_t *config = quoted("{'auth': {}, 'insecure': true, 'cacert': '/ca.pem'}");
    assert_int_equal(osk_fix(config, &warnings, NULL), 0);
    assert_int_equal(warnings.count, 1);
    assert_contains(warnings.items[0], "cacert is ignored");
}

static void test_clouds_fix__verify_as_a_word__is_read_and_warned_about(void **state)
{
    (void)state;
    auto_strv struct strv warnings = {0};
    json_auto_t *config = quoted("{'auth': {}, 'verify': 'False'}");
    assert_int_equal(osk_fix(config, &warnings, NULL), 0);
    assert_int_equal(warnings.count, 1);
    assert_contains(warnings.items[0], "verify is the text \"False\" and is read as false");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clouds_fix__each_row__becomes_that_entry),
        cmocka_unit_test(test_clouds_fix__cacert_without_verification__is_warned_about),
        cmocka_unit_test(test_clouds_fix__verify_as_a_word__is_read_and_warned_about),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
