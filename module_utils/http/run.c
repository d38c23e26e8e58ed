/* The loop: gives out jobs, moves their transfers on, waits for what comes next. */
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/mem.h"
#include "http/client_priv.h"
#include "http/retry.h"

enum { LONGEST_POLL_MS = 60000 };

/* A job that is to be sent again. */
struct waiting {
    struct http_job *job; /* borrowed */
    long long due;
};

/* One call of http_client_run. */
struct run {
    struct http_client *client;
    const struct http_work *work;
    unsigned in_flight;
    struct waiting *waiting; /* owned, in no order: there are few */
    size_t waiting_count;
    bool dry; /* next had nothing, and no attempt has ended since */
};

/* ---- attempts */

static struct transfer *take_idle(struct http_client *client)
{
    struct transfer *transfer = client->idle;
    if (!transfer)
        return transfer_new(client);
    client->idle = transfer->next;
    transfer->next = NULL;
    return transfer;
}

static void put_idle(struct transfer *transfer)
{
    struct http_client *client = transfer->client;
    transfer_reset(transfer);
    transfer->next = client->idle;
    client->idle = transfer;
}

static void take_out(struct transfer *transfer)
{
    struct transfer **at = &transfer->client->active;
    while (*at != transfer)
        at = &(*at)->next;
    *at = transfer->next;
    curl_multi_remove_handle(transfer->client->multi, transfer->easy);
}

static void wait_for_repeat(struct run *run, struct http_job *job, long long wait_ms)
{
    run->waiting = xreallocarray(run->waiting, run->waiting_count + 1, sizeof(*run->waiting));
    run->waiting[run->waiting_count++] =
        (struct waiting){.job = job, .due = clock_deadline_ms(wait_ms > 0 ? wait_ms : 0)};
}

static void trace(const struct http_job *job)
{
    if (!log_enabled(2))
        return;
    /* Without the query, and without a password before the host. */
    const char *url = job->request.url;
    const char *path = strstr(url, "://") ? strchr(strstr(url, "://") + 3, '/') : NULL;
    path = path ? path : "/";
    log_trace(2, "%s %.*s: %d %s", job->request.method, (int)strcspn(path, "?"), path,
              job->response.status, job->error ? job->error->message : job->response.reason);
}

/* The attempt has an outcome; the giver says what becomes of the job. */
static void conclude(struct run *run, struct http_job *job)
{
    long long wait_ms = 0;
    run->dry = false;
    job->told_to_wait +=
        job->failure == HTTP_FAILURE_NONE && http_retry_after(&job->response, &wait_ms);
    wait_ms = 0;
    trace(job);
    if (run->work->done(run->work->context, job, &wait_ms) == HTTP_DONE)
        return;
    job_clear_attempt(job);
    wait_for_repeat(run, job, wait_ms);
}

static void finish(struct run *run, struct transfer *transfer)
{
    struct http_job *job = transfer->job;
    failure_report(transfer);
    if (job->failure != HTTP_FAILURE_NONE && job->failure != HTTP_FAILURE_TOO_BIG)
        transfer->client->warm = false;
    take_out(transfer);
    put_idle(transfer);
    run->in_flight--;
    conclude(run, job);
}

static int begin(struct run *run, struct http_job *job, struct error **err)
{
    struct http_client *client = run->client;
    struct transfer *transfer = take_idle(client);
    if (!transfer) {
        error_make(err, ERROR_INTERNAL, "libcurl gives no handle");
        return -1;
    }
    client->started++;
    job->attempts++;
    job_clear_attempt(job);
    if (transfer_prepare(transfer, job, run->work, &job->error) < 0) {
        job->failure = HTTP_FAILURE_OTHER;
        put_idle(transfer);
        conclude(run, job);
        return 0;
    }
    transfer->run = run;
    if (curl_multi_add_handle(client->multi, transfer->easy) != CURLM_OK) {
        put_idle(transfer);
        error_make(err, ERROR_INTERNAL, "libcurl does not take a request");
        return -1;
    }
    transfer->next = client->active;
    client->active = transfer;
    run->in_flight++;
    return 0;
}

/* ---- the run */

/*
 * While there is no connection one request goes ahead alone. The others then share what it found
 * (HTTP/2), and a server that is down is asked once, not thirty times.
 */
static bool may_start(const struct run *run)
{
    const struct http_client *client = run->client;
    if (run->in_flight >= client->options.max_in_flight)
        return false;
    for (const struct transfer *at = client->active; at && !client->warm; at = at->next)
        if (!at->finished)
            return false;
    return true;
}

static struct http_job *take_due(struct run *run)
{
    for (size_t i = 0; i < run->waiting_count; i++) {
        struct http_job *job = run->waiting[i].job;
        if (!clock_passed(run->waiting[i].due))
            continue;
        memmove(run->waiting + i, run->waiting + i + 1,
                (run->waiting_count - i - 1) * sizeof(*run->waiting));
        run->waiting_count--;
        return job;
    }
    return NULL;
}

static struct http_job *take_next(struct run *run)
{
    if (run->dry)
        return NULL;
    unsigned open = run->in_flight + (unsigned)run->waiting_count;
    struct http_job *job = run->work->next(run->work->context, open);
    run->dry = job == NULL;
    return job;
}

static int start_jobs(struct run *run, struct error **err)
{
    while (may_start(run)) {
        struct http_job *job = take_due(run);
        if (!job)
            job = take_next(run);
        if (!job)
            return 0;
        if (begin(run, job, err) < 0)
            return -1;
    }
    return 0;
}

/* Notes down what libcurl has finished, for whichever run. Returns whether there was any. */
static bool collect(struct http_client *client)
{
    bool any = false;
    int left = 0;
    for (CURLMsg *message = NULL; (message = curl_multi_info_read(client->multi, &left));) {
        struct transfer *transfer = NULL;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
        if (message->msg != CURLMSG_DONE || !transfer)
            continue;
        transfer->finished = true;
        transfer->result = message->data.result;
        any = true;
    }
    return any;
}

/* Returns whether the client has just become warm. */
static bool notice_connection(struct http_client *client)
{
    bool was_warm = client->warm;
    for (struct transfer *at = client->active; at && !client->warm; at = at->next) {
        curl_off_t connected = 0;
        curl_easy_getinfo(at->easy, CURLINFO_PRETRANSFER_TIME_T, &connected);
        client->warm = connected > 0 && !at->finished;
    }
    return client->warm && !was_warm;
}

static struct transfer *find_ended(const struct run *run)
{
    for (struct transfer *at = run->client->active; at; at = at->next) {
        if (at->run != run)
            continue;
        if (!at->finished && at->idle_deadline && clock_passed(at->idle_deadline))
            at->stop = STOP_IDLE;
        if (at->finished || at->stop == STOP_IDLE)
            return at;
    }
    return NULL;
}

/* Moves all transfers on and hands over those of RUN that ended. *news: something happened. */
static int advance(struct run *run, bool *news, struct error **err)
{
    int running = 0;
    CURLMcode code = curl_multi_perform(run->client->multi, &running);
    if (code != CURLM_OK) {
        error_make(err, ERROR_INTERNAL, "libcurl: %s", curl_multi_strerror(code));
        return -1;
    }
    bool connected = notice_connection(run->client);
    *news = collect(run->client) || connected;
    for (struct transfer *at = NULL; (at = find_ended(run)); *news = true)
        finish(run, at);
    return 0;
}

static long long time_to_sleep(const struct run *run)
{
    long long least = LONGEST_POLL_MS;
    for (size_t i = 0; i < run->waiting_count; i++) {
        long long left = clock_left_ms(run->waiting[i].due);
        least = left < least ? left : least;
    }
    for (const struct transfer *at = run->client->active; at; at = at->next) {
        if (at->run != run || !at->idle_deadline)
            continue;
        long long left = clock_left_ms(at->idle_deadline);
        least = left < least ? left : least;
    }
    return least;
}

/* Waits for the giver's descriptor; false when the time passed without it. */
static bool wait_for_wake(const struct run *run, long long ms)
{
    struct pollfd wake = {.fd = run->work->wake ? *run->work->wake : -1, .events = POLLIN};
    return wake.fd >= 0 && poll(&wake, 1, (int)ms) > 0;
}

static void sleep_until_something(const struct run *run)
{
    long long ms = time_to_sleep(run);
    if (!run->client->active && run->work->wake) {
        wait_for_wake(run, ms);
        return;
    }
    if (!run->client->active) {
        /* Through base/clock.h, so that a test's time passes too. */
        clock_sleep_ms(ms);
        return;
    }
    struct curl_waitfd extra[2];
    unsigned count = 0;
    if (interrupt_fd() >= 0)
        extra[count++] = (struct curl_waitfd){.fd = interrupt_fd(), .events = CURL_WAIT_POLLIN};
    if (run->work->wake)
        extra[count++] = (struct curl_waitfd){.fd = *run->work->wake, .events = CURL_WAIT_POLLIN};
    curl_multi_poll(run->client->multi, extra, count, (int)ms, NULL);
}

static int loop(struct run *run, struct error **err)
{
    for (;;) {
        bool news = false;
        if (interrupt_check(err) < 0 || start_jobs(run, err) < 0)
            return -1;
        if ((!run->in_flight && !run->waiting_count && run->dry) || wait_for_wake(run, 0))
            return 0;
        if (run->client->active && advance(run, &news, err) < 0)
            return -1;
        if (!news)
            sleep_until_something(run);
    }
}

static void drop_all(struct run *run)
{
    for (struct transfer *at = run->client->active, *next = NULL; at; at = next) {
        next = at->next;
        if (at->run != run)
            continue;
        take_out(at);
        put_idle(at);
    }
}

int http_client_run(struct http_client *client, const struct http_work *work, struct error **err)
{
    struct run run = {.client = client, .work = work};
    int result = loop(&run, err);
    drop_all(&run);
    free(run.waiting);
    return result;
}
