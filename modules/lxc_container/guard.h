/*
 * Calls of liblxc that change something run in a child process: it can be given up after a time,
 * what templates and hooks print is caught, and nothing that we hold open is inherited by the
 * processes that liblxc leaves behind.
 */
#ifndef LXC_CONTAINER_GUARD_H
#define LXC_CONTAINER_GUARD_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "lxc_container/state.h"

struct guard {
    bool (*work)(struct ct *ct, const void *payload); /* in the child; false: failed */
    const void *payload;
    long long timeout_ms; /* 0: none */
    struct buf *output;   /* what it printed, the last 4 KiB; or NULL */
};

/* 0 when the work returned true. -1 with an error that begins with WHAT ("start web1") and says
 * what liblxc logged: ERROR_IO, ERROR_TIMEOUT, ERROR_INTERRUPTED. */
int guard_run(struct ct *ct, const struct guard *guard, const char *what, struct error **err)
    must_check;

#endif
