/*
 * Networks as operators write them, and whether an address lies in one. Pure.
 */
#ifndef DAEMON_CIDR_H
#define DAEMON_CIDR_H

#include <stdbool.h>
#include <sys/socket.h>

#include "daemon/config.h"

/* "10.0.0.0/8", "2001:db8::/32", or an address alone. False: it is none of these. */
bool cidr_parse(const char *text, struct cidr *cidr) must_check;
/* IPv4 addresses match however they arrive, plain or as ::ffff:a.b.c.d. */
bool cidr_holds(const struct cidr *cidr, const struct sockaddr *address);

#endif
