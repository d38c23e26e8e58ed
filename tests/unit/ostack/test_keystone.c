#include "ostack/keystone.h"
#include "unit/ostack/place.h"

#define USER        "'user_domain_name': 'Default', 'username': 'demo', 'password': 'pw'"
#define USER_OBJECT "'user': {'name': 'demo', 'domain': {'name': 'Default'}, 'password': 'pw'}"
#define BY_PASSWORD(SCOPE)                                                                         \
    "{'auth': {'identity': {'methods': ['password'], 'password': {" USER_OBJECT "}}" SCOPE "}}"

static const struct row {
    const char *type;
    const char *auth;
    const char *body; /* NULL: refused */
    const char *error;
} rows[] = {
    {"password", USER ", 'project_name': 'p', 'project_domain_name': 'Default'",
     BY_PASSWORD(", 'scope': {'project': {'name': 'p', 'domain': {'name': 'Default'}}}"), NULL},
    {"v3password", USER ", 'project_id': 'pid'",
     BY_PASSWORD(", 'scope': {'project': {'id': 'pid'}}"), NULL},
    {"password", USER ", 'project_id': 'pid', 'project_name': 'p'",
     BY_PASSWORD(", 'scope': {'project': {'id': 'pid'}}"), NULL},
    {"password", "'user_id': 'u', 'user_domain_name': 'Default', 'password': 'pw'",
     "{'auth': {'identity': {'methods': ['password'], 'password': {'user': {'id': 'u', 'password': "
     "'pw'}}}}}",
     NULL},
    {"password",
     "'username': 'demo', 'password': 'pw', 'default_domain_id': 'd', 'project_name': 'p'",
     "{'auth': {'identity': {'methods': ['password'], 'password': {'user': {'name': 'demo', "
     "'domain': "
     "{'id': 'd'}, 'password': 'pw'}}}, 'scope': {'project': {'name': 'p', 'domain': {'id': "
     "'d'}}}}}",
     NULL},
    {"password", USER ", 'domain_id': 'd'", BY_PASSWORD(", 'scope': {'domain': {'id': 'd'}}"),
     NULL},
    {"password", USER ", 'system_scope': 'all'",
     BY_PASSWORD(", 'scope': {'system': {'all': true}}"), NULL},
    {"password", USER ", 'trust_id': 't'",
     BY_PASSWORD(", 'scope': {'OS-TRUST:trust': {'id': 't'}}"), NULL},
    {"password", USER ", 'unscoped': true", BY_PASSWORD(", 'scope': 'unscoped'"), NULL},
    {"password", USER, BY_PASSWORD(""), NULL},
    {"password", USER ", 'project_id': 'p', 'domain_id': 'd'", NULL,
     "Authentication cannot be scoped to multiple targets. Pick one of: project, domain, trust, "
     "system "
     "or unscoped"},
    {"password", "'username': 'demo'", NULL,
     "here: auth lacks password, which auth_type password needs"},
    {"password", "'password': 'pw'", NULL, "auth lacks username (or user_id)"},
    {"v3token", "'token': 'T', 'project_id': 'p'",
     "{'auth': {'identity': {'methods': ['token'], 'token': {'id': 'T'}}, 'scope': {'project': "
     "{'id': "
     "'p'}}}}",
     NULL},
    {"token", "'project_id': 'p'", NULL, "auth lacks token"},
    {"v3applicationcredential",
     "'application_credential_id': 'I', 'application_credential_secret': 'S', 'project_name': 'p'",
     "{'auth': {'identity': {'methods': ['application_credential'], 'application_credential': "
     "{'id': "
     "'I', 'secret': 'S'}}}}",
     NULL},
    {"v3applicationcredential",
     "'application_credential_name': 'N', 'application_credential_secret': 'S', 'user_id': 'u'",
     "{'auth': {'identity': {'methods': ['application_credential'], 'application_credential': "
     "{'name': "
     "'N', 'secret': 'S', 'user': {'id': 'u'}}}}}",
     NULL},
    {"v3applicationcredential",
     "'application_credential_name': 'N', 'application_credential_secret': 'S'", NULL,
     "an application credential that is given by name"},
    {"v3applicationcredential", "'application_credential_id': 'N'", NULL,
     "auth lacks application_credential_secret"},
    {"v3totp", "'user_id': 'u', 'passcode': '012345'",
     "{'auth': {'identity': {'methods': ['totp'], 'totp': {'user': {'id': 'u', 'passcode': "
     "'012345'}}}}}",
     NULL},
    {"v3multifactor",
     "'auth_methods': 'v3password, v3totp', 'user_id': 'u', 'password': 'pw', 'passcode': '1'",
     "{'auth': {'identity': {'methods': ['password', 'totp'], 'password': {'user': {'id': 'u', "
     "'password': 'pw'}}, 'totp': {'user': {'id': 'u', 'passcode': '1'}}}}}",
     NULL},
    {"v3multifactor", "'auth_methods': ['v3kerberos'], 'user_id': 'u'", NULL,
     "auth_methods: v3kerberos is not supported"},
    {"v3multifactor", "'user_id': 'u'", NULL, "auth lacks auth_methods"},
    {"v3oidcpassword", USER, NULL, "auth_type v3oidcpassword is not supported by this module"},
};

static void test_keystone__each_row__makes_that_body(void **state)
{
    (void)state;
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_error struct error *err = NULL;
        auto_strv struct strv warnings = {0};
        auto_free char *text =
            xasprintf("{'auth_type': '%s', 'auth': {%s}}", rows[i].type, rows[i].auth);
        json_auto_t *config = quoted(text);
        json_auto_t *body = osk_login_body(config, "here", &warnings, &err);
        if (!rows[i].body) {
            assert_null(body);
            assert_error(&err, ERROR_USAGE, rows[i].error);
            continue;
        }
        if (!body)
            fail_msg("row %zu: %s", i, err->message);
        assert_json(body, rows[i].body);
    }
}

static void test_keystone__a_scope_beside_an_application_credential__is_warned_about(void **state)
{
    (void)state;
    auto_strv struct strv warnings = {0};
    json_auto_t *config = quoted(
        "{'auth_type': 'v3applicationcredential', 'auth': {'application_credential_id': 'I', "
        "'application_credential_secret': 'S', 'project_name': 'p'}}");
    json_auto_t *body = osk_login_body(config, "here", &warnings, NULL);
    assert_non_null(body);
    assert_int_equal(warnings.count, 1);
    assert_contains(warnings.items[0], "project_name is ignored");
}

static void test_keystone__kinds_of_login__are_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char *config;
        enum osk_login kind;
        bool repeatable;
    } kinds[] = {
        {"{}", OSK_LOGIN_KEYSTONE, true},
        {"{'auth_type': 'password'}", OSK_LOGIN_KEYSTONE, true},
        {"{'auth_type': 'v3applicationcredential'}", OSK_LOGIN_KEYSTONE, true},
        {"{'auth_type': 'v3totp'}", OSK_LOGIN_KEYSTONE, false},
        {"{'auth_type': 'v3token'}", OSK_LOGIN_KEYSTONE, false},
        {"{'auth_type': 'admin_token'}", OSK_LOGIN_FIXED_TOKEN, false},
        {"{'auth_type': 'token_endpoint'}", OSK_LOGIN_FIXED_TOKEN, false},
        {"{'auth_type': null}", OSK_LOGIN_NONE, false},
        {"{'auth_type': 'none'}", OSK_LOGIN_NONE, false},
    };
    for (size_t i = 0; i < array_length(kinds); i++) {
        auto_error struct error *err = NULL;
        enum osk_login kind = OSK_LOGIN_KEYSTONE;
        json_auto_t *config = quoted(kinds[i].config);
        assert_int_equal(osk_login_kind(config, &kind, &err), 0);
        assert_int_equal(kind, kinds[i].kind);
        assert_int_equal(osk_login_repeatable(config), kinds[i].repeatable);
    }
}

static void test_keystone__auth_urls__lead_to_one_root(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        const char *root;
        bool guessed;
    } urls[] = {
        {"http://h:5000", "http://h:5000/v3", true},
        {"http://h:5000/", "http://h:5000/v3", true},
        {"http://h:5000/v3", "http://h:5000/v3", false},
        {"http://h:5000/v3/", "http://h:5000/v3", false},
        {"http://h:5000/v2.0", "http://h:5000/v3", true},
        {"https://h/identity", "https://h/identity/v3", true},
    };
    for (size_t i = 0; i < array_length(urls); i++) {
        bool guessed = false;
        auto_free char *root = osk_login_root(urls[i].url, &guessed);
        assert_string_equal(root, urls[i].root);
        assert_int_equal(guessed, urls[i].guessed);
    }
}

static void test_keystone__a_version_document__gives_the_path_but_not_the_host(void **state)
{
    (void)state;
    static const char *const documents[] = {
        "{'versions': {'values': [{'id': 'v2.0', 'status': 'stable', 'links': [{'rel': 'self', "
        "'href': "
        "'http://inner/v2.0'}]}, {'id': 'v3.14', 'status': 'stable', 'links': [{'rel': 'self', "
        "'href': "
        "'http://inner:99/id/v3/'}]}]}}",
        "{'version': {'id': 'v3.14', 'status': 'stable', 'links': [{'rel': 'self', 'href': "
        "'http://inner/id/v3'}]}}",
    };
    for (size_t i = 0; i < array_length(documents); i++) {
        json_auto_t *document = quoted(documents[i]);
        auto_free char *root = osk_login_discover(document, "https://outer:5000/x");
        assert_string_equal(root, "https://outer:5000/id/v3");
    }
    json_auto_t *dead = quoted("{'version': {'id': 'v3', 'status': 'deprecated'}}");
    assert_null(osk_login_discover(dead, "https://outer"));
    assert_null(osk_login_discover(NULL, "https://outer"));
}

/* ---- the answer */

static void answer_init(struct http_response *answer, int status, const char *header,
                        const char *body)
{
    http_response_init(answer);
    answer->status = status;
    answer->reason = xstrdup(http_status_phrase(status));
    if (header)
        strv_add(&answer->headers, header);
    buf_add_str(&answer->body, body);
}

static void test_keystone__a_good_answer__is_a_token(void **state)
{
    (void)state;
    struct http_response answer;
    struct osk_token token = {0};
    answer_init(&answer, 201, "x-subject-token: abc",
                "{\"token\": {\"expires_at\": \"2030-01-02T03:04:05.000000Z\", \"user\": {}}}");
    assert_int_equal(osk_token_read(&answer, &token, NULL), 0);
    assert_string_equal(secret_peek(&token.id), "abc");
    assert_int_equal(token.expires_at, 1893553445);
    assert_json(json_object_get(token.body, "user"), "{}");
    osk_token_clear(&token);
    http_response_clear(&answer);
}

static void test_keystone__answers_that_are_no_token__are_errors(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        const char *body;
        const char *error;
    } answers[] = {
        {NULL, "{\"token\": {}}", "lacks the header X-Subject-Token"},
        {"X-Subject-Token:", "{\"token\": {}}", "lacks the header X-Subject-Token"},
        {"X-Subject-Token: a", "{}", "is no token of Keystone"},
        {"X-Subject-Token: a", "{\"token\": 5}", "is no token of Keystone"},
        {"X-Subject-Token: a", "{\"tok", "no JSON"},
        {"X-Subject-Token: a", "", "no JSON"},
    };
    for (size_t i = 0; i < array_length(answers); i++) {
        struct http_response answer;
        struct osk_token token = {0};
        struct error *err = NULL;
        answer_init(&answer, 201, answers[i].header, answers[i].body);
        assert_int_equal(osk_token_read(&answer, &token, &err), -1);
        assert_error(&err, ERROR_PARSE, answers[i].error);
        http_response_clear(&answer);
    }
}

static void test_keystone__a_refusal__says_where_and_as_whom_but_no_secret(void **state)
{
    (void)state;
    struct http_response answer;
    struct error *err = NULL;
    json_auto_t *config =
        quoted("{'auth': {'username': 'demo', 'password': 'pw-secret', 'project_name': "
               "'p'}}");
    answer_init(&answer, 401, NULL,
                "{\"error\": {\"code\": 401, \"message\": \"The request you have made requires "
                "authentication.\", \"title\": \"Unauthorized\"}}");
    osk_login_refused(&answer, config, "http://h/v3/auth/tokens", &err);
    assert_contains(err->message, "The request you have made requires authentication.");
    assert_contains(err->message, "auth_url http://h/v3/auth/tokens, user demo, project p");
    assert_lacks(err->message, "pw-secret");
    assert_int_equal(err->kind, ERROR_AUTH);
    error_clear(&err);
    http_response_clear(&answer);
}

static void test_keystone__a_receipt_for_a_part_of_the_login__names_the_methods(void **state)
{
    (void)state;
    struct http_response answer;
    struct error *err = NULL;
    json_auto_t *config = quoted("{'auth': {}}");
    answer_init(&answer, 401, "Openstack-Auth-Receipt: r",
                "{\"receipt\": {}, \"required_auth_methods\": [[\"password\", \"totp\"]]}");
    osk_login_refused(&answer, config, "http://h/v3/auth/tokens", &err);
    assert_contains(err->message, "[[\"password\",\"totp\"]]");
    assert_contains(err->message, "v3multifactor");
    error_clear(&err);
    http_response_clear(&answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keystone__each_row__makes_that_body),
        cmocka_unit_test(test_keystone__a_scope_beside_an_application_credential__is_warned_about),
        cmocka_unit_test(test_keystone__kinds_of_login__are_told_apart),
        cmocka_unit_test(test_keystone__auth_urls__lead_to_one_root),
        cmocka_unit_test(test_keystone__a_version_document__gives_the_path_but_not_the_host),
        cmocka_unit_test(test_keystone__a_good_answer__is_a_token),
        cmocka_unit_test(test_keystone__answers_that_are_no_token__are_errors),
        cmocka_unit_test(test_keystone__a_refusal__says_where_and_as_whom_but_no_secret),
        cmocka_unit_test(test_keystone__a_receipt_for_a_part_of_the_login__names_the_methods),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
