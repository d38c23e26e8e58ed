#include "unit/ostack/asking.h"

static void test_run__a_503__is_repeated_as_often_as_the_cloud_says(void **state)
{
    (void)state;
    static const struct {
        const char *config;
        int status;
        size_t requests; /* with the login */
    } rows[] = {
        {"{}", 503, 2},
        {"{'container_infra_status_code_retries': '1', 'container_infra_connect_retry_delay': "
         "'0.01'}",
         503, 3},
        {"{'container_infra_status_code_retries': 2, 'container_infra_connect_retry_delay': 0.01}",
         200, 4},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        static const struct fake_reply script[] = {
            TOKEN("1"), {.when = GET, .times = 2, .status = 503}, {.when = GET, .body = "{}"}};
        auto_cloudlet struct cloudlet cloudlet;
        struct error *err = NULL;
        cloudlet_start(&cloudlet, script, array_length(script), rows[i].config, NULL);
        assert_int_equal(ask(&cloudlet, &err), rows[i].status);
        assert_int_equal(fake_server_requests(cloudlet.server), rows[i].requests);
        error_clear(&err);
    }
}

/* A proxy may say so of a service that has done it. */
static void test_run__a_503_after_a_post__is_not_repeated(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {
        TOKEN("1"),
        {.when = "POST /m/v1/clustertemplates", .times = 1, .status = 503},
        {.when = "PATCH /m/v1/clustertemplates", .times = 1, .status = 503},
        {.body = "{}"}};
    static const char *const methods[] = {"POST", "PATCH"};
    auto_cloudlet struct cloudlet cloudlet;
    cloudlet_start(&cloudlet, script, array_length(script),
                   "{'status_code_retries': 3, 'container_infra_connect_retry_delay': 0.01}", NULL);
    for (size_t i = 0; i < array_length(methods); i++) {
        struct error *err = NULL;
        auto_osk_call struct osk_call call;
        json_auto_t *body = json_object();
        osk_call_init(&call, OSK_MAGNUM, methods[i], xstrdup("/clustertemplates"));
        osk_call_body(&call, body);
        assert_int_equal(osk_client_call(cloudlet.client, &call, &err), i == 0 ? -1 : 0);
        if (i == 0)
            assert_error(&err, ERROR_STATUS, "503");
    }
    assert_lines(&cloudlet, LOGIN ", POST /m/v1/clustertemplates, PATCH /m/v1/clustertemplates, "
                                  "PATCH /m/v1/clustertemplates");
}

static void test_run__a_connection_that_breaks_after_a_post__is_not_repeated(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {
        TOKEN("1"), {.when = "POST /m/v1/clustertemplates", .fault = FAKE_CLOSE}};
    auto_cloudlet struct cloudlet cloudlet;
    struct error *err = NULL;
    cloudlet_start(&cloudlet, script, array_length(script),
                   "{'container_infra_connect_retries': 3}", NULL);
    auto_osk_call struct osk_call call;
    json_auto_t *body = json_object();
    osk_call_init(&call, OSK_MAGNUM, "POST", xstrdup("/clustertemplates"));
    osk_call_body(&call, body);
    assert_int_equal(osk_client_call(cloudlet.client, &call, &err), -1);
    assert_error(&err, ERROR_HTTP, "the cloudlet: Magnum");
    assert_int_equal(fake_server_requests(cloudlet.server), 2);
}

static void test_run__a_server_that_is_down__is_asked_again_as_often_as_the_cloud_says(void **state)
{
    auto_free char *path = sandbox_path(state, "log");
    const struct osk_client_options options = {.log_path = path};
    static const struct fake_reply script[] = {TOKEN("1")};
    auto_cloudlet struct cloudlet cloudlet;
    struct error *err = NULL;
    cloudlet_start(
        &cloudlet, script, 1,
        "{'container_infra_endpoint_override': 'http://127.0.0.1:1', "
        "'container_infra_connect_retries': 2, 'container_infra_connect_retry_delay': 0.01}",
        &options);
    assert_int_equal(ask(&cloudlet, &err), -1);
    assert_error(&err, ERROR_HTTP, "connection refused");
    auto_free char *log = sandbox_read(state, "log");
    unsigned attempts = 0;
    for (const char *at = log; (at = strstr(at, "GET http://127.0.0.1:1/")); at++)
        attempts++;
    assert_int_equal(attempts, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        place_test(test_run__a_503__is_repeated_as_often_as_the_cloud_says),
        place_test(test_run__a_503_after_a_post__is_not_repeated),
        place_test(test_run__a_connection_that_breaks_after_a_post__is_not_repeated),
        place_test(test_run__a_server_that_is_down__is_asked_again_as_often_as_the_cloud_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
