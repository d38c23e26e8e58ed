#include "daemon/endpoint.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

bool endpoint_set(struct endpoint *endpoint, const char *address, uint16_t port)
{
    *endpoint = (struct endpoint){0};
    if (inet_pton(AF_INET, address, &endpoint->address.v4.sin_addr) == 1) {
        endpoint->address.v4.sin_family = AF_INET;
        endpoint->address.v4.sin_port = htons(port);
        endpoint->size = sizeof(endpoint->address.v4);
        return true;
    }
    if (inet_pton(AF_INET6, address, &endpoint->address.v6.sin6_addr) == 1) {
        endpoint->address.v6.sin6_family = AF_INET6;
        endpoint->address.v6.sin6_port = htons(port);
        endpoint->size = sizeof(endpoint->address.v6);
        return true;
    }
    return false;
}

bool endpoint_parse(const char *text, struct endpoint *endpoint)
{
    auto_free char *copy = xstrdup(text);
    char *address = copy;
    char *colon = strrchr(copy, ':');
    long long port = 0;
    if (!colon || !str_to_int(colon + 1, 1, UINT16_MAX, &port))
        return false;
    *colon = '\0';
    if (*address == '[') {
        if (colon[-1] != ']')
            return false;
        colon[-1] = '\0';
        address++;
    } else if (strchr(address, ':')) {
        return false; /* IPv6 without brackets: which colon is the port's? */
    }
    return endpoint_set(endpoint, address, (uint16_t)port);
}

bool endpoint_local(const struct endpoint *endpoint)
{
    if (endpoint->address.any.sa_family == AF_INET)
        return ntohl(endpoint->address.v4.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
    return IN6_IS_ADDR_LOOPBACK(&endpoint->address.v6.sin6_addr);
}

uint16_t endpoint_port(const struct endpoint *endpoint)
{
    if (endpoint->address.any.sa_family == AF_INET)
        return ntohs(endpoint->address.v4.sin_port);
    return ntohs(endpoint->address.v6.sin6_port);
}

const char *endpoint_text(const struct endpoint *endpoint, char *text)
{
    char address[INET6_ADDRSTRLEN] = "";
    unsigned port = endpoint_port(endpoint);
    const struct in6_addr *v6 = &endpoint->address.v6.sin6_addr;
    if (endpoint->address.any.sa_family == AF_INET) {
        inet_ntop(AF_INET, &endpoint->address.v4.sin_addr, address, sizeof(address));
    } else if (IN6_IS_ADDR_V4MAPPED(v6)) {
        inet_ntop(AF_INET, &v6->s6_addr[12], address, sizeof(address));
    } else {
        inet_ntop(AF_INET6, v6, address, sizeof(address));
        snprintf(text, ENDPOINT_TEXT, "[%s]:%u", address, port);
        return text;
    }
    snprintf(text, ENDPOINT_TEXT, "%s:%u", address, port);
    return text;
}
