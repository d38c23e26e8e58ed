#include "unit/ostack/asking.h"

static void test_client__a_request__carries_token_and_version(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {TOKEN("1"), {.when = GET, .body = "{\"a\": 1}"}};
    const struct osk_client_options options = {.microversion = "1.9"};
    auto_cloudlet struct cloudlet cloudlet;
    cloudlet_start(&cloudlet, script, array_length(script), "{}", &options);
    assert_int_equal(ask(&cloudlet, NULL), 200);
    assert_int_equal(ask(&cloudlet, NULL), 200);
    assert_lines(&cloudlet, LOGIN ", " GET ", " GET);
    auto_free char *request = fake_server_request(cloudlet.server, 1);
    assert_contains(request, "\r\nX-Auth-Token: token-1\r\n");
    assert_contains(request, "\r\nAccept: application/json\r\n");
    assert_contains(request, "\r\nOpenStack-API-Version: container-infra 1.9\r\n");
    assert_true(strv_contains(&cloudlet.secrets, "token-1"));
}

static void test_client__without_a_wish_for_a_version__none_is_sent(void **state)
{
    (void)state;
    static const struct {
        const char *config;
        const char *header; /* NULL: none */
    } rows[] = {
        {"{}", NULL},
        {"{'container_infra_api_version': '1'}", NULL},
        {"{'container_infra_api_version': '1.0'}", NULL},
        {"{'container_infra_api_version': 'latest'}", NULL},
        {"{'container_infra_api_version': '1.9'}", "container-infra 1.9"},
        {"{'container_infra_default_microversion': '1.7'}", "container-infra 1.7"},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        static const struct fake_reply script[] = {TOKEN("1"), {.when = GET, .body = "{}"}};
        auto_cloudlet struct cloudlet cloudlet;
        cloudlet_start(&cloudlet, script, array_length(script), rows[i].config, NULL);
        assert_int_equal(ask(&cloudlet, NULL), 200);
        auto_free char *request = fake_server_request(cloudlet.server, 1);
        if (rows[i].header)
            assert_contains(request, rows[i].header);
        else
            assert_lacks(request, "OpenStack-API-Version");
    }
}

static void test_client__a_token_that_is_refused__is_renewed_once(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {TOKEN("1"),
                                               TOKEN("2"),
                                               {.when = GET, .times = 1, .status = 401},
                                               {.when = GET, .body = "{}"}};
    auto_cloudlet struct cloudlet cloudlet;
    cloudlet_start(&cloudlet, script, array_length(script), "{}", NULL);
    assert_int_equal(ask(&cloudlet, NULL), 200);
    assert_lines(&cloudlet, LOGIN ", " GET ", " LOGIN ", " GET);
    auto_free char *last = fake_server_request(cloudlet.server, 3);
    assert_contains(last, "X-Auth-Token: token-2");
    assert_lacks(last, "token-1");
}

static void test_client__a_second_refusal__is_an_error(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {
        TOKEN("1"),
        TOKEN("2"),
        {.when = GET, .status = 401, .body = "{\"error\": {\"message\": \"go away\"}}"}};
    auto_cloudlet struct cloudlet cloudlet;
    struct error *err = NULL;
    cloudlet_start(&cloudlet, script, array_length(script), "{}", NULL);
    assert_int_equal(ask(&cloudlet, &err), 401);
    assert_error(&err, ERROR_AUTH,
                 "Magnum answered 401 Unauthorized to GET /m/v1/clustertemplates: go away");
    assert_lines(&cloudlet, LOGIN ", " GET ", " LOGIN ", " GET);
}

static void test_client__a_login_that_cannot_be_repeated__is_not(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {TOKEN("1"), {.when = GET, .status = 401}};
    auto_cloudlet struct cloudlet cloudlet;
    struct error *err = NULL;
    cloudlet_start(&cloudlet, script, array_length(script), "{'auth_type': 'v3token'}", NULL);
    json_object_set_new(json_object_get(cloudlet.cloud.config, "auth"), "token",
                        json_string("given"));
    assert_int_equal(ask(&cloudlet, &err), 401);
    error_clear(&err);
    assert_lines(&cloudlet, LOGIN ", " GET);
}

static void test_client__a_renewal_that_fails__ends_the_run(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {
        TOKEN("1"),
        {.when = LOGIN, .status = 401, .body = "{\"error\": {\"message\": \"disabled\"}}"},
        {.when = GET, .status = 401}};
    auto_cloudlet struct cloudlet cloudlet;
    struct error *err = NULL;
    cloudlet_start(&cloudlet, script, array_length(script), "{}", NULL);
    ask(&cloudlet, &err);
    assert_contains(err->message, "user u");
    assert_error(&err, ERROR_AUTH, "disabled");
}

static void test_client__a_token_that_has_ended__is_asked_for_once_more(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {
        {.when = LOGIN,
         .status = 201,
         .headers = "X-Subject-Token: old\r\n",
         .body = "{\"token\": {\"expires_at\": \"2001-01-01T00:00:00.000000Z\"}}"},
        {.when = GET, .body = "{}"}};
    auto_cloudlet struct cloudlet cloudlet;
    cloudlet_start(&cloudlet, script, array_length(script), "{}", NULL);
    assert_int_equal(ask(&cloudlet, NULL), 200);
    assert_lines(&cloudlet, LOGIN ", " LOGIN ", " GET);
}

static void test_client__a_keystone_without_version__is_found_by_its_document(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {
        {.when = "POST /v3/auth", .status = 404},
        {.when = "GET / ",
         .status = 300,
         .body =
             "{\"versions\": {\"values\": [{\"id\": \"v3.14\", \"status\": \"stable\", \"links\": "
             "[{\"rel\": \"self\", \"href\": \"http://inner:1/deep/v3/\"}]}]}}"},
        {.when = "POST /deep/v3/auth/tokens",
         .status = 201,
         .headers = "X-Subject-Token: t\r\n",
         .body = "{\"token\": {}}"},
        {.when = GET, .body = "{}"}};
    auto_cloudlet struct cloudlet cloudlet;
    cloudlet_start(&cloudlet, script, array_length(script), "{}", NULL);
    auto_free char *root = fake_server_url(cloudlet.server, "/");
    json_object_set_new(json_object_get(cloudlet.cloud.config, "auth"), "auth_url",
                        json_string(root));
    assert_int_equal(ask(&cloudlet, NULL), 200);
    assert_lines(&cloudlet, LOGIN ", GET /, POST /deep/v3/auth/tokens, " GET);
}

static void test_client__auth_types_without_keystone__ask_it_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *config;
        const char *token; /* NULL: none */
    } rows[] = {
        {"{'auth_type': 'admin_token', 'auth': {'token': 'fixed'}}", "X-Auth-Token: fixed"},
        {"{'auth_type': 'none', 'auth': {}}", NULL},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        static const struct fake_reply script[] = {{.when = GET, .body = "{}"}};
        auto_cloudlet struct cloudlet cloudlet;
        cloudlet_start(&cloudlet, script, array_length(script), rows[i].config, NULL);
        assert_int_equal(ask(&cloudlet, NULL), 200);
        assert_lines(&cloudlet, GET);
        auto_free char *request = fake_server_request(cloudlet.server, 0);
        if (rows[i].token)
            assert_contains(request, rows[i].token);
        else
            assert_lacks(request, "X-Auth-Token");
    }
}

static void test_client__without_an_auth_url__says_where_it_belongs(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {{.body = "{}"}};
    auto_cloudlet struct cloudlet cloudlet;
    struct error *err = NULL;
    cloudlet_start(&cloudlet, script, 1, "{'auth': {'user_id': 'u', 'password': 'p'}}", NULL);
    assert_int_equal(ask(&cloudlet, &err), -1);
    assert_error(&err, ERROR_USAGE, "the cloudlet: auth_url is missing");
    assert_int_equal(fake_server_requests(cloudlet.server), 0);
}

/* ---- what must not happen */

static void test_client__a_redirect__is_not_followed(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {
        TOKEN("1"), {.when = GET, .status = 302, .headers = "Location: http://elsewhere/\r\n"}};
    auto_cloudlet struct cloudlet cloudlet;
    struct error *err = NULL;
    cloudlet_start(&cloudlet, script, array_length(script), "{}", NULL);
    assert_int_equal(ask(&cloudlet, &err), 302);
    assert_error(&err, ERROR_STATUS, "Magnum redirects (HTTP 302) to http://elsewhere/");
    assert_lines(&cloudlet, LOGIN ", " GET);
}

static void test_client__answers_that_are_no_objects__are_errors(void **state)
{
    (void)state;
    static const char *const bodies[] = {"", "[]", "{\"a\": ", "<html>"};
    for (size_t i = 0; i < array_length(bodies); i++) {
        const struct fake_reply script[] = {TOKEN("1"), {.when = GET, .body = bodies[i]}};
        auto_cloudlet struct cloudlet cloudlet;
        struct error *err = NULL;
        cloudlet_start(&cloudlet, script, array_length(script), "{}", NULL);
        auto_osk_call struct osk_call call;
        osk_call_init(&call, OSK_MAGNUM, "GET", xstrdup("/clustertemplates"));
        assert_int_equal(osk_client_call(cloudlet.client, &call, &err), 0);
        assert_null(osk_call_json(&call, &err));
        assert_error(&err, ERROR_PARSE, "is no JSON object");
    }
}

static void test_client__a_slow_server__is_given_up_after_api_timeout(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {TOKEN("1"), {.when = GET, .fault = FAKE_HANG}};
    auto_cloudlet struct cloudlet cloudlet;
    struct error *err = NULL;
    cloudlet_start(&cloudlet, script, array_length(script), "{'api_timeout': 1}", NULL);
    assert_int_equal(ask(&cloudlet, &err), -1);
    assert_error(&err, ERROR_TIMEOUT, "the cloudlet: Magnum");
}

static void test_client__many_calls__are_under_way_together(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {TOKEN("1"),
                                               {.when = "GET", .body = "{}", .delay_ms = 100}};
    auto_cloudlet struct cloudlet cloudlet;
    struct osk_call calls[4];
    static const enum osk_service services[] = {OSK_MAGNUM, OSK_GLANCE, OSK_NOVA, OSK_NEUTRON};
    cloudlet_start(&cloudlet, script, array_length(script), "{}", NULL);
    for (size_t i = 0; i < array_length(calls); i++)
        osk_call_init(&calls[i], services[i], "GET", xstrdup("/x"));
    assert_int_equal(osk_client_all(cloudlet.client, calls, array_length(calls), NULL), 0);
    assert_true(fake_server_peak(cloudlet.server) >= 3);
    for (size_t i = 0; i < array_length(calls); i++) {
        assert_int_equal(osk_call_status(&calls[i]), 200);
        osk_call_clear(&calls[i]);
    }
}

static void test_client__the_log__shows_requests_but_no_secret(void **state)
{
    static const struct fake_reply script[] = {TOKEN("1"), {.when = GET, .body = "{\"seen\": 1}"}};
    auto_free char *path = sandbox_path(state, "log");
    const struct osk_client_options options = {.log_path = path, .log_debug = true};
    struct stat info;
    {
        auto_cloudlet struct cloudlet cloudlet;
        cloudlet_start(&cloudlet, script, array_length(script), "{}", &options);
        assert_int_equal(ask(&cloudlet, NULL), 200);
    }
    auto_free char *text = sandbox_read(state, "log");
    assert_contains(text, "/v3/auth/tokens: 201");
    assert_contains(text, "X-Auth-Token: {SHA256}");
    assert_contains(text, "{\"seen\": 1}");
    assert_lacks(text, "token-1");
    assert_lacks(text, "geheim");
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
}

static void test_client__a_log_that_cannot_be_written__is_an_error(void **state)
{
    (void)state;
    struct error *err = NULL;
    struct osk_cloud cloud = {.origin = xstrdup("x"), .config = json_object()};
    const struct osk_client_options options = {.log_path = "/nowhere/log"};
    assert_null(osk_client_new(&cloud, &options, &err));
    assert_error(&err, ERROR_IO, "sdk_log_path: cannot write /nowhere/log");
    osk_cloud_clear(&cloud);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        place_test(test_client__a_request__carries_token_and_version),
        place_test(test_client__without_a_wish_for_a_version__none_is_sent),
        place_test(test_client__a_token_that_is_refused__is_renewed_once),
        place_test(test_client__a_second_refusal__is_an_error),
        place_test(test_client__a_login_that_cannot_be_repeated__is_not),
        place_test(test_client__a_renewal_that_fails__ends_the_run),
        place_test(test_client__a_token_that_has_ended__is_asked_for_once_more),
        place_test(test_client__a_keystone_without_version__is_found_by_its_document),
        place_test(test_client__auth_types_without_keystone__ask_it_nothing),
        place_test(test_client__without_an_auth_url__says_where_it_belongs),
        place_test(test_client__a_redirect__is_not_followed),
        place_test(test_client__answers_that_are_no_objects__are_errors),
        place_test(test_client__a_slow_server__is_given_up_after_api_timeout),
        place_test(test_client__many_calls__are_under_way_together),
        place_test(test_client__the_log__shows_requests_but_no_secret),
        place_test(test_client__a_log_that_cannot_be_written__is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
