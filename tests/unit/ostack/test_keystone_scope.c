#include "ostack/keystone_priv.h"
#include "unit/ostack/place.h"

static const struct {
    const char *auth;
    const char *scope; /* NULL: none */
    size_t warnings;
} rows[] = {
    {"", NULL, 0},
    {"'project_id': 'p'", "{'project': {'id': 'p'}}", 0},
    {"'project_id': '', 'project_name': ''", NULL, 0},
    {"'project_id': 'p', 'project_name': 'n'", "{'project': {'id': 'p'}}", 1},
    {"'project_name': 'n'", "{'project': {'name': 'n'}}", 0},
    {"'project_name': 'n', 'project_domain_id': 'd', 'project_domain_name': 'D'",
     "{'project': {'name': 'n', 'domain': {'id': 'd'}}}", 0},
    {"'project_name': 'n', 'default_domain_name': 'D'",
     "{'project': {'name': 'n', 'domain': {'name': 'D'}}}", 0},
    {"'project_name': 'n', 'project_domain_name': 'P', 'default_domain_id': 'd'",
     "{'project': {'name': 'n', 'domain': {'name': 'P'}}}", 0},
    /* the default one is no scope by itself */
    {"'default_domain_id': 'd', 'user_domain_id': 'd'", NULL, 0},
    {"'domain_name': 'D'", "{'domain': {'name': 'D'}}", 0},
    {"'domain_id': 'd', 'domain_name': 'D'", "{'domain': {'id': 'd'}}", 0},
    {"'trust_id': 't'", "{'OS-TRUST:trust': {'id': 't'}}", 0},
    {"'system_scope': 'all'", "{'system': {'all': true}}", 0},
    {"'unscoped': true", "'unscoped'", 0},
    {"'unscoped': 'True'", "'unscoped'", 0},
    {"'unscoped': false", NULL, 0},
    {"'unscoped': 'no'", NULL, 0},
};

static void test_scope__each_row__is_that_one(void **state)
{
    (void)state;
    for (size_t i = 0; i < array_length(rows); i++) {
        json_t *scope = NULL;
        auto_strv struct strv warnings = {0};
        auto_free char *text = xasprintf("{'auth': {%s}}", rows[i].auth);
        json_auto_t *config = quoted(text);
        int found = osk_scope_lookup(config, &scope, &warnings, NULL);
        if (found != (rows[i].scope ? 1 : 0) || warnings.count != rows[i].warnings)
            fail_msg("row %zu: %d, %zu warnings", i, found, warnings.count);
        if (scope)
            assert_json(scope, rows[i].scope);
        json_decref(scope);
    }
}

static void test_scope__any_two__are_one_too_many(void **state)
{
    (void)state;
    static const char *const each[] = {"'project_name': 'n'", "'domain_id': 'd'", "'trust_id': 't'",
                                       "'system_scope': 'all'", "'unscoped': true"};
    for (size_t i = 0; i < array_length(each); i++)
        for (size_t j = i + 1; j < array_length(each); j++) {
            json_t *scope = NULL;
            struct error *err = NULL;
            auto_strv struct strv warnings = {0};
            auto_free char *text = xasprintf("{'auth': {%s, %s}}", each[i], each[j]);
            json_auto_t *config = quoted(text);
            assert_int_equal(osk_scope_lookup(config, &scope, &warnings, &err), -1);
            assert_error(&err, ERROR_USAGE, "cannot be scoped to multiple targets");
            assert_null(scope);
        }
}

static void test_scope__beside_an_application_credential__is_none(void **state)
{
    (void)state;
    json_t *scope = NULL;
    auto_strv struct strv warnings = {0};
    json_auto_t *config = quoted("{'auth_type': 'v3applicationcredential', 'auth': {'project_id': "
                                 "'p', 'domain_id': 'd', 'system_scope': ''}}");
    assert_int_equal(osk_scope_lookup(config, &scope, &warnings, NULL), 0);
    assert_null(scope);
    assert_int_equal(warnings.count, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scope__each_row__is_that_one),
        cmocka_unit_test(test_scope__any_two__are_one_too_many),
        cmocka_unit_test(test_scope__beside_an_application_credential__is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
