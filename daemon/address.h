/*
 * Under which address this host's proxy is reached by others.
 */
#ifndef DAEMON_ADDRESS_H
#define DAEMON_ADDRESS_H

#include "base/error.h"
#include "daemon/config.h"

/*
 * POD_IP; else PROXY_BIND when that is one address; else the address from which this host speaks to
 * SERVER, the URL of the API server; when that is a loopback address, the one from which it speaks
 * to the world. Owned. ERROR_USAGE when none of them is an address that others can use.
 */
char *address_published(const struct config *config, const char *server, struct error **err)
    must_check;

#endif
