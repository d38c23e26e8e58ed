#include "support/unit.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "fakes/fake_pki.h"
#include "fakes/fake_server.h"
#include "http/client.h"

/* What one request to a server with SCRIPT fails with; the message is owned by the caller. */
struct outcome {
    enum http_failure failure;
    struct error *err;
};

static struct outcome get(const char *url, const struct http_options *options)
{
    struct outcome outcome = {0};
    auto_http_client struct http_client *client = http_client_new(options, &outcome.err);
    assert_no_error(outcome.err);
    struct http_job job;
    http_job_init(&job, "GET", xstrdup(url));
    assert_int_equal(http_client_perform(client, &job, &outcome.err), -1);
    assert_null(job.error);
    assert_int_equal(job.response.status, 0);
    assert_int_equal(job.response.headers.count, 0);
    outcome.failure = job.failure;
    http_job_clear(&job);
    return outcome;
}

static void check(struct outcome outcome, enum http_failure failure, enum error_kind kind,
                  const char *part)
{
    assert_int_equal(outcome.failure, failure);
    assert_error(&outcome.err, kind, part);
}

/* Each fault of a server once. */
static void test_failure__every_fault__has_its_kind_and_its_words(void **state)
{
    (void)state;
    static const struct {
        struct fake_reply reply;
        enum http_failure failure;
        enum error_kind kind;
        const char *words;
    } rows[] = {
        {{.fault = FAKE_CUT, .body = "0123456789", .fault_after = 4},
         HTTP_FAILURE_RESET,
         ERROR_HTTP,
         "the answer was cut off after 4 bytes"},
        {{.fault = FAKE_CUT, .body = "0123456789"},
         HTTP_FAILURE_RESET,
         ERROR_HTTP,
         "the answer was cut off after 0 bytes"},
        {{.fault = FAKE_CLOSE}, HTTP_FAILURE_RESET, ERROR_HTTP, "closed without an answer"},
        {{.fault = FAKE_RESET}, HTTP_FAILURE_RESET, ERROR_HTTP, "lost before the answer"},
        {{.fault = FAKE_HANG}, HTTP_FAILURE_TIMEOUT, ERROR_TIMEOUT, "no answer within 0.3 s"},
        {{.fault = FAKE_STALL, .body = "0123456789", .fault_after = 4},
         HTTP_FAILURE_TIMEOUT,
         ERROR_TIMEOUT,
         "no complete answer within 0.3 s"},
        {{.fault = FAKE_FLOOD}, HTTP_FAILURE_TOO_BIG, ERROR_HTTP, "larger than 100000 bytes"},
        {{.fault = FAKE_RAW, .body = "SSH-2.0-OpenSSH_9.2\r\n"},
         HTTP_FAILURE_OTHER,
         ERROR_HTTP,
         "the answer is not HTTP"},
        {{.headers = "Content-Encoding: gzip\r\n", .body = "this is not gzip"},
         HTTP_FAILURE_OTHER,
         ERROR_HTTP,
         "compressed answer is damaged"},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        struct http_options options = {.request_timeout_ms = 300, .max_body = 100000};
        struct fake_server *server = fake_server_start(&rows[i].reply, 1, NULL);
        auto_free char *url = fake_server_url(server, "/secret-path?token=x");
        auto_free char *peer = xasprintf("127.0.0.1:%d: ", fake_server_port(server));
        struct outcome outcome = get(url, &options);
        assert_memory_equal(outcome.err->message, peer, strlen(peer));
        assert_null(strstr(outcome.err->message, "secret"));
        check(outcome, rows[i].failure, rows[i].kind, rows[i].words);
        fake_server_stop(server);
    }
}

static void test_failure__endless_headers__are_cut_off(void **state)
{
    (void)state;
    struct buf text;
    buf_init(&text);
    for (int i = 0; i < 10000; i++)
        buf_printf(&text, "X-%d: 0123456789012345678901234567890123456789\r\n", i);
    struct fake_reply reply = {.headers = text.data, .body = "x"};
    struct fake_server *server = fake_server_start(&reply, 1, NULL);
    auto_free char *url = fake_server_url(server, "/");
    check(get(url, &(struct http_options){0}), HTTP_FAILURE_TOO_BIG, ERROR_HTTP, "headers");
    fake_server_stop(server);
    buf_clear(&text);
}

static void test_failure__nobody_listens__is_refused(void **state)
{
    (void)state;
    int port = fake_closed_port();
    auto_free char *url = xasprintf("http://user:secret@127.0.0.1:%d/", port);
    auto_free char *words = xasprintf("127.0.0.1:%d: connection refused", port);
    struct outcome outcome = get(url, &(struct http_options){0});
    assert_null(strstr(outcome.err->message, "secret"));
    check(outcome, HTTP_FAILURE_CONNECT, ERROR_HTTP, words);
}

static void test_failure__refused_after_a_good_answer__is_not_taken_for_a_reset(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {{.body = "x", .close = 1}};
    struct error *err = NULL;
    struct fake_server *server = fake_server_start(script, 1, NULL);
    auto_http_client struct http_client *client = http_client_new(&(struct http_options){0}, &err);
    struct http_job job;
    http_job_init(&job, "GET", fake_server_url(server, "/"));
    assert_int_equal(http_client_perform(client, &job, &err), 0);
    fake_server_stop(server);
    assert_int_equal(http_client_perform(client, &job, &err), -1);
    assert_int_equal(job.failure, HTTP_FAILURE_CONNECT);
    assert_error(&err, ERROR_HTTP, "connection refused");
    http_job_clear(&job);
}

static void test_failure__unknown_host__is_told(void **state)
{
    (void)state;
    check(get("http://no-such-host.invalid/", &(struct http_options){0}), HTTP_FAILURE_RESOLVE,
          ERROR_HTTP, "no-such-host.invalid:80: no such host");
}

/* A listener that never accepts and whose queue is full lets nobody connect. */
static void test_failure__no_connection_in_time__is_a_failure_to_connect(void **state)
{
    (void)state;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof(address);
    int fds[8] = {socket(AF_INET, SOCK_STREAM, 0)};
    assert_int_equal(bind(fds[0], (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(fds[0], 0), 0);
    getsockname(fds[0], (struct sockaddr *)&address, &length);
    for (size_t i = 1; i < array_length(fds); i++) {
        fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        if (connect(fds[i], (struct sockaddr *)&address, sizeof(address)) == 0)
            continue;
    }
    auto_free char *url = xasprintf("http://127.0.0.1:%d/", ntohs(address.sin_port));
    check(get(url, &(struct http_options){.connect_timeout_ms = 300}), HTTP_FAILURE_CONNECT,
          ERROR_TIMEOUT, "no connection within 0.3 s");
    for (size_t i = 0; i < array_length(fds); i++)
        close(fds[i]);
}

static void test_failure__proxy_refuses__names_proxy_and_status(void **state)
{
    (void)state;
    static const struct {
        int status;
        enum http_failure failure;
        enum error_kind kind;
        const char *words;
    } rows[] = {
        {407, HTTP_FAILURE_OTHER, ERROR_AUTH, "HTTP 407 Proxy Authentication Required"},
        {403, HTTP_FAILURE_OTHER, ERROR_HTTP, "HTTP 403 Forbidden"},
        {503, HTTP_FAILURE_CONNECT, ERROR_HTTP, "HTTP 503 Service Unavailable"},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        struct fake_reply reply = {.status = rows[i].status, .close = 1};
        struct fake_server *proxy = fake_server_start(&reply, 1, NULL);
        auto_free char *url = xasprintf("http://user:secret@127.0.0.1:%d", fake_server_port(proxy));
        auto_free char *words = xasprintf("h.example:443 through proxy 127.0.0.1:%d: the proxy "
                                          "refused to connect: %s",
                                          fake_server_port(proxy), rows[i].words);
        check(get("https://h.example/", &(struct http_options){.proxy = url}), rows[i].failure,
              rows[i].kind, words);
        fake_server_stop(proxy);
    }
}

static void test_failure__own_timeout_of_a_request__wins(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {{.fault = FAKE_HANG}};
    struct error *err = NULL;
    struct fake_server *server = fake_server_start(script, 1, NULL);
    auto_http_client struct http_client *client = http_client_new(&(struct http_options){0}, &err);
    struct http_job job;
    http_job_init(&job, "GET", fake_server_url(server, "/"));
    job.request.timeout_ms = 200;
    long long before = clock_now_ms();
    assert_int_equal(http_client_perform(client, &job, &err), -1);
    assert_in_range(clock_now_ms() - before, 190, 5000);
    assert_error(&err, ERROR_TIMEOUT, "no answer within 0.2 s");
    http_job_clear(&job);
    http_client_cleanup(&client);
    client = NULL;
    fake_server_stop(server);
}

/*
 * The server closes a kept connection when the next request is on it. Whether to send that again
 * is not for libcurl to decide, when it has a body.
 */
static void test_failure__kept_connection_dies_under_a_write__is_not_repeated(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {{.when = "GET", .body = "x"},
                                               {.when = "POST", .fault = FAKE_CLOSE}};
    struct error *err = NULL;
    struct fake_server *server = fake_server_start(script, 2, NULL);
    auto_http_client struct http_client *client = http_client_new(&(struct http_options){0}, &err);
    struct http_job get_job;
    struct http_job post;
    http_job_init(&get_job, "GET", fake_server_url(server, "/"));
    http_job_init(&post, "POST", fake_server_url(server, "/"));
    post.request.has_body = true;
    buf_add_str(&post.request.body, "{}");
    assert_int_equal(http_client_perform(client, &get_job, &err), 0);
    assert_int_equal(http_client_perform(client, &post, &err), -1);
    assert_int_equal(post.failure, HTTP_FAILURE_RESET);
    assert_int_equal(fake_server_requests(server), 2);
    error_clear(&err);
    http_job_clear(&get_job);
    http_job_clear(&post);
    fake_server_stop(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_failure__every_fault__has_its_kind_and_its_words),
        cmocka_unit_test(test_failure__endless_headers__are_cut_off),
        cmocka_unit_test(test_failure__nobody_listens__is_refused),
        cmocka_unit_test(test_failure__refused_after_a_good_answer__is_not_taken_for_a_reset),
        cmocka_unit_test(test_failure__unknown_host__is_told),
        cmocka_unit_test(test_failure__no_connection_in_time__is_a_failure_to_connect),
        cmocka_unit_test(test_failure__proxy_refuses__names_proxy_and_status),
        cmocka_unit_test(test_failure__own_timeout_of_a_request__wins),
        cmocka_unit_test(test_failure__kept_connection_dies_under_a_write__is_not_repeated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
