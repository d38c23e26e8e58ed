/*
 * A newer binary in our place, without a connection lost: the successor gets the listening sockets
 * and says when it is ready; we go on with the connections that we have until they end.
 */
#ifndef DAEMON_SUCCESSOR_H
#define DAEMON_SUCCESSOR_H

#include <sys/types.h>

#include "daemon/server.h"

/* Starts ARGV[0] with the listeners of SERVER. Its process id, or -1. */
pid_t successor_start(const struct server *server, char **argv, struct error **err) must_check;

/* In the successor: whether a predecessor waits for it. */
bool successor_is_awaited(void);
/* In the successor: tells the predecessor, if there is one, that it may stop accepting. */
void successor_ready(void);

#endif
