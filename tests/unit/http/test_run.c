#include "support/unit.h"

#include <pthread.h>
#include <signal.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "fakes/fake_clock.h"
#include "fakes/fake_server.h"
#include "http/retry.h"
#include "unit/http/giver.h"

struct stage {
    struct fake_server *server;
    struct http_client *client;
    struct giver giver;
};

static void set_up(struct stage *stage, const struct fake_reply *script, size_t count,
                   const struct http_options *options)
{
    struct error *err = NULL;
    *stage = (struct stage){.server = fake_server_start(script, count, NULL)};
    stage->client = http_client_new(options, &err);
    assert_no_error(err);
}

static void add_jobs(struct stage *stage, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        auto_free char *path = xasprintf("/%zu", i);
        giver_add(&stage->giver, "GET", fake_server_url(stage->server, path));
    }
}

static void run(struct stage *stage)
{
    struct error *err = NULL;
    struct http_work work = giver_work(&stage->giver);
    int result = http_client_run(stage->client, &work, &err);
    assert_no_error(err);
    assert_int_equal(result, 0);
}

static void tear_down(struct stage *stage)
{
    giver_clear(&stage->giver);
    http_client_free(stage->client);
    fake_server_stop(stage->server);
}

static void test_run__no_work__ends_at_once(void **state)
{
    (void)state;
    struct stage stage;
    set_up(&stage, NULL, 0, &(struct http_options){0});
    run(&stage);
    assert_int_equal(http_client_count(stage.client), 0);
    tear_down(&stage);
}

static void test_run__one_at_a_time__is_given_and_ended_in_order(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {{.body = "x"}};
    struct stage stage;
    set_up(&stage, script, 1, &(struct http_options){.max_in_flight = 1});
    add_jobs(&stage, 4);
    run(&stage);
    assert_string_equal(stage.giver.log, "+0 -0 +1 -1 +2 -2 +3 -3");
    assert_int_equal(fake_server_connections(stage.server), 1);
    tear_down(&stage);
}

static void test_run__next_has_nothing_yet__is_asked_again_after_a_completion(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {{.body = "x"}};
    struct stage stage;
    set_up(&stage, script, 1, &(struct http_options){0});
    stage.giver.one_by_one = true;
    add_jobs(&stage, 3);
    run(&stage);
    assert_string_equal(stage.giver.log, "+0 -0 +1 -1 +2 -2");
    assert_int_equal(stage.giver.ended, 3);
    tear_down(&stage);
}

static void test_run__many_jobs__never_exceed_the_bound_but_reach_it(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {{.when = "GET /0 ", .body = "first"},
                                               {.body = "x", .delay_ms = 30}};
    struct stage stage;
    set_up(&stage, script, 2, &(struct http_options){.max_in_flight = 5});
    add_jobs(&stage, 40);
    run(&stage);
    assert_int_equal(stage.giver.ended, 40);
    assert_int_equal(fake_server_requests(stage.server), 40);
    assert_int_equal(fake_server_peak(stage.server), 5);
    assert_in_range(fake_server_connections(stage.server), 1, 5);
    assert_int_equal(stage.giver.most_open, 4);
    for (size_t i = 0; i < 40; i++)
        assert_int_equal(stage.giver.jobs[i].response.status, 200);
    tear_down(&stage);
}

static void test_run__server_is_down__is_found_by_one_request_at_a_time(void **state)
{
    (void)state;
    struct stage stage;
    set_up(&stage, NULL, 0, &(struct http_options){0});
    for (size_t i = 0; i < 5; i++)
        giver_add(&stage.giver, "GET", xasprintf("http://127.0.0.1:%d/", fake_closed_port()));
    run(&stage);
    assert_string_equal(stage.giver.log, "+0 -0 +1 -1 +2 -2 +3 -3 +4 -4");
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(stage.giver.jobs[i].failure, HTTP_FAILURE_CONNECT);
    tear_down(&stage);
}

static void test_run__again__waits_as_long_as_told_and_counts_attempts(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {{.times = 2, .status = 503, .body = "no"},
                                               {.body = "yes"}};
    struct stage stage;
    set_up(&stage, script, 2, &(struct http_options){0});
    add_jobs(&stage, 1);
    stage.giver.repeats = 2;
    stage.giver.wait_ms = 1500;
    fake_clock_start();
    run(&stage);
    assert_int_equal(fake_clock_sleeps(), 2);
    assert_int_equal(fake_clock_sleep_ms(0), 1500);
    assert_int_equal(fake_clock_sleep_ms(1), 1500);
    fake_clock_stop();
    assert_int_equal(stage.giver.jobs[0].attempts, 3);
    assert_int_equal(stage.giver.jobs[0].response.status, 200);
    assert_string_equal(buf_str(&stage.giver.jobs[0].response.body), "yes");
    assert_int_equal(http_client_count(stage.client), 3);
    tear_down(&stage);
}

static void test_run__again__lets_other_jobs_pass_meanwhile(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {{.body = "x"}};
    struct stage stage;
    set_up(&stage, script, 1, &(struct http_options){.max_in_flight = 1});
    add_jobs(&stage, 3);
    stage.giver.repeats = 1;
    stage.giver.wait_ms = 200;
    run(&stage);
    assert_memory_equal(stage.giver.log, "+0 -0 +1 -1 +2 -2 -", 19);
    assert_int_equal(stage.giver.ended, 3);
    assert_int_equal(stage.giver.most_open, 3);
    tear_down(&stage);
}

static void test_run__again_without_a_wait__goes_out_at_once(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {{.body = "x"}};
    struct stage stage;
    set_up(&stage, script, 1, &(struct http_options){.max_in_flight = 1});
    add_jobs(&stage, 1);
    stage.giver.repeats = 3;
    fake_clock_start();
    run(&stage);
    assert_int_equal(fake_clock_sleeps(), 0);
    fake_clock_stop();
    assert_string_equal(stage.giver.log, "+0 -0 -0 -0 -0");
    tear_down(&stage);
}

/* 429 with Retry-After twice, then 503 without, then success: what an API server under load does.
 */
static void test_run__judged_by_the_retry_table__waits_and_succeeds(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {
        {.times = 2, .status = 429, .headers = "Retry-After: 1\r\n", .body = "slow down"},
        {.times = 1, .status = 503, .body = "not yet"},
        {.body = "yes"},
    };
    struct stage stage;
    set_up(&stage, script, 3, &(struct http_options){0});
    add_jobs(&stage, 1);
    fake_clock_start();
    struct http_retry retry = {.deadline = clock_deadline_ms(60000)};
    stage.giver.retry = &retry;
    run(&stage);
    assert_int_equal(fake_clock_sleeps(), 3);
    assert_int_equal(fake_clock_sleep_ms(0), 1000);
    assert_int_equal(fake_clock_sleep_ms(1), 1000);
    /* The third repeat of the backoff: 1,125 ms and a fifth more or less. */
    assert_in_range(fake_clock_sleep_ms(2), 900, 1350);
    fake_clock_stop();
    assert_int_equal(stage.giver.jobs[0].told_to_wait, 2);
    assert_string_equal(buf_str(&stage.giver.jobs[0].response.body), "yes");
    tear_down(&stage);
}

static void test_run__always_429__ends_after_ten_repeats(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {
        {.status = 429, .headers = "Retry-After: 1\r\n", .body = "slow down"}};
    struct stage stage;
    set_up(&stage, script, 1, &(struct http_options){0});
    add_jobs(&stage, 1);
    fake_clock_start();
    struct http_retry retry = {.deadline = clock_deadline_ms(60000)};
    stage.giver.retry = &retry;
    run(&stage);
    fake_clock_stop();
    assert_int_equal(fake_server_requests(stage.server), 11);
    assert_int_equal(stage.giver.jobs[0].response.status, 429);
    tear_down(&stage);
}

static void test_run__request_changed_before_its_repeat__goes_out_changed(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {{.times = 1, .status = 401}, {.body = "x"}};
    struct stage stage;
    set_up(&stage, script, 2, &(struct http_options){0});
    add_jobs(&stage, 1);
    run(&stage);
    http_request_header(&stage.giver.jobs[0].request, "Authorization", "Bearer new");
    struct error *err = NULL;
    assert_int_equal(http_client_perform(stage.client, &stage.giver.jobs[0], &err), 0);
    auto_free char *first = fake_server_request(stage.server, 0);
    auto_free char *second = fake_server_request(stage.server, 1);
    assert_null(strstr(first, "Bearer"));
    assert_non_null(strstr(second, "Authorization: Bearer new"));
    assert_int_equal(stage.giver.jobs[0].attempts, 2);
    tear_down(&stage);
}

static void test_run__malformed_url__is_the_failure_of_its_job_alone(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {{.body = "x"}};
    struct stage stage;
    set_up(&stage, script, 1, &(struct http_options){0});
    giver_add(&stage.giver, "GET", xstrdup("http://user:secret@:bad/"));
    add_jobs(&stage, 1);
    run(&stage);
    assert_int_equal(stage.giver.jobs[0].failure, HTTP_FAILURE_OTHER);
    assert_int_equal(stage.giver.jobs[0].error->kind, ERROR_USAGE);
    assert_null(strstr(stage.giver.jobs[0].error->message, "secret"));
    assert_int_equal(stage.giver.jobs[1].response.status, 200);
    tear_down(&stage);
}

/* ---- work inside of work */

struct nest {
    struct http_client *client;
    struct fake_server *server;
    struct http_job outer[3];
    size_t given;
    unsigned inner_good;
};

static struct http_job *nest_next(void *context, unsigned in_flight)
{
    struct nest *nest = context;
    (void)in_flight;
    return nest->given < array_length(nest->outer) ? &nest->outer[nest->given++] : NULL;
}

static enum http_verdict nest_done(void *context, struct http_job *job, long long *wait_ms)
{
    struct nest *nest = context;
    struct http_job inner;
    (void)job;
    (void)wait_ms;
    http_job_init(&inner, "GET", fake_server_url(nest->server, "/inner"));
    nest->inner_good +=
        http_client_perform(nest->client, &inner, NULL) == 0 && inner.response.status == 200;
    http_job_clear(&inner);
    return HTTP_DONE;
}

static void test_run__request_inside_done__is_carried_out(void **state)
{
    (void)state;
    /* The second outer one fails, so that the client is without a connection when others have
     * ended but are not yet handed over. */
    static const struct fake_reply script[] = {{.when = "GET /1", .fault = FAKE_CLOSE},
                                               {.body = "x"}};
    struct nest nest = {.server = fake_server_start(script, 2, NULL)};
    struct error *err = NULL;
    nest.client = http_client_new(&(struct http_options){0}, &err);
    for (size_t i = 0; i < array_length(nest.outer); i++) {
        auto_free char *path = xasprintf("/%zu", i);
        http_job_init(&nest.outer[i], "GET", fake_server_url(nest.server, path));
    }
    struct http_work work = {.next = nest_next, .done = nest_done, .context = &nest};
    assert_int_equal(http_client_run(nest.client, &work, &err), 0);
    assert_int_equal(nest.inner_good, 3);
    for (size_t i = 0; i < array_length(nest.outer); i++)
        http_job_clear(&nest.outer[i]);
    http_client_free(nest.client);
    fake_server_stop(nest.server);
}

/* ---- signals */

static void *send_term_later(void *context)
{
    const pthread_t *to = context;
    usleep(100000);
    pthread_kill(*to, SIGTERM);
    return NULL;
}

/* In a process of its own, because a signal is for ever. */
static int interrupted_run(const struct fake_reply *script, unsigned repeats)
{
    struct stage stage;
    auto_error struct error *err = NULL;
    pthread_t self = pthread_self();
    pthread_t sender;
    interrupt_install();
    set_up(&stage, script, 1, &(struct http_options){0});
    add_jobs(&stage, 3);
    stage.giver.repeats = repeats;
    stage.giver.wait_ms = 30000;
    pthread_create(&sender, NULL, send_term_later, &self);
    struct http_work work = giver_work(&stage.giver);
    long long before = clock_now_ms();
    int result = http_client_run(stage.client, &work, &err);
    bool quick = clock_now_ms() - before < 5000;
    pthread_join(sender, NULL);
    bool right = result == -1 && err->kind == ERROR_INTERRUPTED && stage.giver.ended == 0;
    tear_down(&stage);
    return quick && right ? 0 : 1;
}

static int verdict_of(const struct fake_reply *script, unsigned repeats)
{
    pid_t pid = fork();
    if (pid == 0)
        exit(interrupted_run(script, repeats));
    int status = 0;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 100;
}

static void test_run__signal_while_the_server_is_silent__ends_at_once(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {{.fault = FAKE_HANG}};
    assert_int_equal(verdict_of(script, 0), 0);
}

static void test_run__signal_while_repeats_wait__ends_at_once(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {{.body = "x"}};
    assert_int_equal(verdict_of(script, 5), 0);
}

/* A job that would take half a minute, and a descriptor that is readable after 50 ms. */
static void wake(const struct fake_reply *script, unsigned repeats)
{
    struct stage stage;
    struct error *err = NULL;
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    struct itimerspec soon = {.it_value = {.tv_nsec = 50 * 1000 * 1000}};
    timerfd_settime(timer, 0, &soon, NULL);
    set_up(&stage, script, 1, &(struct http_options){0});
    add_jobs(&stage, 1);
    stage.giver.repeats = repeats;
    stage.giver.wait_ms = 30000;
    struct http_work work = giver_work(&stage.giver);
    work.wake = &timer;
    long long before = clock_now_ms();
    assert_int_equal(http_client_run(stage.client, &work, &err), 0);
    assert_true(clock_now_ms() - before < 5000);
    assert_int_equal(stage.giver.ended, 0);
    tear_down(&stage);
    close(timer);
}

static void test_run__woken_while_the_server_is_silent__ends_with_success(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {{.fault = FAKE_HANG}};
    wake(script, 0);
}

static void test_run__woken_while_a_repeat_waits__ends_with_success(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {{.body = "x"}};
    wake(script, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_run__no_work__ends_at_once),
        cmocka_unit_test(test_run__one_at_a_time__is_given_and_ended_in_order),
        cmocka_unit_test(test_run__next_has_nothing_yet__is_asked_again_after_a_completion),
        cmocka_unit_test(test_run__many_jobs__never_exceed_the_bound_but_reach_it),
        cmocka_unit_test(test_run__server_is_down__is_found_by_one_request_at_a_time),
        cmocka_unit_test(test_run__again__waits_as_long_as_told_and_counts_attempts),
        cmocka_unit_test(test_run__again__lets_other_jobs_pass_meanwhile),
        cmocka_unit_test(test_run__again_without_a_wait__goes_out_at_once),
        cmocka_unit_test(test_run__judged_by_the_retry_table__waits_and_succeeds),
        cmocka_unit_test(test_run__always_429__ends_after_ten_repeats),
        cmocka_unit_test(test_run__request_changed_before_its_repeat__goes_out_changed),
        cmocka_unit_test(test_run__malformed_url__is_the_failure_of_its_job_alone),
        cmocka_unit_test(test_run__request_inside_done__is_carried_out),
        cmocka_unit_test(test_run__signal_while_the_server_is_silent__ends_at_once),
        cmocka_unit_test(test_run__signal_while_repeats_wait__ends_at_once),
        cmocka_unit_test(test_run__woken_while_the_server_is_silent__ends_with_success),
        cmocka_unit_test(test_run__woken_while_a_repeat_waits__ends_with_success),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
