#include "http/proxy.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/strv.h"
#include "http/url.h"

struct address {
    unsigned char bytes[16];
    unsigned length; /* 4 or 16; 0: not an address */
};

static struct address address_of(const char *text)
{
    struct address address = {.length = 0};
    if (inet_pton(AF_INET, text, address.bytes) == 1)
        address.length = 4;
    else if (inet_pton(AF_INET6, text, address.bytes) == 1)
        address.length = 16;
    return address;
}

static bool same_bits(const struct address *a, const struct address *b, unsigned bits)
{
    unsigned whole = bits / 8;
    unsigned rest = bits % 8;
    if (memcmp(a->bytes, b->bytes, whole) != 0)
        return false;
    return !rest || !((a->bytes[whole] ^ b->bytes[whole]) >> (8 - rest));
}

/* ENTRY is an address or a CIDR, perhaps with brackets around an IPv6 address. */
static bool address_matches(const char *entry, const struct address *host)
{
    const char *start = entry + (*entry == '[');
    auto_free char *text = xmemdup(start, strcspn(start, "]/"));
    const char *slash = strchr(entry, '/');
    struct address wanted = address_of(text);
    long long bits = wanted.length * 8LL;
    if (slash && !str_to_int(slash + 1, 0, bits, &bits))
        return false;
    return wanted.length && wanted.length == host->length &&
           same_bits(&wanted, host, (unsigned)bits);
}

/* "example.com" and ".example.com" cover the domain; the second not the bare name, as in Go. */
static bool name_matches(const char *entry, const char *host)
{
    size_t entry_length = strlen(entry);
    size_t host_length = strlen(host);
    if (*entry != '.' && str_equal_nocase(entry, host))
        return true;
    if (entry_length >= host_length || !str_equal_nocase(host + host_length - entry_length, entry))
        return false;
    return *entry == '.' || host[host_length - entry_length - 1] == '.';
}

/* Cuts the port off an ENTRY like "host:443" or "[::1]:443" and returns it; "" when it names none,
 * as a CIDR or an IPv6 address without brackets. */
static const char *cut_port(char *entry)
{
    char *bracket = *entry == '[' ? strchr(entry, ']') : NULL;
    char *colon = strchr(bracket ? bracket : entry, ':');
    if (!colon || strchr(colon + 1, ':') || strchr(entry, '/') || (bracket && colon != bracket + 1))
        return "";
    *colon = '\0';
    return colon + 1;
}

static bool entry_matches(char *entry, const char *host, const char *port,
                          const struct address *address)
{
    entry = str_trim(entry);
    if (strcmp(entry, "*") == 0)
        return true;
    const char *only = cut_port(entry);
    if (!*entry || (*only && strcmp(only, port) != 0))
        return false;
    return address->length ? address_matches(entry, address)
                           : name_matches(entry + (*entry == '*' && entry[1] == '.'), host);
}

bool proxy_excluded(const char *no_proxy, const char *host, const char *port)
{
    if (str_empty(no_proxy))
        return false;
    struct address address = address_of(host);
    auto_strv struct strv entries = {0};
    strv_split(&entries, no_proxy, ',');
    for (size_t i = 0; i < entries.count; i++)
        if (entry_matches(entries.items[i], host, port, &address))
            return true;
    return false;
}

char *proxy_url(const char *url, struct error **err)
{
    if (str_empty(url))
        return xstrdup("");
    auto_url struct url parts = {0};
    if (url_parse(url, &parts, err) < 0) {
        error_wrap(err, "proxy");
        return NULL;
    }
    bool socks = strcmp(parts.scheme, "socks5") == 0;
    if (!socks && strcmp(parts.scheme, "http") != 0 && strcmp(parts.scheme, "https") != 0) {
        error_make(err, ERROR_USAGE,
                   "proxy: unsupported scheme \"%s\", must be http, https, or socks5",
                   parts.scheme);
        return NULL;
    }
    /* The port is always written out: without one libcurl takes 1080 for http, others take 80. */
    const char *authority = strstr(url, "://") + 3;
    int userinfo = parts.has_userinfo ? (int)(strrchr(authority, '@') + 1 - authority) : 0;
    auto_free char *host_port = url_host_port(url);
    /* A SOCKS proxy resolves the names, as with Go's client; libcurl calls that socks5h. */
    return xasprintf("%s://%.*s%s", socks ? "socks5h" : parts.scheme, userinfo, authority,
                     host_port);
}

/* ---- the environment */

/* A variable, or the one with the same name in capitals. Empty ones are none. */
static const char *variable(const char *lower, const char *upper)
{
    const char *set = getenv(lower);
    if (str_empty(set) && upper)
        set = getenv(upper);
    return str_empty(set) ? NULL : set;
}

const char *proxy_of_environment(const char *url)
{
    /* HTTP_PROXY in capitals may come from a request to a CGI program: nobody reads it. */
    const char *set = strncasecmp(url, "https:", 6) == 0 ? variable("https_proxy", "HTTPS_PROXY")
                                                         : variable("http_proxy", NULL);
    return set ? set : variable("all_proxy", "ALL_PROXY");
}

const char *proxy_exclusions_of_environment(void)
{
    return variable("no_proxy", "NO_PROXY");
}
