#include "support/unit.h"

#include "base/clock.h"
#include "fakes/fake_clock.h"
#include "http/retry.h"

enum { NO_STATUS = 0 };

static int start_clock(void **state)
{
    (void)state;
    fake_clock_start();
    return 0;
}

static int stop_clock(void **state)
{
    (void)state;
    fake_clock_stop();
    return 0;
}

/* One judgement about a job with one attempt; AFTER is the Retry-After header or NULL. */
static enum http_verdict judge(enum http_failure failure, int status, const char *after,
                               bool idempotent, long long *wait_ms)
{
    struct http_job job;
    struct http_retry retry = {.deadline = clock_deadline_ms(3600 * 1000),
                               .idempotent = idempotent};
    http_job_init(&job, "PATCH", xstrdup("http://h/"));
    job.failure = failure;
    job.response.status = status;
    job.attempts = 1;
    if (after)
        strv_printf(&job.response.headers, "Retry-After: %s", after);
    enum http_verdict verdict = http_retry_judge(&retry, &job, wait_ms);
    http_job_clear(&job);
    return verdict;
}

enum wait { NEVER, BACKOFF, SECONDS };

static const struct row {
    enum http_failure failure;
    int status;
    const char *after;
    enum wait safe;  /* when idempotent */
    enum wait risky; /* when not */
    long long seconds;
} table[] = {
    {HTTP_FAILURE_NONE, 200, NULL, NEVER, NEVER, 0},
    {HTTP_FAILURE_NONE, 200, "1", NEVER, NEVER, 0},
    {HTTP_FAILURE_NONE, 301, "1", NEVER, NEVER, 0},
    {HTTP_FAILURE_NONE, 400, NULL, NEVER, NEVER, 0},
    {HTTP_FAILURE_NONE, 401, NULL, NEVER, NEVER, 0},
    {HTTP_FAILURE_NONE, 403, NULL, NEVER, NEVER, 0},
    {HTTP_FAILURE_NONE, 404, "1", NEVER, NEVER, 0},
    {HTTP_FAILURE_NONE, 409, NULL, NEVER, NEVER, 0},
    {HTTP_FAILURE_NONE, 410, NULL, NEVER, NEVER, 0},
    {HTTP_FAILURE_NONE, 413, NULL, NEVER, NEVER, 0},
    {HTTP_FAILURE_NONE, 422, NULL, NEVER, NEVER, 0},
    {HTTP_FAILURE_NONE, 429, NULL, BACKOFF, BACKOFF, 0},
    {HTTP_FAILURE_NONE, 429, "7", SECONDS, SECONDS, 7},
    {HTTP_FAILURE_NONE, 429, "0", SECONDS, SECONDS, 0},
    {HTTP_FAILURE_NONE, 429, "-1", BACKOFF, BACKOFF, 0},
    {HTTP_FAILURE_NONE, 429, "Wed, 21 Oct 2026 07:28:00 GMT", BACKOFF, BACKOFF, 0},
    {HTTP_FAILURE_NONE, 500, NULL, NEVER, NEVER, 0},
    {HTTP_FAILURE_NONE, 500, "2", SECONDS, SECONDS, 2},
    {HTTP_FAILURE_NONE, 501, NULL, NEVER, NEVER, 0},
    {HTTP_FAILURE_NONE, 502, NULL, BACKOFF, NEVER, 0},
    {HTTP_FAILURE_NONE, 503, NULL, BACKOFF, BACKOFF, 0},
    {HTTP_FAILURE_NONE, 503, "30", SECONDS, SECONDS, 30},
    {HTTP_FAILURE_NONE, 504, NULL, BACKOFF, NEVER, 0},
    {HTTP_FAILURE_NONE, 599, "1", SECONDS, SECONDS, 1},
    {HTTP_FAILURE_RESOLVE, NO_STATUS, NULL, BACKOFF, BACKOFF, 0},
    {HTTP_FAILURE_CONNECT, NO_STATUS, NULL, BACKOFF, BACKOFF, 0},
    {HTTP_FAILURE_VERIFY, NO_STATUS, NULL, NEVER, NEVER, 0},
    {HTTP_FAILURE_RESET, NO_STATUS, NULL, BACKOFF, NEVER, 0},
    {HTTP_FAILURE_TIMEOUT, NO_STATUS, NULL, BACKOFF, NEVER, 0},
    {HTTP_FAILURE_TOO_BIG, NO_STATUS, NULL, NEVER, NEVER, 0},
    {HTTP_FAILURE_OTHER, NO_STATUS, NULL, NEVER, NEVER, 0},
};

static void check_row(const struct row *row, bool idempotent)
{
    enum wait want = idempotent ? row->safe : row->risky;
    long long wait_ms = -1;
    enum http_verdict got = judge(row->failure, row->status, row->after, idempotent, &wait_ms);
    if (got != (want == NEVER ? HTTP_DONE : HTTP_AGAIN))
        fail_msg("failure %d, status %d, Retry-After %s, idempotent %d", row->failure, row->status,
                 row->after ? row->after : "-", idempotent);
    if (want == NEVER)
        assert_int_equal(wait_ms, -1);
    if (want == BACKOFF)
        assert_in_range(wait_ms, 400, 600);
    if (want == SECONDS)
        assert_int_equal(wait_ms, row->seconds * 1000);
}

static void test_retry__every_row__is_judged_as_the_table_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < array_length(table); i++) {
        check_row(&table[i], true);
        check_row(&table[i], false);
    }
}

static void test_retry__backoff__grows_by_half_up_to_ten_seconds(void **state)
{
    (void)state;
    static const long long want[] = {500, 750, 1125, 1687, 2530, 3795, 5692, 8538, 10000, 10000};
    for (unsigned n = 1; n <= array_length(want); n++)
        assert_int_equal(http_retry_backoff_ms(n), want[n - 1]);
    assert_int_equal(http_retry_backoff_ms(4000000000U), 10000);
}

static void test_retry__many_attempts__jitter_stays_below_ten_seconds(void **state)
{
    (void)state;
    bool below = false;
    bool above = false;
    for (int i = 0; i < 200; i++) {
        struct http_retry retry = {.deadline = clock_deadline_ms(3600 * 1000)};
        struct http_job job = {.failure = HTTP_FAILURE_CONNECT, .attempts = i < 100 ? 1 : 50};
        long long wait_ms = 0;
        assert_int_equal(http_retry_judge(&retry, &job, &wait_ms), HTTP_AGAIN);
        if (i < 100) {
            assert_in_range(wait_ms, 400, 600);
            below = below || wait_ms < 500;
            above = above || wait_ms > 500;
        } else {
            assert_in_range(wait_ms, 8000, 10000);
        }
    }
    assert_true(below && above);
}

static void test_retry__deadline__no_repeat_starts_behind_it(void **state)
{
    (void)state;
    struct http_retry retry = {.deadline = clock_deadline_ms(350)};
    struct http_job job = {.failure = HTTP_FAILURE_CONNECT, .attempts = 1};
    long long wait_ms = -1;
    assert_int_equal(http_retry_judge(&retry, &job, &wait_ms), HTTP_DONE);
    retry.deadline = clock_deadline_ms(650);
    assert_int_equal(http_retry_judge(&retry, &job, &wait_ms), HTTP_AGAIN);
    fake_clock_advance(650);
    assert_int_equal(http_retry_judge(&retry, &job, &wait_ms), HTTP_DONE);
}

static void test_retry__deadline_passed__not_even_without_a_wait(void **state)
{
    (void)state;
    struct http_retry retry = {.deadline = clock_now_ms()};
    struct http_job job = {.response.status = 429, .attempts = 1, .told_to_wait = 1};
    long long wait_ms = -1;
    strv_add(&job.response.headers, "Retry-After: 0");
    assert_int_equal(http_retry_judge(&retry, &job, &wait_ms), HTTP_DONE);
    http_response_clear(&job.response);
}

static void test_retry__retry_after__is_followed_ten_times(void **state)
{
    (void)state;
    struct http_retry retry = {.deadline = clock_deadline_ms(3600 * 1000)};
    struct http_job job = {.response.status = 429, .attempts = 30, .told_to_wait = 10};
    long long wait_ms = -1;
    strv_add(&job.response.headers, "Retry-After: 1");
    assert_int_equal(http_retry_judge(&retry, &job, &wait_ms), HTTP_AGAIN);
    job.told_to_wait = 11;
    assert_int_equal(http_retry_judge(&retry, &job, &wait_ms), HTTP_DONE);
    retry.max_after = 11;
    assert_int_equal(http_retry_judge(&retry, &job, &wait_ms), HTTP_AGAIN);
    http_response_clear(&job.response);
}

static void test_retry__in_doubt__is_what_may_have_been_carried_out(void **state)
{
    (void)state;
    static const struct {
        enum http_failure failure;
        int status;
        bool doubt;
    } rows[] = {
        {HTTP_FAILURE_NONE, 200, false},          {HTTP_FAILURE_NONE, 401, false},
        {HTTP_FAILURE_NONE, 409, false},          {HTTP_FAILURE_NONE, 429, false},
        {HTTP_FAILURE_NONE, 500, true},           {HTTP_FAILURE_NONE, 502, true},
        {HTTP_FAILURE_NONE, 503, false},          {HTTP_FAILURE_NONE, 504, true},
        {HTTP_FAILURE_RESOLVE, NO_STATUS, false}, {HTTP_FAILURE_CONNECT, NO_STATUS, false},
        {HTTP_FAILURE_VERIFY, NO_STATUS, false},  {HTTP_FAILURE_RESET, NO_STATUS, true},
        {HTTP_FAILURE_TIMEOUT, NO_STATUS, true},  {HTTP_FAILURE_TOO_BIG, NO_STATUS, true},
        {HTTP_FAILURE_OTHER, NO_STATUS, true},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        struct http_job job = {.failure = rows[i].failure, .response.status = rows[i].status};
        if (http_retry_in_doubt(&job) != rows[i].doubt)
            fail_msg("failure %d, status %d", rows[i].failure, rows[i].status);
    }
}

#define with_clock(TEST) cmocka_unit_test_setup_teardown(TEST, start_clock, stop_clock)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_clock(test_retry__every_row__is_judged_as_the_table_says),
        cmocka_unit_test(test_retry__backoff__grows_by_half_up_to_ten_seconds),
        with_clock(test_retry__many_attempts__jitter_stays_below_ten_seconds),
        with_clock(test_retry__deadline__no_repeat_starts_behind_it),
        with_clock(test_retry__deadline_passed__not_even_without_a_wait),
        with_clock(test_retry__retry_after__is_followed_ten_times),
        cmocka_unit_test(test_retry__in_doubt__is_what_may_have_been_carried_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
