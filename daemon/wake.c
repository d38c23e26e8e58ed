#include "daemon/wake.h"

#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>

#include "base/clock.h"
#include "base/mem.h"

enum { ENDLESS = -1 };

static int watch(const struct wake *wake, int fd)
{
    struct epoll_event event = {.events = EPOLLIN};
    return fd < 0 ? 0 : epoll_ctl(wake->fd, EPOLL_CTL_ADD, fd, &event);
}

int wake_init(struct wake *wake, int other, struct error **err)
{
    *wake = (struct wake){.fd = epoll_create1(EPOLL_CLOEXEC),
                          .timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)};
    if (wake->fd >= 0 && wake->timer >= 0 && watch(wake, wake->timer) == 0 &&
        watch(wake, other) == 0)
        return 0;
    error_make_errno(err, errno, "no descriptor to wait with");
    wake_clear(wake);
    return -1;
}

void wake_clear(struct wake *wake)
{
    mem_cleanup_close(&wake->timer);
    mem_cleanup_close(&wake->fd);
}

void wake_at(struct wake *wake, long long deadline)
{
    long long left = clock_left_ms(deadline);
    /* A timer of 0 is none. */
    struct itimerspec when = {
        .it_value = {.tv_sec = left / 1000, .tv_nsec = left % 1000 * 1000000 + 1}};
    timerfd_settime(wake->timer, 0, &when, NULL);
    wake->due = deadline;
}

void wake_sooner(struct wake *wake, long long deadline)
{
    if (deadline < wake->due)
        wake_at(wake, deadline);
}

void wake_wait(const struct wake *wake)
{
    struct pollfd fd = {.fd = wake->fd, .events = POLLIN};
    poll(&fd, 1, ENDLESS);
}
