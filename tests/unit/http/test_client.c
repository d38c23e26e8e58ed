#include "support/unit.h"

#include <zlib.h>

#include "fakes/fake_server.h"
#include "http/client.h"

/* One exchange with a server that follows SCRIPT; the answer is in the job. */
struct exchange {
    struct fake_server *server;
    struct http_client *client;
    struct http_job job;
};

static void begin(struct exchange *exchange, const struct fake_reply *script, size_t count,
                  const struct http_options *options)
{
    static const struct http_options nothing = {0};
    struct error *err = NULL;
    exchange->server = fake_server_start(script, count, NULL);
    exchange->client = http_client_new(options ? options : &nothing, &err);
    assert_no_error(err);
    http_job_init(&exchange->job, "GET", fake_server_url(exchange->server, "/path?q=1"));
}

static void end(struct exchange *exchange)
{
    http_job_clear(&exchange->job);
    http_client_free(exchange->client);
    fake_server_stop(exchange->server);
}

static void perform(struct exchange *exchange)
{
    struct error *err = NULL;
    int result = http_client_perform(exchange->client, &exchange->job, &err);
    assert_no_error(err);
    assert_int_equal(result, 0);
}

static bool request_has(struct exchange *exchange, size_t i, const char *part)
{
    auto_free char *text = fake_server_request(exchange->server, i);
    return strstr(text, part) != NULL;
}

static void test_client__get__brings_status_headers_body_and_reason(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {
        {.when = "GET /path?q=1 HTTP/1.1", .headers = "X-A: 1\r\nx-a:  2 \r\n", .body = "hello"}};
    struct exchange exchange;
    begin(&exchange, script, 1, NULL);
    perform(&exchange);
    const struct http_response *response = &exchange.job.response;
    assert_int_equal(response->status, 200);
    assert_string_equal(response->reason, "OK");
    assert_string_equal(buf_str(&response->body), "hello");
    assert_int_equal(response->headers.count, 3);
    assert_string_equal(response->headers.items[1], "X-A: 1");
    assert_string_equal(response->headers.items[2], "x-a:  2");
    assert_int_equal(exchange.job.attempts, 1);
    assert_int_equal(exchange.job.failure, HTTP_FAILURE_NONE);
    assert_int_equal(http_client_count(exchange.client), 1);
    end(&exchange);
}

static void test_client__plain_get__sends_no_more_than_it_must(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {{.body = "x"}};
    struct http_options options = {.user_agent = "agent/1"};
    struct exchange exchange;
    begin(&exchange, script, 1, &options);
    perform(&exchange);
    assert_true(request_has(&exchange, 0, "\r\nUser-Agent: agent/1\r\n"));
    assert_true(request_has(&exchange, 0, "\r\nAccept-Encoding: gzip\r\n"));
    assert_false(request_has(&exchange, 0, "Expect"));
    assert_false(request_has(&exchange, 0, "Content-"));
    assert_false(request_has(&exchange, 0, "Cookie"));
    end(&exchange);
}

static void test_client__no_agent_named__says_who_all_requests_are_from(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {{.body = "x"}};
    struct http_options options = {0};
    struct exchange exchange;
    begin(&exchange, script, 1, &options);
    perform(&exchange);
    assert_true(request_has(&exchange, 0, "\r\nUser-Agent: " HTTP_USER_AGENT "\r\n"));
    end(&exchange);
}

static void test_client__no_compression__asks_for_none(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {{.body = "x"}};
    struct http_options options = {.no_compression = true};
    struct exchange exchange;
    begin(&exchange, script, 1, &options);
    perform(&exchange);
    assert_false(request_has(&exchange, 0, "Accept-Encoding"));
    end(&exchange);
}

static void test_client__headers__repeated_and_empty_ones_arrive(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {{.body = "x"}};
    struct exchange exchange;
    begin(&exchange, script, 1, NULL);
    http_request_header(&exchange.job.request, "Impersonate-Group", "a");
    http_request_header(&exchange.job.request, "Impersonate-Group", "b");
    http_request_header(&exchange.job.request, "X-Empty", "");
    perform(&exchange);
    assert_true(request_has(&exchange, 0, "Impersonate-Group: a\r\nImpersonate-Group: b\r\n"));
    assert_true(request_has(&exchange, 0, "\r\nX-Empty:\r\n"));
    end(&exchange);
}

/* Each method with and without body, one after the other over one connection. */
static void test_client__methods_and_bodies__do_not_stick_to_the_next_request(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {{.body = "x"}};
    static const struct {
        const char *method;
        const char *body;
    } rows[] = {
        {"PATCH", "{\"a\":1}"}, {"GET", NULL}, {"DELETE", "{}"}, {"DELETE", NULL}, {"POST", ""},
        {"POST", "b"},          {"PUT", "c"},  {"HEAD", NULL},   {"GET", NULL},
    };
    struct exchange exchange;
    begin(&exchange, script, 1, NULL);
    for (size_t i = 0; i < array_length(rows); i++) {
        struct http_request *request = &exchange.job.request;
        request->method = rows[i].method;
        request->has_body = rows[i].body != NULL;
        buf_clear(&request->body);
        if (rows[i].body)
            buf_add_str(&request->body, rows[i].body);
        perform(&exchange);
        auto_free char *text = fake_server_request(exchange.server, i);
        auto_free char *line = xasprintf("%s /path?q=1 HTTP/1.1\r\n", rows[i].method);
        auto_free char *length =
            xasprintf("\r\nContent-Length: %zu\r\n", rows[i].body ? strlen(rows[i].body) : 0);
        assert_memory_equal(text, line, strlen(line));
        assert_int_equal(strstr(text, length) != NULL, rows[i].body != NULL);
        assert_null(strstr(text, "Content-Type"));
        assert_string_equal(strstr(text, "\r\n\r\n") + 4, rows[i].body ? rows[i].body : "");
        assert_int_equal(exchange.job.response.body.size, strcmp(rows[i].method, "HEAD") != 0);
    }
    assert_int_equal(fake_server_connections(exchange.server), 1);
    end(&exchange);
}

static void test_client__large_upload__arrives_whole_without_expect(void **state)
{
    (void)state;
    enum { SIZE = 2 * 1024 * 1024 + 7 };
    static const struct fake_reply script[] = {{.status = 201, .body = "{}"}};
    struct exchange exchange;
    begin(&exchange, script, 1, NULL);
    exchange.job.request.method = "PATCH";
    exchange.job.request.has_body = true;
    http_request_header(&exchange.job.request, "Content-Type", "application/apply-patch+yaml");
    for (size_t i = 0; i < SIZE; i++)
        buf_add_char(&exchange.job.request.body, (char)('a' + i % 26));
    perform(&exchange);
    assert_int_equal(exchange.job.response.status, 201);
    assert_string_equal(exchange.job.response.reason, "Created");
    auto_free char *text = fake_server_request(exchange.server, 0);
    const char *body = strstr(text, "\r\n\r\n") + 4;
    assert_int_equal(strlen(body), SIZE);
    assert_memory_equal(body, exchange.job.request.body.data, SIZE);
    assert_null(strstr(text, "Expect"));
    assert_non_null(strstr(text, "\r\nContent-Type: application/apply-patch+yaml\r\n"));
    end(&exchange);
}

static void test_client__redirect__is_an_answer_like_others(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {
        {.status = 302, .headers = "Location: http://127.0.0.1:1/\r\n"}};
    struct exchange exchange;
    begin(&exchange, script, 1, NULL);
    perform(&exchange);
    assert_int_equal(exchange.job.response.status, 302);
    assert_int_equal(fake_server_requests(exchange.server), 1);
    end(&exchange);
}

static void test_client__failure_status__has_its_body_whatever_it_is(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {
        {.status = 502, .headers = "Content-Type: text/html\r\n", .body = "<html>Bad</html>"}};
    struct exchange exchange;
    begin(&exchange, script, 1, NULL);
    perform(&exchange);
    assert_int_equal(exchange.job.response.status, 502);
    assert_string_equal(exchange.job.response.reason, "Bad Gateway");
    assert_string_equal(buf_str(&exchange.job.response.body), "<html>Bad</html>");
    end(&exchange);
}

static void test_client__interim_answer__leaves_no_headers(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {
        {.fault = FAKE_RAW,
         .body = "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
                 "HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 2\r\n\r\nhi"}};
    struct exchange exchange;
    begin(&exchange, script, 1, NULL);
    perform(&exchange);
    assert_int_equal(exchange.job.response.status, 200);
    assert_null(http_response_header(&exchange.job.response, "Link"));
    assert_string_equal(http_response_header(&exchange.job.response, "A"), "b");
    end(&exchange);
}

/* LENGTH zero bytes, gzipped: small on the wire, large when unpacked. */
static struct fake_reply gzipped_zeros(size_t length, char *packed, size_t room)
{
    z_stream stream = {0};
    auto_free char *zeros = xcalloc(1, length);
    deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
    stream.next_in = (unsigned char *)zeros;
    stream.avail_in = (unsigned)length;
    stream.next_out = (unsigned char *)packed;
    stream.avail_out = (unsigned)room;
    deflate(&stream, Z_FINISH);
    deflateEnd(&stream);
    return (struct fake_reply){
        .headers = "Content-Encoding: gzip\r\n", .body = packed, .body_size = stream.total_out};
}

static void test_client__gzip__is_unpacked(void **state)
{
    (void)state;
    char packed[4096];
    struct fake_reply script[] = {gzipped_zeros(100000, packed, sizeof(packed))};
    struct exchange exchange;
    begin(&exchange, script, 1, NULL);
    perform(&exchange);
    assert_int_equal(exchange.job.response.body.size, 100000);
    assert_int_equal(exchange.job.response.body.data[99999], 0);
    end(&exchange);
}

static void test_client__gzip_bomb__stops_at_max_body(void **state)
{
    (void)state;
    char packed[65536];
    struct fake_reply script[] = {gzipped_zeros(10 * 1024 * 1024, packed, sizeof(packed))};
    struct http_options options = {.max_body = 1024 * 1024};
    struct exchange exchange;
    struct error *err = NULL;
    begin(&exchange, script, 1, &options);
    assert_int_equal(http_client_perform(exchange.client, &exchange.job, &err), -1);
    assert_int_equal(exchange.job.failure, HTTP_FAILURE_TOO_BIG);
    assert_error(&err, ERROR_HTTP, "the answer is larger than 1048576 bytes");
    assert_int_equal(exchange.job.response.body.size, 0);
    end(&exchange);
}

static void test_client__body_of_exactly_max_body__is_fine(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {{.times = 1, .body = "12345"}, {.body = "123456"}};
    struct http_options options = {.max_body = 5};
    struct exchange exchange;
    struct error *err = NULL;
    begin(&exchange, script, 2, &options);
    perform(&exchange);
    assert_string_equal(buf_str(&exchange.job.response.body), "12345");
    assert_int_equal(http_client_perform(exchange.client, &exchange.job, &err), -1);
    assert_error(&err, ERROR_HTTP, "larger than 5 bytes");
    end(&exchange);
}

static void test_client__proxy_in_the_environment__is_ignored(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {{.body = "direct"}};
    static const char *const names[] = {"http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"};
    struct exchange exchange;
    for (size_t i = 0; i < array_length(names); i++)
        setenv(names[i], "http://127.0.0.1:1", 1);
    begin(&exchange, script, 1, NULL);
    perform(&exchange);
    for (size_t i = 0; i < array_length(names); i++)
        unsetenv(names[i]);
    assert_string_equal(buf_str(&exchange.job.response.body), "direct");
    end(&exchange);
}

static void test_client__proxy_option__is_used_whatever_no_proxy_says(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {{.body = "from the proxy"}};
    struct fake_server *proxy = fake_server_start(script, 1, NULL);
    auto_free char *url = fake_server_url(proxy, "");
    auto_strv struct strv headers = {0};
    strv_add(&headers, "X-For-Proxy: 1");
    struct http_options options = {.proxy = url, .proxy_headers = &headers};
    struct exchange exchange;
    setenv("no_proxy", "*", 1);
    begin(&exchange, script, 1, &options);
    perform(&exchange);
    unsetenv("no_proxy");
    auto_free char *text = fake_server_request(proxy, 0);
    assert_int_equal(fake_server_requests(exchange.server), 0);
    assert_memory_equal(text, "GET http://127.0.0.1:", 21);
    assert_non_null(strstr(text, "\r\nX-For-Proxy: 1\r\n"));
    end(&exchange);
    fake_server_stop(proxy);
}

static void test_client__host_in_no_proxy__is_reached_directly(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {{.body = "direct"}};
    struct http_options options = {.proxy = "http://127.0.0.1:1",
                                   .no_proxy = "example.com,127.0.0.0/8"};
    struct exchange exchange;
    begin(&exchange, script, 1, &options);
    perform(&exchange);
    assert_string_equal(buf_str(&exchange.job.response.body), "direct");
    end(&exchange);
}

static void test_client__port_in_no_proxy__is_the_only_one_reached_directly(void **state)
{
    (void)state;
    static const struct fake_reply through[] = {{.body = "from the proxy"}};
    static const struct fake_reply straight[] = {{.body = "direct"}};
    struct fake_server *proxy = fake_server_start(through, 1, NULL);
    auto_free char *url = fake_server_url(proxy, "");
    for (int other = 0; other < 2; other++) {
        struct exchange exchange = {.server = fake_server_start(straight, 1, NULL)};
        auto_free char *only =
            xasprintf("h, 127.0.0.1:%d", fake_server_port(exchange.server) + other);
        struct error *err = NULL;
        exchange.client =
            http_client_new(&(struct http_options){.proxy = url, .no_proxy = only}, &err);
        assert_no_error(err);
        http_job_init(&exchange.job, "GET", fake_server_url(exchange.server, "/"));
        perform(&exchange);
        assert_string_equal(buf_str(&exchange.job.response.body),
                            other ? "from the proxy" : "direct");
        end(&exchange);
    }
    fake_server_stop(proxy);
}

static void test_client__unusable_options__are_refused_at_once(void **state)
{
    (void)state;
    struct error *err = NULL;
    assert_null(http_client_new(&(struct http_options){.proxy = "ftp://p"}, &err));
    assert_error(&err, ERROR_USAGE, "unsupported scheme");
    assert_null(http_client_new(&(struct http_options){.ca_pem = "nonsense"}, &err));
    assert_error(&err, ERROR_AUTH, "CA certificate");
    assert_null(http_client_new(&(struct http_options){.client_cert_pem = "x"}, &err));
    assert_error(&err, ERROR_AUTH, "needs a key");
    assert_null(http_client_new(&(struct http_options){.client_key_pem = "x"}, &err));
    assert_error(&err, ERROR_AUTH, "needs a key");
    http_client_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_client__get__brings_status_headers_body_and_reason),
        cmocka_unit_test(test_client__plain_get__sends_no_more_than_it_must),
        cmocka_unit_test(test_client__no_agent_named__says_who_all_requests_are_from),
        cmocka_unit_test(test_client__no_compression__asks_for_none),
        cmocka_unit_test(test_client__headers__repeated_and_empty_ones_arrive),
        cmocka_unit_test(test_client__methods_and_bodies__do_not_stick_to_the_next_request),
        cmocka_unit_test(test_client__large_upload__arrives_whole_without_expect),
        cmocka_unit_test(test_client__redirect__is_an_answer_like_others),
        cmocka_unit_test(test_client__failure_status__has_its_body_whatever_it_is),
        cmocka_unit_test(test_client__interim_answer__leaves_no_headers),
        cmocka_unit_test(test_client__gzip__is_unpacked),
        cmocka_unit_test(test_client__gzip_bomb__stops_at_max_body),
        cmocka_unit_test(test_client__body_of_exactly_max_body__is_fine),
        cmocka_unit_test(test_client__proxy_in_the_environment__is_ignored),
        cmocka_unit_test(test_client__proxy_option__is_used_whatever_no_proxy_says),
        cmocka_unit_test(test_client__host_in_no_proxy__is_reached_directly),
        cmocka_unit_test(test_client__port_in_no_proxy__is_the_only_one_reached_directly),
        cmocka_unit_test(test_client__unusable_options__are_refused_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
