/*
 * The thorough probe: TLS on a connected socket and GET /readyz, without credentials.
 *
 * The certificate is not verified: the question is whether an API server answers, nothing that is
 * said depends on who it is, and no secret is sent. An address that accepts connections for members
 * that are all gone, as a load balancer's does, does not pass.
 */
#ifndef DAEMON_READYZ_H
#define DAEMON_READYZ_H

#include "daemon/server.h"

struct readyz;

/*
 * FD_TAKE is connected, and watched already with edges (as daemon/dial.h leaves it). DONE is called
 * once, in a later round, with WHY (borrowed) on failure; it may free the probe. 200, 401 and 403
 * are success.
 */
struct readyz *readyz_start(struct server *server, int fd_take, const char *cluster,
                            void (*done)(void *context, bool success, const char *why),
                            void *context) must_check;
void readyz_free(struct readyz *readyz);

#endif
