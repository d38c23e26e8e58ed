/*
 * Runs a function in a child process and catches what it writes: for what may be done only once
 * in a process, or ends it.
 */
#ifndef UNIT_ANSIBLE_CHILD_H
#define UNIT_ANSIBLE_CHILD_H

#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "support/unit.h"

struct child_outcome {
    struct buf output; /* of standard output */
    int status;        /* as of waitpid */
};

/* BODY gets ARGUMENT; its return value is the exit status. */
static inline maybe_unused struct child_outcome run_in_child(int (*body)(void *), void *argument)
{
    struct child_outcome outcome = {.status = -1};
    char piece[4096];
    int fds[2];
    buf_init(&outcome.output);
    assert_int_equal(pipe(fds), 0);
    fflush(NULL);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        dup2(fds[1], STDOUT_FILENO);
        close(fds[0]);
        close(fds[1]);
        exit(body(argument)); /* not _exit: the leak checker shall look, too */
    }
    close(fds[1]);
    for (ssize_t count = 1; count > 0;) {
        count = read(fds[0], piece, sizeof(piece));
        if (count > 0)
            buf_add(&outcome.output, piece, (size_t)count);
    }
    close(fds[0]);
    assert_int_equal(waitpid(pid, &outcome.status, 0), pid);
    return outcome;
}

#endif
