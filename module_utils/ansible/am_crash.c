#include "ansible/am_crash.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/compiler.h"
#include "base/mem.h"

struct last_words {
    int signal; /* 0: no memory */
    const char *reason;
};

static const struct last_words causes[] = {
    {0, "out of memory"},
    {SIGABRT, "it aborted (SIGABRT)"},
    {SIGSEGV, "it crashed (SIGSEGV)"},
    {SIGBUS, "it crashed (SIGBUS)"},
    {SIGFPE, "it crashed (SIGFPE)"},
    {SIGILL, "it crashed (SIGILL)"},
};

/* A handler can reach nothing but file-scope state. All of it is prepared before. */
static struct {
    volatile sig_atomic_t armed;
    volatile sig_atomic_t working;
    char words[array_length(causes)][2][256]; /* by cause, then by whether work had begun */
    char stack[64 * 1024];                    /* a stack overflow leaves no other */
} last;

/* Only calls that a signal handler may make. */
static void write_all(const char *text)
{
    size_t left = strlen(text);
    while (left) {
        ssize_t count = write(STDOUT_FILENO, text, left);
        if (count >= 0) {
            text += count;
            left -= (size_t)count;
        } else if (errno == EAGAIN) {
            struct pollfd fd = {.fd = STDOUT_FILENO, .events = POLLOUT};
            poll(&fd, 1, 1000);
        } else if (errno != EINTR) {
            return;
        }
    }
}

static no_return void leave(size_t cause)
{
    if (last.armed) {
        last.armed = 0;
        write_all(last.words[cause][last.working ? 1 : 0]);
    }
    _exit(1);
}

static void on_signal(int number)
{
    for (size_t i = 1; i < array_length(causes); i++)
        if (causes[i].signal == number)
            leave(i);
    leave(1);
}

static void on_out_of_memory(void)
{
    leave(0);
}

static void prepare(const char *name)
{
    for (size_t i = 0; i < array_length(causes); i++)
        for (int working = 0; working < 2; working++)
            snprintf(last.words[i][working], sizeof(last.words[i][working]),
                     "\n{\"failed\": true, \"changed\": %s, \"msg\": \"The module %.64s ended "
                     "unexpectedly: %s. What it did before is not known.\"}\n",
                     working ? "true" : "false", name, causes[i].reason);
}

static void catch_signals(void)
{
    stack_t stack = {.ss_sp = last.stack, .ss_size = sizeof(last.stack)};
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_ONSTACK | (int)SA_RESETHAND};
    sigemptyset(&action.sa_mask);
    sigaltstack(&stack, NULL);
    for (size_t i = 1; i < array_length(causes); i++) {
        /* A sanitizer reports these signals better than we do. */
        if (!SANITIZED || causes[i].signal == SIGABRT)
            sigaction(causes[i].signal, &action, NULL);
    }
}

static void forbid_core_files(void)
{
    const struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    /* The limit does not stop a core_pattern that is a pipe. The leak checker needs ptrace. */
    if (!SANITIZED)
        prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

void am_crash_guard(const char *name)
{
    prepare(name);
    last.armed = 1;
    catch_signals();
    forbid_core_files();
    mem_set_out_of_memory_hook(on_out_of_memory);
}

void am_crash_working(void)
{
    last.working = 1;
}

void am_crash_disarm(void)
{
    last.armed = 0;
}
