#include "kube/status.h"

#include "base/str.h"
#include "support/json_text.h"

/* A status that was read from an answer of CODE with BODY. */
static struct kube_status read_text(int code, const char *body)
{
    struct http_response response;
    http_response_init(&response);
    response.status = code;
    buf_add_str(&response.body, body);
    struct kube_status status;
    kube_status_read(&response, &status);
    http_response_clear(&response);
    return status;
}

/* The same for a body written with ' for ". */
static struct kube_status read_json(int code, const char *body)
{
    json_auto_t *value = json_from(body);
    auto_free char *text = json_dumps(value, 0);
    return read_text(code, text);
}

static void test_status_read__status_object__facts(maybe_unused void **state)
{
    auto_kube_status struct kube_status status =
        read_json(409, "{'kind':'Status','apiVersion':'v1','status':'Failure','message':'m',"
                       "'reason':'Conflict','code':409}");
    assert_int_equal(status.code, 409);
    assert_string_equal(status.reason, "Conflict");
    assert_string_equal(status.message, "m");
    assert_false(status.plain);
    assert_non_null(status.status);
}

static void test_status_read__status_without_texts__says_so(maybe_unused void **state)
{
    auto_kube_status struct kube_status status = read_json(500, "{'kind':'Status','message':''}");
    assert_string_equal(status.reason, "");
    assert_string_equal(status.message, "the server gave no message");
    assert_false(status.plain);
}

static const struct {
    const char *body;
    const char *message;
} bodies[] = {
    {"404 page not found\n", "404 page not found"},
    {"service unavailable", "service unavailable"},
    {"", "the answer has no body"},
    {" \r\n ", "the answer has no body"},
    {"\n  first\nsecond", "first"},
    {"<html><body>502</body></html>",
     "the answer is an HTML page, not one of an API server: is there a proxy or another web server "
     "at this address?"},
    {"\n<!DOCTYPE HTML PUBLIC \"x\">",
     "the answer is an HTML page, not one of an API server: is there a proxy or another web server "
     "at this address?"},
    {"{\"message\":\"no Route matched\"}", "{\"message\":\"no Route matched\"}"},
    {"{broken", "{broken"},
    {"{\"kind\":\"Pod\"}", "{\"kind\":\"Pod\"}"},
    {"caf\xe9", "caf\xef\xbf\xbd"},
};

static void test_036__status_read__no_status_object__readable_message(maybe_unused void **state)
{
    for (size_t i = 0; i < array_length(bodies); i++) {
        auto_kube_status struct kube_status status = read_text(502, bodies[i].body);
        assert_string_equal(status.message, bodies[i].message);
        assert_string_equal(status.reason, "");
        assert_true(status.plain);
        assert_null(status.status);
    }
}

static void test_036__status_read__long_plain_text__cut(maybe_unused void **state)
{
    char body[5000];
    memset(body, 'x', sizeof(body));
    body[sizeof(body) - 1] = '\0';
    auto_kube_status struct kube_status status = read_text(500, body);
    assert_int_equal(strlen(status.message), 300);
}

static void test_036__status_read__long_texts__cut(maybe_unused void **state)
{
    char text[20000];
    memset(text, 'x', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    json_auto_t *value =
        json_pack("{ss, ss, ss}", "kind", "Status", "message", text, "reason", text);
    auto_free char *body = json_dumps(value, 0);
    auto_kube_status struct kube_status status = read_text(400, body);
    assert_non_null(strstr(status.message, "xxx… (19999 bytes)"));
    assert_true(strlen(status.message) < 8300);
    assert_non_null(strstr(status.reason, "xxx… (19999 bytes)"));
    assert_true(strlen(status.reason) < 200);
}

static void test_036__status_error__many_causes__counted(maybe_unused void **state)
{
    json_auto_t *value =
        json_pack("{ss, ss, s{s[]}}", "kind", "Status", "message", "m", "details", "causes");
    json_t *causes = json_object_get(json_object_get(value, "details"), "causes");
    for (int i = 0; i < 1000; i++)
        json_array_append_new(causes, json_pack("{ss, ss}", "field", "spec.a", "message",
                                                "a sentence of some fifty letters or a few more"));
    auto_free char *body = json_dumps(value, 0);
    auto_kube_status struct kube_status status = read_text(422, body);
    auto_error struct error *err = NULL;
    kube_status_error(&status, &err);
    assert_non_null(strstr(err->message, " more causes"));
    assert_true(strlen(err->message) < 20000);
}

/* A message that quotes COUNT letters and then goes on. */
static char *quoting(size_t count)
{
    auto_free char *letters = xcalloc(count + 1, 1);
    memset(letters, 'x', count);
    return xasprintf("patch: Invalid value: \"{\\\"k\\\":\\\"%s\\\"}\": unknown field \"spec.foo\"",
                     letters);
}

static void test_status_read__long_quoted_value__left_out_everywhere(maybe_unused void **state)
{
    auto_free char *message = quoting(600);
    json_auto_t *body = json_from("{'kind':'Status','details':{'causes':[{'field':'patch'}]}}");
    json_object_set_new(body, "message", json_string(message));
    json_t *causes = json_object_get(json_object_get(body, "details"), "causes");
    json_object_set_new(json_array_get(causes, 0), "message", json_string(message));
    auto_free char *text = json_dumps(body, 0);
    auto_kube_status struct kube_status status = read_text(422, text);
    assert_string_equal(status.message, "patch: Invalid value: (614 characters): unknown field "
                                        "\"spec.foo\"");
    auto_free char *whole = json_dumps(status.status, 0);
    assert_null(strstr(whole, "xx"));
}

static void test_status_read__short_or_open_quote__stays(maybe_unused void **state)
{
    auto_free char *message = quoting(400);
    auto_free char *open = xasprintf("%s: Invalid value: \"%s", message, message);
    json_auto_t *body = json_from("{'kind':'Status'}");
    json_object_set_new(body, "message", json_string(open));
    auto_free char *text = json_dumps(body, 0);
    auto_kube_status struct kube_status status = read_text(422, text);
    assert_string_equal(status.message, open);
}

static void test_status_has_cause__reasons__exact(maybe_unused void **state)
{
    auto_kube_status struct kube_status status =
        read_json(403, "{'kind':'Status','details':{'causes':[{'field':'x'},"
                       "{'reason':'NamespaceTerminating'}]}}");
    assert_true(kube_status_has_cause(&status, "NamespaceTerminating"));
    assert_false(kube_status_has_cause(&status, "FieldManagerConflict"));
    auto_kube_status struct kube_status plain = read_text(403, "no");
    assert_false(kube_status_has_cause(&plain, "NamespaceTerminating"));
}

#define WEBHOOK    "Internal error occurred: failed calling webhook 'w.example.com': "
#define CALL       WEBHOOK "failed to call webhook: Post 'https://w.ns.svc:443/m?timeout=10s': "
#define CONVERSION "conversion webhook for example.com/v1, Kind=Widget failed: "

static const struct {
    int code;
    const char *reason;
    const char *message;
    const char *details;
    enum kube_patience patience;
} judged[] = {
    /* Webhooks that are not ready. */
    {500, "InternalError", CALL "dial tcp 10.0.0.1:443: connect: connection refused", "",
     KUBE_PASSING},
    {500, "InternalError", CALL "no endpoints available for service 'w'", "", KUBE_PASSING},
    {500, "InternalError", CALL "context deadline exceeded", "", KUBE_PASSING},
    {500, "InternalError", CALL "dial tcp: i/o timeout", "", KUBE_PASSING},
    {500, "InternalError", CALL "connect: no route to host", "", KUBE_PASSING},
    {500, "InternalError", CALL "EOF", "", KUBE_PASSING},
    {500, "InternalError", CALL "service 'w' not found", "", KUBE_PASSING},
    {500, "InternalError", CALL "x509: certificate signed by unknown authority", "", KUBE_PASSING},
    {500, "InternalError", CALL "tls: failed to verify certificate", "", KUBE_PASSING},
    {500, "InternalError", CALL "read: connection reset by peer", "", KUBE_PASSING},
    {500, "InternalError", WEBHOOK "expected response.uid='a', got ''", "", KUBE_PASSING},
    {500, "InternalError", WEBHOOK "the server could not find the requested resource", "",
     KUBE_PASSING},
    {500, "InternalError", "failed to call webhook: Post 'https://w': EOF", "", KUBE_PASSING},
    {500, "", CONVERSION "Post 'https://w.ns.svc:443/c': connection refused", "", KUBE_PASSING},
    {500, "", CONVERSION "Post 'https://w.ns.svc:443/c': x509: unknown authority", "",
     KUBE_PASSING},
    {500, "", CONVERSION "no endpoints available for service 'w'", "", KUBE_PASSING},
    {500, "InternalError", WEBHOOK "invalid character in response", "", KUBE_FINAL},
    {500, "InternalError", "dial tcp 10.0.0.1:443: connect: connection refused", "", KUBE_FINAL},
    /* Webhooks that said no, whatever else their text says. */
    {403, "Forbidden", "admission webhook 'w' denied the request: no", "", KUBE_FINAL},
    {400, "BadRequest", "admission webhook 'w' denied the request: EOF", "", KUBE_FINAL},
    {422, "Invalid", "admission webhook 'w' denied the request: no", "", KUBE_FINAL},
    {500, "InternalError",
     "admission webhook 'w' denied the request: failed calling webhook 'x': EOF", "", KUBE_FINAL},
    /* The server itself. */
    {504, "Timeout", "Timeout: request did not complete within the allotted timeout", "",
     KUBE_PASSING},
    {500, "", "request did not complete within the allotted timeout", "", KUBE_PASSING},
    {504, "Timeout", "context deadline exceeded", "", KUBE_PASSING},
    {500, "ServerTimeout", "the server cannot complete the requested operation", "", KUBE_PASSING},
    {500, "", "etcdserver: leader changed", "", KUBE_PASSING},
    {500, "", "etcdserver: request timed out", "", KUBE_PASSING},
    {503, "ServiceUnavailable", "the server is currently unable to handle the request", "",
     KUBE_PASSING},
    {500, "InternalError", "please wait", "'retryAfterSeconds':2", KUBE_PASSING},
    {500, "InternalError", "please wait", "'retryAfterSeconds':0", KUBE_FINAL},
    {500, "InternalError", "boom", "", KUBE_FINAL},
    {500, "", "etcdserver: request is too large", "'retryAfterSeconds':1", KUBE_FINAL},
    {500, "",
     "failed to create typed patch object (t/a; v1, Kind=A): .spec.foo: field not declared in "
     "schema",
     "", KUBE_FINAL},
    {500, "", "failed to create typed patch object: duplicate entries for key [name='FOO']",
     "'retryAfterSeconds':1", KUBE_FINAL},
    /* Conflicts. */
    {409, "Conflict",
     "the object has been modified; please apply your changes to the latest version and try again",
     "", KUBE_RACE},
    {409, "Conflict", "Apply failed with 1 conflict",
     "'causes':[{'reason':'FieldManagerConflict'}]", KUBE_FINAL},
    {409, "AlreadyExists", "namespaces 'x' already exists", "", KUBE_FINAL},
    {409, "Conflict", "Precondition failed: UID in precondition: a, UID in object meta: b", "",
     KUBE_FINAL},
    {409, "Conflict",
     "uid mismatch: the provided object specified uid a, and no existing object was found", "",
     KUBE_FINAL},
    {409, "Conflict",
     "the UID in the precondition (a) does not match the UID in record (b). The object might have "
     "been deleted and then recreated",
     "", KUBE_FINAL},
    {409, "", "odd", "", KUBE_FINAL},
    /* Refusals. */
    {400, "BadRequest", "context deadline exceeded", "", KUBE_FINAL},
    {401, "Unauthorized", "Unauthorized", "", KUBE_FINAL},
    {403, "Forbidden", "forbidden", "", KUBE_FINAL},
    {404, "NotFound", "namespaces 't' not found", "", KUBE_FINAL},
    {405, "MethodNotAllowed", "m", "", KUBE_FINAL},
    {406, "NotAcceptable", "m", "", KUBE_FINAL},
    {410, "Gone", "m", "", KUBE_FINAL},
    {413, "RequestEntityTooLarge", "m", "", KUBE_FINAL},
    {415, "UnsupportedMediaType", "m", "", KUBE_FINAL},
    {422, "Invalid", "m", "'retryAfterSeconds':1", KUBE_FINAL},
    /* Left to the policy of HTTP, which reads Retry-After. */
    {429, "TooManyRequests", "m", "'retryAfterSeconds':1", KUBE_FINAL},
};

static void test_status_patience__every_text__as_documented(maybe_unused void **state)
{
    for (size_t i = 0; i < array_length(judged); i++) {
        json_auto_t *body = json_from("{'kind':'Status'}");
        json_object_set_new(body, "reason", json_string(judged[i].reason));
        json_object_set_new(body, "message", json_string(judged[i].message));
        auto_free char *details = xasprintf("{%s}", judged[i].details);
        json_object_set_new(body, "details", json_from(details));
        auto_free char *text = json_dumps(body, 0);
        auto_kube_status struct kube_status status = read_text(judged[i].code, text);
        if (kube_status_patience(&status) != judged[i].patience)
            fail_msg("row %zu: %d %s", i, judged[i].code, judged[i].message);
    }
}

static void test_100__status_patience__undeclared_field__not_repeated(maybe_unused void **state)
{
    auto_kube_status struct kube_status status = read_json(
        500, "{'kind':'Status','message':'failed to create typed patch object (t/a; apps/v1, "
             "Kind=Deployment): .spec.foo: field not declared in schema'}");
    assert_int_equal(kube_status_patience(&status), KUBE_FINAL);
}

static void test_064__status_patience__plain_body__texts_count_too(maybe_unused void **state)
{
    auto_kube_status struct kube_status status =
        read_text(503, "the server is currently unable to handle the request");
    assert_int_equal(kube_status_patience(&status), KUBE_PASSING);
    auto_kube_status struct kube_status other = read_text(409, "conflict");
    assert_int_equal(kube_status_patience(&other), KUBE_FINAL);
}

/* Checks the error that STATUS makes; takes its own copy down. */
static void check_error(struct kube_status status, enum error_kind kind, const char *message,
                        const char *detail)
{
    auto_error struct error *error = NULL;
    kube_status_error(&status, &error);
    assert_non_null(error);
    assert_string_equal(error->message, message);
    assert_int_equal(error->kind, kind);
    assert_int_equal(error->code, status.code);
    assert_json(error->detail, detail);
    kube_status_clear(&status);
}

static void
test_006__status_error__field_manager_conflict__causes_and_remedy(maybe_unused void **state)
{
    check_error(
        read_json(409,
                  "{'kind':'Status','reason':'Conflict','message':'Apply failed with 1 conflict',"
                  "'details':{'causes':[{'reason':'FieldManagerConflict','field':'.data.k',"
                  "'message':'conflict with \\'other\\' using v1'}]}}"),
        ERROR_CONFLICT,
        "Apply failed with 1 conflict (Conflict, HTTP 409)\n"
        ".data.k: conflict with \"other\" using v1\n"
        "Another field manager owns these fields: leave them out of the manifest, or set "
        "force_conflicts: true to take them over.",
        "{'status':409,'reason':'Conflict','error':{'kind':'Status','reason':'Conflict',"
        "'message':'Apply failed with 1 conflict','details':{'causes':[{'reason':"
        "'FieldManagerConflict','field':'.data.k','message':'conflict with \\'other\\' using "
        "v1'}]}}}");
}

static void test_029__status_error__invalid__one_line_a_cause(maybe_unused void **state)
{
    check_error(
        read_json(422, "{'kind':'Status','reason':'Invalid','message':'Deployment a is invalid',"
                       "'details':{'causes':[{'field':'spec.replicas','message':'must be >= 0'},"
                       "{'message':'no field'},{'field':'x'}]}}"),
        ERROR_STATUS,
        "Deployment a is invalid (Invalid, HTTP 422)\nspec.replicas: must be >= 0\nno field",
        "{'status':422,'reason':'Unprocessable Entity','error':{'kind':'Status',"
        "'reason':'Invalid','message':'Deployment a is invalid','details':{'causes':["
        "{'field':'spec.replicas','message':'must be >= 0'},{'message':'no field'},"
        "{'field':'x'}]}}}");
}

static void test_034__status_error__too_large__limit_named(maybe_unused void **state)
{
    check_error(read_text(413, "Request entity too large: limit is 3145728"), ERROR_STATUS,
                "Request entity too large: limit is 3145728 (Request Entity Too Large, HTTP 413)\n"
                "The API server takes at most 3 MiB a request.",
                "{'status':413,'reason':'Request Entity Too Large'}");
}

static void test_status_error__unauthorized__auth(maybe_unused void **state)
{
    check_error(
        read_json(401, "{'kind':'Status','reason':'Unauthorized','message':'Unauthorized'}"),
        ERROR_AUTH,
        "Unauthorized (Unauthorized, HTTP 401)\nThe server did not accept the credentials.",
        "{'status':401,'reason':'Unauthorized','error':{'kind':'Status',"
        "'reason':'Unauthorized','message':'Unauthorized'}}");
}

static void test_032__status_error__forbidden__reason_is_the_http_phrase(maybe_unused void **state)
{
    check_error(read_json(403, "{'kind':'Status','reason':'Forbidden','message':'cannot create'}"),
                ERROR_STATUS, "cannot create (Forbidden, HTTP 403)",
                "{'status':403,'reason':'Forbidden','error':{'kind':'Status','reason':'Forbidden',"
                "'message':'cannot create'}}");
}

static void test_036__status_error__plain_text__phrase_for_the_reason(maybe_unused void **state)
{
    check_error(read_text(404, "404 page not found"), ERROR_STATUS,
                "404 page not found (Not Found, HTTP 404)", "{'status':404,'reason':'Not Found'}");
    check_error(read_text(499, "odd"), ERROR_STATUS, "odd (HTTP 499)",
                "{'status':499,'reason':''}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_status_read__status_object__facts),
        cmocka_unit_test(test_status_read__status_without_texts__says_so),
        cmocka_unit_test(test_036__status_read__no_status_object__readable_message),
        cmocka_unit_test(test_036__status_read__long_plain_text__cut),
        cmocka_unit_test(test_036__status_read__long_texts__cut),
        cmocka_unit_test(test_036__status_error__many_causes__counted),
        cmocka_unit_test(test_status_read__long_quoted_value__left_out_everywhere),
        cmocka_unit_test(test_status_read__short_or_open_quote__stays),
        cmocka_unit_test(test_status_has_cause__reasons__exact),
        cmocka_unit_test(test_status_patience__every_text__as_documented),
        cmocka_unit_test(test_100__status_patience__undeclared_field__not_repeated),
        cmocka_unit_test(test_064__status_patience__plain_body__texts_count_too),
        cmocka_unit_test(test_006__status_error__field_manager_conflict__causes_and_remedy),
        cmocka_unit_test(test_029__status_error__invalid__one_line_a_cause),
        cmocka_unit_test(test_034__status_error__too_large__limit_named),
        cmocka_unit_test(test_status_error__unauthorized__auth),
        cmocka_unit_test(test_032__status_error__forbidden__reason_is_the_http_phrase),
        cmocka_unit_test(test_036__status_error__plain_text__phrase_for_the_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
