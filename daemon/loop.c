#include "daemon/loop.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"

enum { BATCH = 256 };

int loop_init(struct loop *loop, struct error **err)
{
    *loop = (struct loop){.epoll = epoll_create1(EPOLL_CLOEXEC)};
    loop->last_job = &loop->jobs;
    loop->now = clock_now_ms();
    if (loop->epoll < 0) {
        error_make_errno(err, errno, "epoll");
        return -1;
    }
    return 0;
}

static void bury_all(struct loop *loop)
{
    for (size_t i = 0; i < loop->grave_count; i++)
        free(loop->graves[i]);
    loop->grave_count = 0;
}

void loop_clear(struct loop *loop)
{
    bury_all(loop);
    free(loop->graves);
    timers_clear(&loop->timers);
    mem_cleanup_close(&loop->epoll);
    loop->graves = NULL;
    loop->epoll = -1;
}

int loop_add(struct loop *loop, struct loop_source *source, uint32_t events, struct error **err)
{
    struct epoll_event event = {.events = events, .data.ptr = source};
    if (epoll_ctl(loop->epoll, EPOLL_CTL_ADD, source->fd, &event) < 0) {
        error_make_errno(err, errno, "epoll");
        return -1;
    }
    return 0;
}

void loop_change(struct loop *loop, struct loop_source *source, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = source};
    epoll_ctl(loop->epoll, EPOLL_CTL_MOD, source->fd, &event);
}

void loop_close(struct loop *loop, struct loop_source *source)
{
    source->ready = NULL; /* events of this round may still name it */
    if (source->fd >= 0) {
        /* Closing alone is not enough: a successor that was just forked has a copy until it runs.
         */
        epoll_ctl(loop->epoll, EPOLL_CTL_DEL, source->fd, NULL);
        close(source->fd);
    }
    source->fd = -1;
}

void loop_after(struct loop *loop, struct timer *timer, long long ms)
{
    timer_set(&loop->timers, timer, loop->now + ms);
}

void loop_next_round(struct loop *loop, struct loop_job *job)
{
    if (job->waiting)
        return;
    job->waiting = true;
    job->next = NULL;
    *loop->last_job = job;
    loop->last_job = &job->next;
}

void loop_forget(struct loop *loop, struct loop_job *job)
{
    if (!job->waiting)
        return;
    struct loop_job **link = &loop->jobs;
    while (*link && *link != job)
        link = &(*link)->next;
    if (*link) {
        *link = job->next;
        if (loop->last_job == &job->next)
            loop->last_job = link;
    }
    job->waiting = false;
}

void loop_bury(struct loop *loop, void *memory_take)
{
    if (loop->grave_count == loop->grave_room) {
        loop->grave_room = loop->grave_room ? loop->grave_room * 2 : 64;
        loop->graves = xreallocarray(loop->graves, loop->grave_room, sizeof(void *));
    }
    loop->graves[loop->grave_count++] = memory_take;
}

/* Those that wait now; what they queue comes in the next round, after the descriptors. */
static void run_jobs(struct loop *loop)
{
    struct loop_job *job = loop->jobs;
    size_t count = 0;
    for (const struct loop_job *each = job; each; each = each->next)
        count++;
    /* A job may take back others that wait, so the list is looked at anew each time. */
    for (; count > 0 && loop->jobs; count--) {
        job = loop->jobs;
        loop_forget(loop, job);
        job->run(job);
    }
}

static int wait_ms(const struct loop *loop)
{
    if (loop->jobs)
        return 0;
    long long left = timers_left(&loop->timers, clock_now_ms());
    return left > INT_MAX ? INT_MAX : (int)left;
}

static int round_of(struct loop *loop, struct error **err)
{
    struct epoll_event events[BATCH];
    int count = epoll_wait(loop->epoll, events, BATCH, wait_ms(loop));
    if (count < 0 && errno != EINTR) {
        error_make_errno(err, errno, "epoll");
        return -1;
    }
    loop->now = clock_now_ms();
    for (int i = 0; i < count; i++) {
        struct loop_source *source = events[i].data.ptr;
        if (source->ready)
            source->ready(source, events[i].events);
    }
    timers_fire(&loop->timers, loop->now);
    run_jobs(loop);
    bury_all(loop);
    return 0;
}

int loop_run(struct loop *loop, struct error **err)
{
    while (!loop->stop) {
        if (round_of(loop, err) < 0)
            return -1;
    }
    return 0;
}
