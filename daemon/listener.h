/*
 * Where clients come in. A port that was asked for is had, or the daemon does not start.
 */
#ifndef DAEMON_LISTENER_H
#define DAEMON_LISTENER_H

#include "daemon/endpoint.h"
#include "daemon/server.h"

/*
 * Opens the listeners of SERVER: descriptors that a service manager, or a predecessor, passed
 * (LISTEN_FDS, sd_listen_fds(3)), else PROXY_BIND and PROXY_PORT. ERROR_IO names address and port.
 */
int listeners_open(struct server *server, struct error **err) must_check;
/* Begins to accept. */
int listeners_start(struct server *server, struct error **err) must_check;
/* Stops accepting; what waits in the kernel's queue is reset unless somebody else has the socket.
 */
void listeners_close(struct server *server);
/* The port of the first one. */
uint16_t listeners_port(const struct server *server);

/* A stream socket that listens on ENDPOINT (V6_ONLY: not on IPv4 too), non-blocking; -1. */
int listener_open(const struct endpoint *endpoint, bool v6_only, struct error **err) must_check;

#endif
