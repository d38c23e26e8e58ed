/* The child between fork and exec: only what is safe there. It leaves with _exit or exec. */
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "proc/report.h"
#include "proc/spawn_priv.h"

enum {
    CANNOT_EXEC = 127,
    MANY_DESCRIPTORS = 65536,
};

static no_return void give_up(const struct spawn_pipes *pipes, enum report_stage stage)
{
    report_write(pipes->report[1], stage, errno);
    _exit(CANNOT_EXEC);
}

/* Whatever else we hold, or were given by our own parent, is not for the program. */
static void close_others_on_exec(void)
{
#ifdef CLOSE_RANGE_CLOEXEC
    if (syscall(SYS_close_range, 3U, ~0U, (unsigned)CLOSE_RANGE_CLOEXEC) == 0)
        return;
#endif
    long most = sysconf(_SC_OPEN_MAX);
    most = most > 0 && most < MANY_DESCRIPTORS ? most : MANY_DESCRIPTORS;
    for (int fd = 3; fd < most; fd++)
        fcntl(fd, F_SETFD, FD_CLOEXEC);
}

/* FD becomes TARGET; without one it is /dev/null. */
static bool place(int fd, int target)
{
    if (fd < 0)
        fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return false;
    if (fd == target)
        return fcntl(fd, F_SETFD, 0) == 0;
    return dup2(fd, target) == target;
}

/* Handlers go by themselves with exec; ignored signals and the mask would stay. */
static void reset_signals(void)
{
    sigset_t none;
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigemptyset(&action.sa_mask);
    sigaction(SIGPIPE, &action, NULL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static no_return void become(const struct spawn_image *image, const struct spawn_pipes *pipes)
{
    setpgid(0, 0);
    if (!place(pipes->input[0], STDIN_FILENO) || !place(pipes->output[1], STDOUT_FILENO) ||
        (pipes->error[1] >= 0 && !place(pipes->error[1], STDERR_FILENO)))
        give_up(pipes, REPORT_DESCRIPTORS);
    close_others_on_exec();
    if (image->directory && chdir(image->directory) < 0)
        give_up(pipes, REPORT_DIRECTORY);
    reset_signals();
    execve(image->path, image->argv, image->env);
    give_up(pipes, REPORT_EXEC);
}

pid_t child_start(const struct spawn_image *image, const struct spawn_pipes *pipes)
{
    pid_t pid = fork();
    if (pid == 0)
        become(image, pipes);
    /* In both, because either may come first. It fails when the child has already executed. */
    if (pid > 0)
        setpgid(pid, pid);
    return pid;
}
