#include "kube/client.h"

#include "support/json_text.h"

/* A GET that was answered with STATUS and BODY. */
static void answer(struct kube_call *call, int status, const char *body)
{
    kube_call_init(call, "GET", xstrdup("/api/v1/nodes"));
    call->job.response.status = status;
    buf_add_str(&call->job.response.body, body);
}

static void test_call_init__get__idempotent_and_no_write(maybe_unused void **state)
{
    auto_kube_call struct kube_call call;
    kube_call_init(&call, "GET", xstrdup("/api/v1/nodes?limit=1"));
    assert_string_equal(call.job.request.method, "GET");
    assert_string_equal(call.job.request.url, "/api/v1/nodes?limit=1");
    assert_true(call.idempotent);
    assert_false(call.write);
    assert_false(call.may_race);
    assert_false(call.job.request.has_body);
    assert_ptr_equal(call.job.owner, &call);
    assert_null(call.error);
    assert_int_equal(kube_call_status(&call), 0);
}

static void test_call_init__other_methods__writes_that_are_not_repeated(maybe_unused void **state)
{
    const char *const methods[] = {"POST", "PUT", "PATCH", "DELETE"};
    for (size_t i = 0; i < array_length(methods); i++) {
        auto_kube_call struct kube_call call;
        kube_call_init(&call, methods[i], xstrdup("/api"));
        assert_true(call.write);
        assert_false(call.idempotent);
    }
}

static void test_call_body_take__bytes_and_type__swallowed(maybe_unused void **state)
{
    auto_kube_call struct kube_call call;
    kube_call_init(&call, "POST", xstrdup("/api"));
    struct buf body;
    buf_init(&body);
    buf_add_str(&body, "{}");
    kube_call_body_take(&call, "application/json", &body);
    assert_null(body.data);
    assert_true(call.job.request.has_body);
    assert_string_equal(buf_str(&call.job.request.body), "{}");
    assert_int_equal(call.job.request.headers.count, 1);
    assert_string_equal(call.job.request.headers.items[0], "Content-Type: application/json");
}

static void test_call_body_take__twice__last_body_counts(maybe_unused void **state)
{
    auto_kube_call struct kube_call call;
    kube_call_init(&call, "POST", xstrdup("/api"));
    for (int i = 0; i < 2; i++) {
        struct buf body;
        buf_init(&body);
        buf_printf(&body, "body %d", i);
        kube_call_body_take(&call, "text/plain", &body);
    }
    assert_string_equal(buf_str(&call.job.request.body), "body 1");
}

static void test_call_json__json_body__its_value(maybe_unused void **state)
{
    auto_kube_call struct kube_call call;
    answer(&call, 200, "{\"kind\":\"Node\",\"zero\":\"\\u0000\"}");
    auto_error struct error *error = NULL;
    json_auto_t *value = kube_call_json(&call, &error);
    assert_null(error);
    assert_json(value, "{'kind':'Node','zero':'\\u0000'}");
    assert_int_equal(kube_call_status(&call), 200);
}

static void test_call_answer__failed_call__its_error_else_its_value(maybe_unused void **state)
{
    auto_kube_call struct kube_call call;
    answer(&call, 200, "{\"kind\":\"Node\"}");
    auto_error struct error *error = NULL;
    json_auto_t *value = kube_call_answer(&call, &error);
    assert_null(error);
    assert_json(value, "{'kind':'Node'}");
    error_make(&call.error, ERROR_STATUS, "no");
    assert_null(kube_call_answer(&call, &error));
    assert_string_equal(error->message, "no");
    assert_null(call.error);
}

static void test_036__call_json__other_bodies__error_suspects_a_proxy(maybe_unused void **state)
{
    const char *const bodies[] = {"", "<html></html>", "{\"kind\":", "404 page not found"};
    for (size_t i = 0; i < array_length(bodies); i++) {
        auto_kube_call struct kube_call call;
        answer(&call, 200, bodies[i]);
        auto_error struct error *error = NULL;
        assert_null(kube_call_json(&call, &error));
        assert_int_equal(error->kind, ERROR_PARSE);
        assert_non_null(strstr(error->message, "the API server's answer is not JSON"));
        assert_non_null(strstr(error->message, "is there a proxy in between?"));
    }
}

static void test_call_object__json_that_is_none__is_refused(maybe_unused void **state)
{
    static const char *const bodies[] = {"[1, 2]", "{\"kind\":\"Node\"}", "{\"kind\":"};
    for (size_t i = 0; i < array_length(bodies); i++) {
        auto_kube_call struct kube_call call;
        answer(&call, 200, bodies[i]);
        auto_error struct error *error = NULL;
        assert_null(kube_call_object(&call, &error));
        assert_int_equal(error->kind, ERROR_PARSE);
    }
    auto_kube_call struct kube_call call;
    answer(&call, 200, "{\"metadata\":{\"name\":\"a\"}}");
    json_auto_t *value = kube_call_object(&call, NULL);
    assert_json(value, "{'metadata':{'name':'a'}}");
}

static void
test_038__call_warnings__several_headers_in_any_case__all_texts(maybe_unused void **state)
{
    auto_kube_call struct kube_call call;
    answer(&call, 200, "");
    struct strv *headers = &call.job.response.headers;
    strv_add(headers, "Content-Type: application/json");
    strv_add(headers, "Warning: 299 - \"one, \\\"two\\\"\", 299 - \"three\"");
    strv_add(headers, "warning:299 - \"four\"");
    strv_add(headers, "X-Warning: 299 - \"not this\"");
    strv_add(headers, "Warnings: 299 - \"nor this\"");
    strv_add(headers, "WARNING: 199 - \"misc\"");
    strv_add(headers, "Warning: 299 - \"three\"");
    auto_strv struct strv texts;
    strv_init(&texts);
    kube_call_warnings(&call, &texts);
    auto_free char *joined = strv_join(&texts, "|");
    assert_string_equal(joined, "one, \"two\"|three|four");
}

static void test_call_error_move__error__out_of_the_call(maybe_unused void **state)
{
    auto_kube_call struct kube_call call;
    answer(&call, 500, "");
    error_make(&call.error, ERROR_STATUS, "boom");
    auto_error struct error *error = NULL;
    kube_call_error_move(&call, &error);
    assert_null(call.error);
    assert_string_equal(error->message, "boom");
    auto_error struct error *none = NULL;
    kube_call_error_move(&call, &none);
    assert_null(none);
}

static void test_call_clear__answered_and_failed__everything_freed(maybe_unused void **state)
{
    struct kube_call call;
    answer(&call, 409, "{\"kind\":\"Status\",\"reason\":\"Conflict\"}");
    kube_status_read(&call.job.response, &call.status);
    kube_status_error(&call.status, &call.error);
    kube_call_clear(&call);
    assert_null(call.error);
    assert_null(call.status.status);
    assert_null(call.job.request.url);
    kube_call_clear(&call);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_call_init__get__idempotent_and_no_write),
        cmocka_unit_test(test_call_init__other_methods__writes_that_are_not_repeated),
        cmocka_unit_test(test_call_body_take__bytes_and_type__swallowed),
        cmocka_unit_test(test_call_body_take__twice__last_body_counts),
        cmocka_unit_test(test_call_json__json_body__its_value),
        cmocka_unit_test(test_call_answer__failed_call__its_error_else_its_value),
        cmocka_unit_test(test_036__call_json__other_bodies__error_suspects_a_proxy),
        cmocka_unit_test(test_call_object__json_that_is_none__is_refused),
        cmocka_unit_test(test_038__call_warnings__several_headers_in_any_case__all_texts),
        cmocka_unit_test(test_call_error_move__error__out_of_the_call),
        cmocka_unit_test(test_call_clear__answered_and_failed__everything_freed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
