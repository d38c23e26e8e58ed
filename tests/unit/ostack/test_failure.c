#include "ostack/failure.h"
#include "unit/ostack/place.h"

static void answer_init(struct http_response *answer, int status, const char *body)
{
    http_response_init(answer);
    answer->status = status;
    answer->reason = xstrdup(http_status_phrase(status));
    buf_add_str(&answer->body, body);
}

static const struct row {
    const char *body;
    const char *words;
} rows[] = {
    /* Magnum */
    {"{'errors': [{'status': 400, 'code': 'client', 'title': 'Cut at the', 'detail': 'Cut at the "
     "dot. Not "
     "here.', 'links': []}]}",
     "Cut at the dot. Not here."},
    {"{'errors': [{'title': 'Only a title', 'detail': ''}]}", "Only a title"},
    {"{'errors': [{'code': 'magnum.microversion-unsupported', 'title': 'Requested microversion is "
     "unsupported', 'min_version': '1.1', 'max_version': '1.14'}]}",
     "this server supports the microversions 1.1 to 1.14"},
    {"{'faultstring': 'a WSME fault', 'faultcode': 'Client'}", "a WSME fault"},
    /* Keystone, and the token check of every service */
    {"{'error': {'code': 401, 'title': 'Unauthorized', 'message': 'needs authentication'}}",
     "needs authentication"},
    /* Nova, Neutron, Glance */
    {"{'itemNotFound': {'code': 404, 'message': 'Keypair k not found'}}", "Keypair k not found"},
    {"{'NeutronError': {'type': 'X', 'message': 'no such network', 'detail': ''}}",
     "no such network"},
    {"{'message': 'flat', 'code': '404 Not Found', 'title': 'Not Found'}", "flat"},
    /* what stands in their place */
    {"<html><head><title>502 Bad\n Gateway</title></head><body><h1>haproxy</h1></body></html>",
     "an HTML page, as of a proxy or another web server: 502 Bad Gateway haproxy"},
    {"plain\x01text\nof a server", "plain text of a server"},
    {"", "the answer has no body"},
    {"{'errors': 'no list'}", "{\"errors\": \"no list\"}"},
    {"{'errors': []}", "{\"errors\": []}"},
    {"[1]", "[1]"},
    {"{'error': 'a text'}", "a text"},
};

static void test_failure__each_shape_of_body__gives_its_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < array_length(rows); i++) {
        struct http_response answer;
        auto_free char *code = NULL;
        auto_free char *body = xstrdup(rows[i].body);
        for (char *c = strchr(body, '\''); c; c = strchr(c, '\''))
            *c = '"';
        answer_init(&answer, 400, body);
        auto_free char *words = osk_failure_text(&answer, &code);
        assert_string_equal(words, rows[i].words);
        http_response_clear(&answer);
    }
}

static void test_failure__a_body_without_end__is_cut(void **state)
{
    (void)state;
    struct http_response answer;
    auto_free char *code = NULL;
    answer_init(&answer, 500, "");
    for (int i = 0; i < 5000; i++)
        buf_add_char(&answer.body, 'x');
    auto_free char *words = osk_failure_text(&answer, &code);
    assert_int_equal(strlen(words), 200);
    http_response_clear(&answer);
}

static void test_failure__an_answer__becomes_an_error_with_its_facts(void **state)
{
    (void)state;
    struct http_response answer;
    struct error *err = NULL;
    answer_init(&answer, 409, "{\"errors\": [{\"detail\": \"twice\", \"code\": \"client\"}]}");
    strv_add(&answer.headers, "X-OpenStack-Request-ID: req-1");
    osk_failure_make(&answer, "Magnum", "GET", "http://h:1/v1/clustertemplates/x?limit=1", &err);
    assert_string_equal(err->message,
                        "Magnum answered 409 Conflict to GET /v1/clustertemplates/x: twice");
    assert_int_equal(err->kind, ERROR_CONFLICT);
    assert_int_equal(err->code, 409);
    assert_json(err->detail,
                "{'reason': 'Conflict', 'status': 409, 'error': 'twice', 'request_id': "
                "'req-1'}");
    assert_string_equal(osk_request_id(&answer), "req-1");
    error_clear(&err);
    http_response_clear(&answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_failure__each_shape_of_body__gives_its_words),
        cmocka_unit_test(test_failure__a_body_without_end__is_cut),
        cmocka_unit_test(test_failure__an_answer__becomes_an_error_with_its_facts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
