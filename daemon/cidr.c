#include "daemon/cidr.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

enum { V4_BITS = 32, V6_BITS = 128 };

static void map_v4(const struct in_addr *from, uint8_t to[16])
{
    memset(to, 0, 10);
    to[10] = to[11] = 0xff;
    memcpy(to + 12, from, 4);
}

bool cidr_parse(const char *text, struct cidr *cidr)
{
    auto_free char *address = xstrdup(text);
    char *slash = strchr(address, '/');
    if (slash)
        *slash++ = '\0';
    struct in_addr v4;
    struct in6_addr v6;
    unsigned most = V6_BITS;
    if (inet_pton(AF_INET, address, &v4) == 1) {
        map_v4(&v4, cidr->address);
        most = V4_BITS;
    } else if (inet_pton(AF_INET6, address, &v6) == 1) {
        memcpy(cidr->address, &v6, sizeof(cidr->address));
    } else {
        return false;
    }
    long long bits = most;
    if (slash && !str_to_int(slash, 0, most, &bits))
        return false;
    cidr->bits = (unsigned)bits + V6_BITS - most;
    return true;
}

bool cidr_holds(const struct cidr *cidr, const struct sockaddr *address)
{
    uint8_t bytes[16] = {0};
    if (address->sa_family == AF_INET)
        map_v4(&((const struct sockaddr_in *)(const void *)address)->sin_addr, bytes);
    else if (address->sa_family == AF_INET6)
        memcpy(bytes, &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr, 16);
    else
        return false;
    unsigned whole = cidr->bits / 8;
    if (memcmp(bytes, cidr->address, whole) != 0)
        return false;
    unsigned rest = cidr->bits % 8;
    return rest == 0 || (bytes[whole] ^ cidr->address[whole]) >> (8 - rest) == 0;
}
