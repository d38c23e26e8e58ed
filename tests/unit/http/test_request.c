#include "support/unit.h"

#include "http/request.h"

static void test_request__header_with_a_line_break__is_cut_there(void **state)
{
    (void)state;
    struct http_request request;
    http_request_init(&request, "GET", xstrdup("http://h/"));
    http_request_header(&request, "A", "one");
    http_request_header(&request, "A", "two\r\nInjected: yes");
    http_request_header(&request, "B", "");
    assert_int_equal(request.headers.count, 3);
    assert_string_equal(request.headers.items[0], "A: one");
    assert_string_equal(request.headers.items[1], "A: two");
    assert_string_equal(request.headers.items[2], "B: ");
    http_request_clear(&request);
    http_request_clear(&request);
}

static void test_request__response_header__is_found_whatever_its_case(void **state)
{
    (void)state;
    struct http_response response;
    http_response_init(&response);
    strv_add(&response.headers, "Content-Typed: no");
    strv_add(&response.headers, "content-type:  application/json");
    strv_add(&response.headers, "Content-Type: second");
    strv_add(&response.headers, "Empty:");
    assert_string_equal(http_response_header(&response, "Content-Type"), "application/json");
    assert_string_equal(http_response_header(&response, "EMPTY"), "");
    assert_null(http_response_header(&response, "Content"));
    assert_null(http_response_header(&response, "Absent"));
    http_response_clear(&response);
    http_response_clear(&response);
}

static void test_request__status_phrases__are_the_standard_ones(void **state)
{
    (void)state;
    static const struct {
        int status;
        const char *phrase;
    } rows[] = {
        {200, "OK"},
        {201, "Created"},
        {401, "Unauthorized"},
        {404, "Not Found"},
        {409, "Conflict"},
        {422, "Unprocessable Entity"},
        {429, "Too Many Requests"},
        {500, "Internal Server Error"},
        {504, "Gateway Timeout"},
        {0, ""},
        {299, ""},
        {999, ""},
    };
    for (size_t i = 0; i < array_length(rows); i++)
        assert_string_equal(http_status_phrase(rows[i].status), rows[i].phrase);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request__header_with_a_line_break__is_cut_there),
        cmocka_unit_test(test_request__response_header__is_found_whatever_its_case),
        cmocka_unit_test(test_request__status_phrases__are_the_standard_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
