/*
 * Running a program to its end: an argument vector (never a shell), an environment, bytes for its
 * standard input, its output captured within limits, a deadline.
 *
 * The program leads a process group of its own, so that a timeout or a signal to us ends its
 * children too. It gets the three standard descriptors and no others.
 */
#ifndef PROC_SPAWN_H
#define PROC_SPAWN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/strv.h"

enum spawn_stderr {
    SPAWN_STDERR_CAPTURE, /* into spawn_result.error_text */
    SPAWN_STDERR_PASS,    /* to our own */
};

/* Everything is borrowed. */
struct spawn_options {
    const struct strv *argv;      /* argv[0]: a path when it holds a '/', else looked up in PATH */
    const struct strv *extra_env; /* "NAME=value", added to or replacing ours; or NULL */
    const char *directory;        /* to run in; NULL: ours */
    const void *input;            /* bytes for standard input; NULL: /dev/null */
    size_t input_size;
    enum spawn_stderr stderr_to;
    size_t output_limit; /* bytes of standard output; 0: 1 MiB; more is an error */
    size_t error_limit;  /* bytes of standard error that are kept, the last; 0: 64 KiB */
    long timeout_ms;     /* 0: none */
};

struct spawn_result {
    int exit_code; /* 0 to 255, or -1 when a signal ended it */
    int signal;    /* that signal, or 0 */
    struct buf output;
    struct buf error_text; /* empty when passed through */
};

/*
 * 0 when the program ran to its end, whatever its exit code: *result is filled, the caller clears
 * it. -1: ERROR_NOT_FOUND (code ENOENT: no such program), ERROR_IO (not executable …; code EFBIG:
 * more output than the limit), ERROR_TIMEOUT, ERROR_INTERRUPTED. Messages name the program, never
 * its arguments, its environment or its output.
 */
int spawn_run(const struct spawn_options *options, struct spawn_result *result, struct error **err)
    must_check;
void spawn_result_clear(struct spawn_result *result);
#define auto_spawn_result cleanup_with(spawn_result_clear)

/* "exit code 3" or "signal 9 (SIGKILL)", owned. */
char *spawn_result_text(const struct spawn_result *result) must_check;

/*
 * The path of program NAME, owned: NAME itself when it holds a '/', else the first executable
 * file in the absolute directories of PATH. NULL with ERROR_NOT_FOUND.
 */
char *spawn_find(const char *name, struct error **err) must_check;

#endif
