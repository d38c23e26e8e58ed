/* The module's end of a program that runs inside. */
#include "lxc_container/attach_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/mem.h"
#include "proc/pidfd.h"

enum {
    MOST_BYTES = 1 << 20,
    GRACE_MS = 200, /* for what a program wrote just before it ended */
    TICK_MS = 20,
    SIGNALLED = 128,
};

/* Keeps what fits and counts the rest: a pipe that nobody reads would stop the program. */
static void take(int *fd, struct buf *into, size_t *cut)
{
    char piece[65536];
    ssize_t got = read(*fd, piece, sizeof(piece));
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0) {
        close(steal_fd(fd));
        return;
    }
    size_t room = into->size < MOST_BYTES ? MOST_BYTES - into->size : 0;
    size_t kept = (size_t)got < room ? (size_t)got : room;
    buf_add(into, piece, kept);
    *cut += (size_t)got - kept;
}

static void look(struct attach_child *child)
{
    if (!child->over)
        child->over = waitpid(child->pid, &child->status, WNOHANG) == child->pid;
}

static void pump(struct attach_child *child, struct attach_result *result, int pidfd,
                 long long wait_ms)
{
    struct pollfd fds[] = {{.fd = child->output, .events = POLLIN},
                           {.fd = child->error, .events = POLLIN},
                           {.fd = child->over ? -1 : pidfd, .events = POLLIN},
                           {.fd = interrupt_fd(), .events = POLLIN}};
    if (pidfd < 0 && !child->over && wait_ms > TICK_MS)
        wait_ms = TICK_MS;
    if (poll(fds, array_length(fds), (int)wait_ms) < 0)
        return;
    if (fds[0].revents)
        take(&child->output, &result->output, &child->cut[0]);
    if (fds[1].revents)
        take(&child->error, &result->error_text, &child->cut[1]);
}

static void end(struct attach_child *child)
{
    kill(-child->pid, SIGKILL);
    kill(child->pid, SIGKILL);
    while (!child->over && waitpid(child->pid, &child->status, 0) < 0 && errno == EINTR)
        ;
    child->over = true;
}

static int run_to_end(struct attach_child *child, long long timeout_ms,
                      struct attach_result *result, struct error **err)
{
    long long deadline = timeout_ms ? clock_deadline_ms(timeout_ms) : 0;
    auto_close int pidfd = pidfd_of(child->pid);
    for (look(child); !child->over; look(child)) {
        if (interrupt_check(err) < 0) {
            end(child);
            return -1;
        }
        if (deadline && clock_passed(deadline)) {
            result->timed_out = true;
            end(child);
            return 0;
        }
        long long left = deadline ? clock_left_ms(deadline) : 1000;
        pump(child, result, pidfd, left < 1000 ? left : 1000);
    }
    return 0;
}

/* A process that it left behind may hold the pipes open for ever. */
static void drain(struct attach_child *child, struct attach_result *result)
{
    long long deadline = clock_deadline_ms(GRACE_MS);
    while ((child->output >= 0 || child->error >= 0) && !clock_passed(deadline) &&
           !interrupt_pending())
        pump(child, result, -1, clock_left_ms(deadline));
}

static void say_cut(struct buf *text, size_t cut)
{
    if (cut)
        buf_printf(text, "\n[%zu more bytes are left out]", cut);
}

int attach_talk(struct attach_child *child, long long timeout_ms, struct attach_result *result,
                struct error **err)
{
    fcntl(child->output, F_SETFL, O_NONBLOCK);
    fcntl(child->error, F_SETFL, O_NONBLOCK);
    int done = run_to_end(child, timeout_ms, result, err);
    drain(child, result);
    mem_cleanup_close(&child->output);
    mem_cleanup_close(&child->error);
    say_cut(&result->output, child->cut[0]);
    say_cut(&result->error_text, child->cut[1]);
    result->signal = WIFSIGNALED(child->status) ? WTERMSIG(child->status) : 0;
    result->rc = result->signal ? SIGNALLED + result->signal : WEXITSTATUS(child->status);
    return done;
}
