#include "daemon/successor.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/strv.h"

enum { FIRST_PASSED_FD = 3, HIGH = 64, PID_DIGITS = 12, STATUS_NO_EXEC = 127 };

#define PREDECESSOR "PROXY_PREDECESSOR="
#define LISTEN_PID  "LISTEN_PID="

extern char **environ;

/* What names one process, and so is wrong for another. */
static bool is_ours_alone(const char *entry)
{
    static const char *const names[] = {"LISTEN_", "WATCHDOG_PID=", PREDECESSOR};
    for (size_t i = 0; i < array_length(names); i++) {
        if (str_starts_with(entry, names[i]))
            return true;
    }
    return false;
}

static void make_environment(const struct server *server, struct strv *environment)
{
    for (char **entry = environ; *entry; entry++) {
        if (!is_ours_alone(*entry))
            strv_add(environment, *entry);
    }
    strv_printf(environment, "LISTEN_FDS=%zu", server->listener_count);
    strv_printf(environment, PREDECESSOR "%ld", (long)getpid());
    /* Only the child knows its number; it writes that over the zeros. */
    strv_printf(environment, LISTEN_PID "%0*d", PID_DIGITS, 0);
}

/* In the child of a process with threads: no memory may be allocated here. */
static void write_pid(char *entry)
{
    char *digit = entry + strlen(entry);
    for (long pid = getpid(); pid > 0; pid /= 10)
        *--digit = (char)('0' + pid % 10);
}

/* In the child. Only comes back when exec failed. */
static void become(const struct server *server, char **argv, char **environment, char *pid_entry)
{
    int fds[SERVER_LISTENERS];
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    write_pid(pid_entry);
    /* Out of the way first: a target may be the number of another one. */
    for (size_t i = 0; i < server->listener_count; i++)
        fds[i] = fcntl(server->listeners[i].source.fd, F_DUPFD_CLOEXEC, HIGH);
    for (size_t i = 0; i < server->listener_count; i++)
        dup2(fds[i], FIRST_PASSED_FD + (int)i);
    execvpe(argv[0], argv, environment);
    _exit(STATUS_NO_EXEC);
}

pid_t successor_start(const struct server *server, char **argv, struct error **err)
{
    auto_strv struct strv environment = {0};
    make_environment(server, &environment);
    char *pid_entry = environment.items[environment.count - 1];
    pid_t child = fork();
    if (child == 0)
        become(server, argv, environment.items, pid_entry);
    if (child < 0)
        error_make_errno(err, errno, "fork");
    return child;
}

/* 0: none, or it is gone. */
static pid_t predecessor(void)
{
    long long pid = 0;
    const char *text = getenv("PROXY_PREDECESSOR");
    bool there = text && str_to_int(text, 2, INT32_MAX, &pid) && pid == getppid();
    return there ? (pid_t)pid : 0;
}

bool successor_is_awaited(void)
{
    return predecessor() != 0;
}

void successor_ready(void)
{
    pid_t pid = predecessor();
    if (pid)
        kill(pid, SIGUSR1);
    unsetenv("PROXY_PREDECESSOR");
}
