/*
 * Which proxy there is, which hosts are reached past it, and how it is named; no network.
 */
#ifndef HTTP_PROXY_H
#define HTTP_PROXY_H

#include <stdbool.h>

#include "base/error.h"

/*
 * True when HOST (a name or an address, without brackets) is in the comma list NO_PROXY, which
 * may be NULL: "*", addresses, CIDRs, "example.com" (with all below it), ".example.com" and
 * "*.example.com" (only what is below). Behind a name or an address, ":443" means only this PORT,
 * behind a CIDR nothing. As Go's client reads it.
 */
bool proxy_excluded(const char *no_proxy, const char *host, const char *port);

/*
 * The proxy URL in libcurl's words, owned: "" (none) for NULL and "", the port always written
 * out, socks5 with names resolved by the proxy. NULL with ERROR_USAGE for another scheme than
 * http, https and socks5.
 */
char *proxy_url(const char *url, struct error **err) must_check;

/* The proxy that the environment names for URL, which begins with its scheme; NULL: none. Borrowed
 * from the environment. */
const char *proxy_of_environment(const char *url);
/* The environment's list of hosts that are reached past it; NULL: none. Borrowed likewise. */
const char *proxy_exclusions_of_environment(void);

#endif
