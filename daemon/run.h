/*
 * The life of the daemon: both threads, signals, the service manager, the end.
 */
#ifndef DAEMON_RUN_H
#define DAEMON_RUN_H

#include "daemon/config.h"

/* Until a signal ends it. ARGV: what a successor is started with, see daemon/successor.h. */
int run_daemon(const struct config *config, char **argv, struct error **err) must_check;

#endif
