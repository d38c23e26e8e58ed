/*
 * A giver of work for tests: hands out a row of jobs, notes what happens, repeats as told.
 */
#ifndef UNIT_HTTP_GIVER_H
#define UNIT_HTTP_GIVER_H

#include "http/client.h"

enum { GIVER_MOST = 64 };

struct giver {
    struct http_job jobs[GIVER_MOST];
    size_t count;
    size_t given;
    size_t ended;
    char log[4096];                 /* "+0 +1 -0 -1": given and ended jobs by their number */
    unsigned most_open;             /* the largest in_flight that next was told */
    unsigned repeats;               /* how often each job is answered with HTTP_AGAIN */
    long long wait_ms;              /* and after what time */
    const struct http_retry *retry; /* or judged with this */
    bool one_by_one;                /* next waits until nothing is in flight */
};

void giver_add(struct giver *giver, const char *method, char *url_take);
struct http_work giver_work(struct giver *giver);
void giver_clear(struct giver *giver);

#endif
