/*
 * What the command line asks for: run, or print something and leave. The only writer of standard
 * output.
 */
#ifndef DAEMON_ACTIONS_H
#define DAEMON_ACTIONS_H

#include "daemon/config.h"

/* ARGV is kept for a hand-over to a newer binary. Returns when the daemon has ended. */
int action_run(const struct config *config, char **argv, struct error **err) must_check;

#endif
