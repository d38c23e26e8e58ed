#include "support/unit.h"

#include "base/clock.h"
#include "fakes/fake_server.h"
#include "http/client.h"

struct watch {
    struct http_job job;
    bool given;
    struct buf seen;
    unsigned pieces;
    int status_seen;
    size_t enough; /* stops after so many bytes; 0 = never */
    enum http_failure failure;
    struct error *err;
    struct buf body; /* what was kept as a body */
    int status;
};

static struct http_job *next(void *context, unsigned in_flight)
{
    struct watch *watch = context;
    (void)in_flight;
    if (watch->given)
        return NULL;
    watch->given = true;
    return &watch->job;
}

static enum http_verdict done(void *context, struct http_job *job, long long *wait_ms)
{
    struct watch *watch = context;
    (void)wait_ms;
    watch->failure = job->failure;
    watch->err = steal_ptr(job->error);
    watch->status = job->response.status;
    buf_add(&watch->body, job->response.body.data, job->response.body.size);
    return HTTP_DONE;
}

static bool data(void *context, struct http_job *job, const char *bytes, size_t length)
{
    struct watch *watch = context;
    watch->pieces++;
    watch->status_seen = job->response.status;
    buf_add(&watch->seen, bytes, length);
    return !watch->enough || watch->seen.size < watch->enough;
}

static void follow(struct watch *watch, const struct fake_reply *reply,
                   const struct http_options *options)
{
    struct error *err = NULL;
    struct fake_server *server = fake_server_start(reply, 1, NULL);
    struct http_client *client = http_client_new(options, &err);
    http_job_init(&watch->job, "GET", fake_server_url(server, "/watch"));
    watch->job.request.stream = true;
    struct http_work work = {.next = next, .done = done, .data = data, .context = watch};
    assert_int_equal(http_client_run(client, &work, &err), 0);
    http_client_free(client);
    fake_server_stop(server);
}

static void watch_clear(struct watch *watch)
{
    http_job_clear(&watch->job);
    buf_clear(&watch->seen);
    buf_clear(&watch->body);
    error_clear(&watch->err);
}

static void test_stream__bytes__arrive_while_they_come(void **state)
{
    (void)state;
    static const struct fake_reply reply = {.fault = FAKE_DRIP, .body = "0123456789"};
    struct watch watch = {0};
    /* The whole takes 200 ms, more than the silence that is allowed. */
    follow(&watch, &reply, &(struct http_options){.request_timeout_ms = 150});
    assert_int_equal(watch.failure, HTTP_FAILURE_NONE);
    assert_string_equal(buf_str(&watch.seen), "0123456789");
    assert_in_range(watch.pieces, 2, 10);
    assert_int_equal(watch.status_seen, 200);
    assert_int_equal(watch.status, 200);
    assert_int_equal(watch.body.size, 0);
    watch_clear(&watch);
}

static void test_stream__more_than_max_body__goes_through(void **state)
{
    (void)state;
    static const struct fake_reply reply = {.body = "0123456789"};
    struct watch watch = {0};
    follow(&watch, &reply, &(struct http_options){.max_body = 4});
    assert_int_equal(watch.failure, HTTP_FAILURE_NONE);
    assert_int_equal(watch.seen.size, 10);
    watch_clear(&watch);
}

static void test_stream__seen_enough__ends_without_failure(void **state)
{
    (void)state;
    static const struct fake_reply reply = {.fault = FAKE_FLOOD};
    struct watch watch = {.enough = 100000};
    follow(&watch, &reply, &(struct http_options){0});
    assert_int_equal(watch.failure, HTTP_FAILURE_NONE);
    assert_int_equal(watch.status, 200);
    assert_true(watch.seen.size >= 100000);
    watch_clear(&watch);
}

static void test_stream__silence__is_a_timeout(void **state)
{
    (void)state;
    static const struct fake_reply reply = {
        .fault = FAKE_STALL, .body = "0123456789", .fault_after = 5};
    struct watch watch = {0};
    long long before = clock_now_ms();
    follow(&watch, &reply, &(struct http_options){.request_timeout_ms = 200});
    assert_in_range(clock_now_ms() - before, 190, 5000);
    assert_string_equal(buf_str(&watch.seen), "01234");
    assert_int_equal(watch.failure, HTTP_FAILURE_TIMEOUT);
    assert_error(&watch.err, ERROR_TIMEOUT, "nothing received for 0.2 s");
    watch_clear(&watch);
}

static void test_stream__no_answer_at_all__is_a_timeout(void **state)
{
    (void)state;
    static const struct fake_reply reply = {.fault = FAKE_HANG};
    struct watch watch = {0};
    follow(&watch, &reply, &(struct http_options){.request_timeout_ms = 200});
    assert_int_equal(watch.failure, HTTP_FAILURE_TIMEOUT);
    watch_clear(&watch);
}

static void test_stream__cut__is_a_reset(void **state)
{
    (void)state;
    static const struct fake_reply reply = {
        .fault = FAKE_CUT, .body = "0123456789", .fault_after = 5};
    struct watch watch = {0};
    follow(&watch, &reply, &(struct http_options){0});
    assert_int_equal(watch.failure, HTTP_FAILURE_RESET);
    assert_error(&watch.err, ERROR_HTTP, "cut off after 5 bytes");
    watch_clear(&watch);
}

static void test_stream__failure_status__is_kept_as_a_body(void **state)
{
    (void)state;
    static const struct fake_reply reply = {.status = 410, .body = "{\"kind\":\"Status\"}"};
    struct watch watch = {0};
    follow(&watch, &reply, &(struct http_options){0});
    assert_int_equal(watch.status, 410);
    assert_int_equal(watch.pieces, 0);
    assert_string_equal(buf_str(&watch.body), "{\"kind\":\"Status\"}");
    watch_clear(&watch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stream__bytes__arrive_while_they_come),
        cmocka_unit_test(test_stream__more_than_max_body__goes_through),
        cmocka_unit_test(test_stream__seen_enough__ends_without_failure),
        cmocka_unit_test(test_stream__silence__is_a_timeout),
        cmocka_unit_test(test_stream__no_answer_at_all__is_a_timeout),
        cmocka_unit_test(test_stream__cut__is_a_reset),
        cmocka_unit_test(test_stream__failure_status__is_kept_as_a_body),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
