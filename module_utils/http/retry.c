#include "http/retry.h"

#include <sys/random.h>

#include "base/clock.h"
#include "base/str.h"

enum {
    BACKOFF_FIRST_MS = 500,
    BACKOFF_MAX_MS = 10000,
    JITTER_PERCENT = 20,
    DEFAULT_MAX_AFTER = 10, /* as client-go: eleven requests at most */
    LONGEST_AFTER_S = 86400,
};

enum policy {
    POLICY_DONE,          /* the answer stands */
    POLICY_AGAIN,         /* nothing was carried out */
    POLICY_IF_IDEMPOTENT, /* it may have been carried out */
};

static const enum policy failure_table[] = {
    [HTTP_FAILURE_NONE] = POLICY_DONE,           [HTTP_FAILURE_RESOLVE] = POLICY_AGAIN,
    [HTTP_FAILURE_CONNECT] = POLICY_AGAIN,       [HTTP_FAILURE_VERIFY] = POLICY_DONE,
    [HTTP_FAILURE_RESET] = POLICY_IF_IDEMPOTENT, [HTTP_FAILURE_TIMEOUT] = POLICY_IF_IDEMPOTENT,
    [HTTP_FAILURE_TOO_BIG] = POLICY_DONE,        [HTTP_FAILURE_OTHER] = POLICY_DONE,
};
_Static_assert(array_length(failure_table) == HTTP_FAILURE_OTHER + 1, "a row for every failure");

/* Statuses without Retry-After. A gateway (502, 504) does not know what the server behind it did.
 */
static const struct status_policy {
    int status;
    enum policy policy;
} status_table[] = {
    {429, POLICY_AGAIN},
    {502, POLICY_IF_IDEMPOTENT},
    {503, POLICY_AGAIN},
    {504, POLICY_IF_IDEMPOTENT},
};

static enum policy policy_of_status(int status)
{
    for (size_t i = 0; i < array_length(status_table); i++)
        if (status_table[i].status == status)
            return status_table[i].policy;
    return POLICY_DONE;
}

long long http_retry_backoff_ms(unsigned n)
{
    long long ms = BACKOFF_FIRST_MS;
    for (unsigned i = 1; i < n && ms < BACKOFF_MAX_MS; i++)
        ms += ms / 2;
    return ms < BACKOFF_MAX_MS ? ms : BACKOFF_MAX_MS;
}

/* Spreads the repeats of many clients that one outage has put in step. */
static long long with_jitter(long long ms)
{
    unsigned random = 0;
    if (getrandom(&random, sizeof(random), GRND_NONBLOCK) != sizeof(random))
        return ms;
    long long spread = ms * JITTER_PERCENT / 100;
    ms += (long long)(random % (unsigned)(2 * spread + 1)) - spread;
    return ms < BACKOFF_MAX_MS ? ms : BACKOFF_MAX_MS;
}

long long http_retry_pause_ms(unsigned n)
{
    return with_jitter(http_retry_backoff_ms(n));
}

bool http_retry_after(const struct http_response *response, long long *seconds)
{
    if (response->status != 429 && (response->status < 500 || response->status > 599))
        return false;
    return str_to_int(http_response_header(response, "Retry-After"), 0, LONGEST_AFTER_S, seconds);
}

static enum http_verdict again(const struct http_retry *retry, long long ms, long long *wait_ms)
{
    if (ms > clock_left_ms(retry->deadline) || clock_passed(retry->deadline))
        return HTTP_DONE;
    *wait_ms = ms;
    return HTTP_AGAIN;
}

static enum policy policy_of(const struct http_job *job)
{
    return job->failure == HTTP_FAILURE_NONE ? policy_of_status(job->response.status)
                                             : failure_table[job->failure];
}

bool http_retry_in_doubt(const struct http_job *job)
{
    bool answered = job->failure == HTTP_FAILURE_NONE && job->response.status < 500;
    return !answered && job->failure != HTTP_FAILURE_VERIFY && policy_of(job) != POLICY_AGAIN;
}

enum http_verdict http_retry_judge(const struct http_retry *retry, const struct http_job *job,
                                   long long *wait_ms)
{
    long long seconds = 0;
    if (job->failure == HTTP_FAILURE_NONE && http_retry_after(&job->response, &seconds)) {
        unsigned limit = retry->max_after ? retry->max_after : DEFAULT_MAX_AFTER;
        if (job->told_to_wait > limit)
            return HTTP_DONE;
        return again(retry, seconds * 1000, wait_ms);
    }
    enum policy policy = policy_of(job);
    if (policy == POLICY_DONE || (policy == POLICY_IF_IDEMPOTENT && !retry->idempotent))
        return HTTP_DONE;
    return again(retry, http_retry_pause_ms(job->attempts), wait_ms);
}
