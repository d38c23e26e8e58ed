#include "lxc_container/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/mem.h"
#include "base/signame.h"
#include "proc/pidfd.h"

enum { TAIL = 4096, POLL_MS = 20 };

/* ---- the child */

/* A process that liblxc leaves behind keeps what it inherits. */
static void reset_signals(void)
{
    static const int numbers[] = {SIGTERM, SIGINT, SIGHUP, SIGPIPE};
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigset_t none;
    sigemptyset(&action.sa_mask);
    sigemptyset(&none);
    for (size_t i = 0; i < array_length(numbers); i++)
        sigaction(numbers[i], &action, NULL);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static no_return void be_child(struct ct *ct, const struct guard *guard, int output)
{
    setpgid(0, 0);
    reset_signals();
    lock_release(&ct->lock);
    lock_release(&ct->clone_lock);
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (null < 0 || dup2(null, 0) < 0 || dup2(output, 1) < 0 || dup2(output, 2) < 0)
        _exit(1);
    _exit(guard->work(ct, guard->payload) ? 0 : 1);
}

/* ---- the parent */

/* Until the child may have ended, a signal to us, or a while has passed. */
static void doze(int pidfd, int interrupt, long long deadline)
{
    long long left = deadline ? clock_left_ms(deadline) : 1000;
    struct pollfd fds[] = {{.fd = pidfd, .events = POLLIN}, {.fd = interrupt, .events = POLLIN}};
    if (pidfd < 0)
        left = left < POLL_MS ? left : POLL_MS;
    if (poll(fds, array_length(fds), (int)(left < 1000 ? left : 1000)) < 0)
        return;
}

static void end_child(pid_t pid, int *status)
{
    kill(-pid, SIGKILL);
    kill(pid, SIGKILL);
    while (waitpid(pid, status, 0) < 0 && errno == EINTR)
        ;
}

/* The child's status; -1 when it had to be ended. */
static int wait_for_child(const struct ct *ct, pid_t pid, long long timeout_ms, int *status,
                          const char *what, struct error **err)
{
    int interrupt = ct->returning ? -1 : interrupt_fd();
    long long deadline = timeout_ms ? clock_deadline_ms(timeout_ms) : 0;
    auto_close int pidfd = pidfd_of(pid);
    for (;;) {
        pid_t ended = waitpid(pid, status, WNOHANG);
        if (ended == pid)
            return 0;
        if (!ct->returning && interrupt_check(err) < 0) {
            error_wrap(err, "cannot %s", what);
        } else if (deadline && clock_passed(deadline)) {
            error_make(err, ERROR_TIMEOUT, "cannot %s: it was not done after %lld s", what,
                       timeout_ms / 1000);
        } else {
            doze(pidfd, interrupt, deadline);
            continue;
        }
        end_child(pid, status);
        return -1;
    }
}

static void read_tail(int fd, struct buf *output)
{
    struct stat status;
    char bytes[TAIL];
    if (!output || fstat(fd, &status) < 0)
        return;
    off_t from = status.st_size > TAIL ? status.st_size - TAIL : 0;
    ssize_t got = pread(fd, bytes, sizeof(bytes), from);
    if (got > 0)
        buf_add(output, bytes, (size_t)got);
}

int guard_run(struct ct *ct, const struct guard *guard, const char *what, struct error **err)
{
    off_t mark = capture_mark(&ct->capture);
    auto_close int output = memfd_create("output", MFD_CLOEXEC);
    pid_t pid = output < 0 ? -1 : fork();
    if (pid < 0) {
        error_make_errno(err, errno, "cannot %s: no child process", what);
        return -1;
    }
    if (pid == 0)
        be_child(ct, guard, output);
    setpgid(pid, pid);
    int status = 0;
    int result = wait_for_child(ct, pid, guard->timeout_ms, &status, what, err);
    read_tail(output, guard->output);
    if (result < 0)
        return -1;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    if (WIFSIGNALED(status))
        error_make(err, ERROR_IO, "cannot %s: liblxc ended with signal %d (SIG%s)", what,
                   WTERMSIG(status), signame(WTERMSIG(status)));
    else
        capture_fail(&ct->capture, mark, err, "cannot %s", what);
    return -1;
}
