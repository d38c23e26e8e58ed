#include "daemon/address.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "base/str.h"
#include "daemon/endpoint.h"
#include "http/url.h"

/* Of a network that is only for documents: whoever has a route to it has a default route. */
#define THE_WORLD_4 "192.0.2.1"
#define THE_WORLD_6 "2001:db8::1"

/* True when other hosts can use it and an EndpointSlice may hold it. */
static bool is_usable(const char *address)
{
    struct endpoint endpoint;
    if (!address || !endpoint_set(&endpoint, address, 1) || endpoint_local(&endpoint))
        return false;
    const struct in6_addr *six = &endpoint.address.v6.sin6_addr;
    if (endpoint.address.any.sa_family == AF_INET)
        return endpoint.address.v4.sin_addr.s_addr != INADDR_ANY;
    return !IN6_IS_ADDR_UNSPECIFIED(six) && !IN6_IS_ADDR_LINKLOCAL(six);
}

/* Asks the kernel from which address it would send to PEER; nothing is sent. Owned, or NULL. */
static char *source_for(const struct sockaddr *peer, socklen_t size)
{
    auto_close int fd = socket(peer->sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct sockaddr_storage own = {0};
    socklen_t own_size = sizeof(own);
    char text[NI_MAXHOST];
    if (fd < 0 || connect(fd, peer, size) < 0 ||
        getsockname(fd, (struct sockaddr *)&own, &own_size) < 0 ||
        getnameinfo((struct sockaddr *)&own, own_size, text, sizeof(text), NULL, 0,
                    NI_NUMERICHOST) != 0)
        return NULL;
    return is_usable(text) ? xstrdup(text) : NULL;
}

static char *source_for_host(const char *host)
{
    struct addrinfo hints = {.ai_socktype = SOCK_DGRAM};
    struct addrinfo *found = NULL;
    char *source = NULL;
    if (getaddrinfo(host, "443", &hints, &found) != 0)
        return NULL;
    for (const struct addrinfo *at = found; at && !source; at = at->ai_next)
        source = source_for(at->ai_addr, at->ai_addrlen);
    freeaddrinfo(found);
    return source;
}

static char *source_for_server(const char *server)
{
    auto_error struct error *ignored = NULL;
    auto_url struct url url = {0};
    return url_parse(server, &url, &ignored) == 0 ? source_for_host(url.host) : NULL;
}

char *address_published(const struct config *config, const char *server, struct error **err)
{
    if (config->pod_ip)
        return xstrdup(config->pod_ip);
    if (is_usable(config->bind))
        return xstrdup(config->bind);
    char *source = source_for_server(server);
    if (!source)
        source = source_for_host(THE_WORLD_4);
    if (!source)
        source = source_for_host(THE_WORLD_6);
    if (!source)
        error_make(
            err, ERROR_USAGE,
            "no address to publish: PROXY_BIND is \"%s\" and no route tells which one of this "
            "host's addresses others use; set POD_IP",
            config->bind);
    return source;
}
