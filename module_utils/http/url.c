#include "http/url.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

static const char unreserved[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
static const char scheme_chars[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-.";

static const struct scheme_row {
    const char *scheme;
    int port;
} scheme_table[] = {
    {"http", 80},
    {"https", 443},
    {"socks5", 1080},
    {"socks5h", 1080},
};

void url_escape(struct buf *out, const char *text)
{
    while (*text) {
        size_t plain = strspn(text, unreserved);
        buf_add(out, text, plain);
        text += plain;
        if (*text)
            buf_printf(out, "%%%02X", (unsigned)(unsigned char)*text++);
    }
}

void url_query(struct buf *out, const char *name, const char *value)
{
    buf_add_char(out, strchr(buf_str(out), '?') ? '&' : '?');
    url_escape(out, name);
    buf_add_char(out, '=');
    url_escape(out, value);
}

static unsigned hex_digit(char c)
{
    return (unsigned)(isdigit((unsigned char)c) ? c - '0' : tolower((unsigned char)c) - 'a' + 10);
}

/* PLUS: what a '+' stands for. */
static char *unescape(const char *text, size_t length, char plus)
{
    struct buf out;
    buf_init(&out);
    for (size_t i = 0; i < length; i++) {
        bool code = text[i] == '%' && length - i > 2 && isxdigit((unsigned char)text[i + 1]) &&
                    isxdigit((unsigned char)text[i + 2]) && memcmp(&text[i], "%00", 3) != 0;
        if (!code) {
            buf_add_char(&out, text[i] == '+' ? plus : text[i]);
            continue;
        }
        buf_add_char(&out, (char)(hex_digit(text[i + 1]) << 4 | hex_digit(text[i + 2])));
        i += 2;
    }
    return buf_steal(&out);
}

char *url_unescape(const char *text, size_t length)
{
    return unescape(text, length, '+');
}

char *url_unescape_value(const char *text, size_t length)
{
    return unescape(text, length, ' ');
}

/* TEXT for a message. A password may hold any byte, so all up to the last '@' is left out. */
static char *url_shown(const char *text)
{
    const char *secret_end = strrchr(text, '@');
    if (!secret_end)
        return xstrdup(text);
    const char *mark = strstr(text, "://");
    int scheme = mark && mark < secret_end ? (int)(mark - text) + 3 : 0;
    return xasprintf("%.*s…%s", scheme, text, secret_end);
}

static int refuse(const char *text, const char *what, struct error **err)
{
    auto_free char *shown = url_shown(text);
    error_make(err, ERROR_USAGE, "URL \"%s\" %s", shown, what);
    return -1;
}

static int default_port(const char *scheme)
{
    for (size_t i = 0; i < array_length(scheme_table); i++)
        if (strcmp(scheme_table[i].scheme, scheme) == 0)
            return scheme_table[i].port;
    return 0;
}

/* A name or an IPv4 address. Bytes above ASCII stay: libcurl knows international names. */
static bool is_host_name(const char *host)
{
    return *host && !host[strcspn(host, "\"#%/:<>?@[\\]^`{|}")];
}

static bool is_ipv6(const char *host)
{
    unsigned char address[16];
    /* A zone ("fe80::1%25eth0") belongs to the machine, not to the address. */
    auto_free char *bare = xmemdup(host, strcspn(host, "%"));
    return inet_pton(AF_INET6, bare, address) == 1;
}

static int parse_port(const char *text, const char *digits, int *port, struct error **err)
{
    long long number = 0;
    if (!isdigit((unsigned char)*digits) || !str_to_int(digits, 1, 65535, &number))
        return refuse(text, "has a port that is not a number from 1 to 65535", err);
    *port = (int)number;
    return 0;
}

/* AUTHORITY is "[user[:password]@]host[:port]"; TEXT the whole URL for messages. */
static int parse_authority(const char *text, const char *authority, struct url *out,
                           struct error **err)
{
    const char *at = strrchr(authority, '@');
    const char *host = at ? at + 1 : authority;
    out->has_userinfo = at != NULL;
    const char *behind = NULL;
    if (*host == '[') {
        const char *end = strchr(host, ']');
        if (!end)
            return refuse(text, "has a '[' without a ']'", err);
        out->host = xmemdup(host + 1, (size_t)(end - host - 1));
        behind = end + 1;
        if (!is_ipv6(out->host))
            return refuse(text, "has something else than an IPv6 address in brackets", err);
    } else {
        behind = host + strcspn(host, ":");
        out->host = xmemdup(host, (size_t)(behind - host));
        if (strchr(behind, ':') != strrchr(behind, ':'))
            return refuse(text, "has an IPv6 address that is not in brackets", err);
        if (!*out->host)
            return refuse(text, "has no host", err);
        if (!is_host_name(out->host))
            return refuse(text, "has a character in its host that cannot be there", err);
    }
    out->port = default_port(out->scheme);
    if (!*behind)
        return 0;
    if (*behind != ':')
        return refuse(text, "has something else than a port behind its host", err);
    return parse_port(text, behind + 1, &out->port, err);
}

static int parse_parts(const char *text, struct url *out, struct error **err)
{
    for (const char *c = text; *c; c++)
        if ((unsigned char)*c <= ' ' || *c == 0x7F)
            return refuse(text, "has a blank or a control character", err);
    size_t scheme = strspn(text, scheme_chars);
    if (!scheme || !isalpha((unsigned char)*text) || !str_starts_with(text + scheme, "://"))
        return refuse(text, "does not begin with a scheme like \"https://\"", err);
    if (strpbrk(text, "?#"))
        return refuse(text, "has a query or a fragment, which cannot be used here", err);
    out->scheme = xmemdup(text, scheme);
    for (char *c = out->scheme; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    const char *start = text + scheme + 3;
    size_t length = strcspn(start, "/");
    auto_free char *authority = xmemdup(start, length);
    if (parse_authority(text, authority, out, err) < 0)
        return -1;
    out->path = xstrdup(start + length);
    for (size_t end = strlen(out->path); end && out->path[end - 1] == '/'; end--)
        out->path[end - 1] = '\0';
    return 0;
}

int url_parse(const char *text, struct url *out, struct error **err)
{
    struct url url = {0};
    if (parse_parts(text, &url, err) < 0) {
        url_clear(&url);
        return -1;
    }
    *out = url;
    return 0;
}

void url_clear(struct url *url)
{
    mem_cleanup_free(&url->scheme);
    mem_cleanup_free(&url->host);
    mem_cleanup_free(&url->path);
    *url = (struct url){0};
}

char *url_host_port(const char *text)
{
    const char *mark = strstr(text, "://");
    const char *start = mark ? mark + 3 : text;
    auto_free char *base = xmemdup(text, (size_t)(start - text) + strcspn(start, "/?#"));
    auto_url struct url url = {0};
    if (url_parse(base, &url, NULL) < 0)
        return xstrdup("(malformed URL)");
    bool bracket = strchr(url.host, ':') != NULL;
    return xasprintf("%s%s%s:%d", bracket ? "[" : "", url.host, bracket ? "]" : "", url.port);
}

char *url_password(const char *text)
{
    const char *mark = text ? strstr(text, "://") : NULL;
    if (!mark)
        return NULL;
    auto_free char *userinfo = xmemdup(mark + 3, strcspn(mark + 3, "/?#"));
    char *at = strrchr(userinfo, '@');
    if (!at)
        return NULL;
    *at = '\0';
    const char *colon = strchr(userinfo, ':');
    return xstrdup(colon ? colon + 1 : userinfo);
}
