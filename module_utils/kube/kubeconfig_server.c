#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "http/url.h"
#include "kube/kubeconfig_priv.h"

/* "scheme:", or 0 when TEXT does not start with one. */
static size_t scheme_length(const char *text)
{
    size_t length = 0;
    while (isalnum((unsigned char)text[length]) ||
           (length > 0 && strchr("+-.", text[length]) && text[length] != '\0'))
        length++;
    return isalpha((unsigned char)text[0]) && text[length] == ':' ? length : 0;
}

static char *with_scheme(const char *text, bool tls)
{
    size_t length = scheme_length(text);
    if (length == 0 || !str_starts_with(text + length, "://"))
        return xasprintf("%s://%s", tls ? "https" : "http", text);
    char *url = xstrdup(text);
    for (size_t i = 0; i < length; i++)
        url[i] = (char)tolower((unsigned char)url[i]);
    return url;
}

/* A bare host:port can carry no path: kubectl takes "host/path" for a mistake. */
static int refuse_bare_path(const char *text, const char *url, struct error **err)
{
    const char *path = strchr(strstr(url, "://") + 3, '/');
    if (str_contains(text, "://") || !path || strcmp(path, "/") == 0)
        return 0;
    error_make(err, ERROR_USAGE, "host must be a URL or a host:port pair: \"%s\"", text);
    return -1;
}

char *kube_server_url(const char *text, bool tls, struct error **err)
{
    auto_free char *url = with_scheme(text, tls);
    if (refuse_bare_path(text, url, err))
        return NULL;
    if (!str_starts_with(url, "http://") && !str_starts_with(url, "https://")) {
        error_make(err, ERROR_USAGE, "unsupported protocol scheme \"%.*s\"",
                   (int)scheme_length(url), url);
        return NULL;
    }
    url[strcspn(url, "?#")] = '\0';
    size_t authority = (size_t)(strstr(url, "://") - url) + 3;
    for (size_t length = strlen(url); length > authority && url[length - 1] == '/'; length--)
        url[length - 1] = '\0';
    auto_url struct url parts = {0};
    if (url_parse(url, &parts, err))
        return NULL;
    if (parts.has_userinfo) {
        /* kubectl would send them, even without TLS. */
        error_make(err, ERROR_USAGE,
                   "the server's URL holds a user name or a password; "
                   "use username and password instead");
        return NULL;
    }
    return steal_ptr(url);
}

/* A proxy's URL may hold a password: what is behind the scheme and before '@' is not shown. */
static char *proxy_shown(const char *text)
{
    const char *at = strrchr(text, '@');
    const char *mark = strstr(text, "://");
    if (!at)
        return xstrdup(text);
    int scheme = mark && mark < at ? (int)(mark - text) + 3 : 0;
    return xasprintf("%.*s…%s", scheme, text, at);
}

int kube_proxy_check(const char *text, struct error **err)
{
    size_t length = scheme_length(text);
    auto_free char *shown = proxy_shown(text);
    if (length == 0) {
        error_make(err, ERROR_USAGE,
                   "could not parse: %s: a proxy needs a scheme, as in http://host:port", shown);
        return -1;
    }
    auto_free char *scheme = xmemdup(text, length);
    if (!str_equal_nocase(scheme, "http") && !str_equal_nocase(scheme, "https") &&
        !str_equal_nocase(scheme, "socks5")) {
        error_make(err, ERROR_USAGE, "unsupported scheme \"%s\", must be http, https, or socks5",
                   scheme);
        return -1;
    }
    auto_url struct url parts = {0};
    return url_parse(text, &parts, err);
}
