/*
 * What the daemon counted, as Prometheus reads it, to whoever asks on a socket in the file system
 * or on a loopback port. Nothing but GET is understood, and nothing secret is said.
 */
#ifndef DAEMON_METRICS_H
#define DAEMON_METRICS_H

#include "daemon/server.h"

struct metrics;

/* Listens on PROXY_METRICS; NULL without an error when that is not set. */
struct metrics *metrics_new(struct server *server, struct error **err) must_check;
/* Also from within a round of the loop. */
void metrics_free(struct metrics *metrics);

/* The text itself, owned. */
char *metrics_text(const struct server *server) must_check;

#endif
