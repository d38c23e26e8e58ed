/*
 * The process that liblxc leaves behind to watch a container. It cannot be asked anything until
 * the container runs: when a start hangs, in a hook for instance, only a signal ends it.
 */
#ifndef LXC_CONTAINER_MONITOR_H
#define LXC_CONTAINER_MONITOR_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Pure: the SIZE bytes of a /proc/PID/cmdline are those of the monitor of NAME below LXCPATH. */
bool monitor_is(const char *cmdline, size_t size, const char *lxcpath, const char *name);

/* Kills it with the processes of its session, and waits until it has gone. */
void monitor_kill(const char *lxcpath, const char *name);

#endif
