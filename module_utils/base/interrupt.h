/*
 * SIGTERM, SIGINT and SIGHUP as a flag: a module that is told to stop still writes its result.
 *
 * Whatever waits (the HTTP loop, a child process, a sleep) also waits for interrupt_fd() and
 * returns an ERROR_INTERRUPTED soon after the signal.
 */
#ifndef BASE_INTERRUPT_H
#define BASE_INTERRUPT_H

#include "base/error.h"

/* Installs the handlers. Call once, from main. Without it nothing is ever pending. */
void interrupt_install(void);
/* The signal that arrived, or 0. */
int interrupt_pending(void);
/* A descriptor that becomes readable with the first signal, or -1. Borrowed; never read it. */
int interrupt_fd(void);
/* 0, or -1 with an ERROR_INTERRUPTED that names the signal when one is pending. */
int interrupt_check(struct error **err);

/*
 * Between the two nothing is pending and nothing wakes: for what has to be finished although we
 * were told to stop, such as taking back a change that others suffer from. Calls may be nested. The
 * signal is not lost.
 */
void interrupt_hold(void);
void interrupt_release(void);

#endif
