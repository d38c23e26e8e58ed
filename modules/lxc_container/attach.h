/*
 * Running a program inside of a running container: with an environment of its own, no other open
 * files than the three, its output caught, within a limit of time.
 */
#ifndef LXC_CONTAINER_ATTACH_H
#define LXC_CONTAINER_ATTACH_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/strv.h"
#include "lxc_container/state.h"

/* Everything is borrowed. */
struct attach_request {
    const struct strv *argv; /* a program and its arguments, or NULL */
    const char *script;      /* for a shell, when there is no argv */
    const char *shell;       /* NULL: /bin/bash where the container has it, else /bin/sh */
    const char *directory;   /* NULL: /root where the container has it, else / */
    const struct strv *environment;
    uid_t uid; /* (uid_t)-1: that of the container's init */
    gid_t gid;
    const char *input;    /* NULL: nothing */
    long long timeout_ms; /* 0: none */
};

struct attach_result {
    int rc;     /* 127: no such program; 126: it cannot be run; 128 + signal */
    int signal; /* that ended it, or 0 */
    bool timed_out;
    struct buf output;     /* at most 1 MiB, */
    struct buf error_text; /* then a line that says how much is left out */
};

/* 0 when it ran to its end or was ended for its time. The container must run: attaching to a frozen
 * one never returns. -1: ERROR_IO with what liblxc says, ERROR_INTERRUPTED. */
int attach_run(struct ct *ct, const struct attach_request *request, struct attach_result *result,
               struct error **err) must_check;
void attach_result_clear(struct attach_result *result);
#define auto_attach_result cleanup_with(attach_result_clear)

/* The request for SCRIPT and the defaults for all the rest. */
struct attach_request attach_script(const char *script);

#endif
