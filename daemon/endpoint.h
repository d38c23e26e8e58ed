/*
 * Addresses with ports as text and as what the kernel wants. Pure.
 */
#ifndef DAEMON_ENDPOINT_H
#define DAEMON_ENDPOINT_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/compiler.h"

struct endpoint {
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } address;
    socklen_t size;
};

enum { ENDPOINT_TEXT = INET6_ADDRSTRLEN + 8 };

/* "127.0.0.1:80", "[::1]:80". False: TEXT is neither. */
bool endpoint_parse(const char *text, struct endpoint *endpoint) must_check;
/* ADDRESS without brackets. False: it is no IP address. */
bool endpoint_set(struct endpoint *endpoint, const char *address, uint16_t port) must_check;
/* Whether it is a loopback address. */
bool endpoint_local(const struct endpoint *endpoint);
uint16_t endpoint_port(const struct endpoint *endpoint);
/* Fills TEXT, of ENDPOINT_TEXT bytes, and returns it. An IPv4 address in IPv6 is shown as IPv4. */
const char *endpoint_text(const struct endpoint *endpoint, char *text);

#endif
