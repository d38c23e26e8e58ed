/*
 * One client, from accept to the end: read which cluster it wants, connect there, relay.
 */
#ifndef DAEMON_CLIENT_H
#define DAEMON_CLIENT_H

#include "daemon/endpoint.h"
#include "daemon/server.h"

/* Takes FD, which is non-blocking. */
void client_begin(struct server *server, int fd_take, const struct endpoint *source);
/* Ends all of them at once. */
void clients_end(struct server *server);
/* Ends those that have not said yet what they want. */
void clients_end_waiting(struct server *server);

#endif
