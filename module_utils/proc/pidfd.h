/*
 * A descriptor that poll() finds readable as soon as a process has ended.
 */
#ifndef PROC_PIDFD_H
#define PROC_PIDFD_H

#include <sys/types.h>

#include "base/compiler.h"

/* Owned, closed on exec; -1 where the kernel (before 5.3) or the C library has none: then look
 * again and again. */
int pidfd_of(pid_t pid) must_check;

#endif
