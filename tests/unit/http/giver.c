#include "unit/http/giver.h"

#include <stdio.h>
#include <string.h>

#include "http/retry.h"

static size_t number_of(const struct giver *giver, const struct http_job *job)
{
    return (size_t)(job - giver->jobs);
}

static void note(struct giver *giver, char sign, size_t number)
{
    size_t used = strlen(giver->log);
    snprintf(giver->log + used, sizeof(giver->log) - used, "%s%c%zu", used ? " " : "", sign,
             number);
}

static struct http_job *next(void *context, unsigned in_flight)
{
    struct giver *giver = context;
    if (in_flight > giver->most_open)
        giver->most_open = in_flight;
    if (giver->given == giver->count || (giver->one_by_one && in_flight))
        return NULL;
    note(giver, '+', giver->given);
    return &giver->jobs[giver->given++];
}

static enum http_verdict done(void *context, struct http_job *job, long long *wait_ms)
{
    struct giver *giver = context;
    note(giver, '-', number_of(giver, job));
    if (giver->retry && http_retry_judge(giver->retry, job, wait_ms) == HTTP_AGAIN)
        return HTTP_AGAIN;
    if (!giver->retry && job->attempts <= giver->repeats) {
        *wait_ms = giver->wait_ms;
        return HTTP_AGAIN;
    }
    giver->ended++;
    return HTTP_DONE;
}

void giver_add(struct giver *giver, const char *method, char *url_take)
{
    http_job_init(&giver->jobs[giver->count++], method, url_take);
}

struct http_work giver_work(struct giver *giver)
{
    return (struct http_work){.next = next, .done = done, .context = giver};
}

void giver_clear(struct giver *giver)
{
    for (size_t i = 0; i < giver->count; i++)
        http_job_clear(&giver->jobs[i]);
    giver->count = 0;
}
