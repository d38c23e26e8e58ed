/*
 * Any text as a URL. What is accepted must come apart into parts that make sense; what is refused
 * must not show a password; what is escaped must be harmless in a URL.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "http/proxy.h"
#include "http/url.h"

enum { INPUT_LIMIT = 100 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool so)
{
    if (!so)
        abort();
}

static void parse(const char *text)
{
    auto_error struct error *err = NULL;
    auto_url struct url url = {0};
    if (url_parse(text, &url, &err) < 0) {
        const char *behind = str_after(text, "http://SECRET");
        const char *at = strrchr(text, '@');
        must(err && err->kind == ERROR_USAGE && !url.host);
        /* All between the scheme and the last '@' may be a password. */
        must(!behind || !at || strstr(at, "SECRET") || !strstr(err->message, "SECRET"));
        return;
    }
    must(url.host && *url.host && url.port >= 0 && url.port <= 65535);
    must(!*url.path || *url.path == '/');
    must(!str_ends_with(url.path, "/"));
}

static void escape(const char *text)
{
    auto_buf struct buf out = {0};
    url_escape(&out, text);
    must(strspn(buf_str(&out), "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                               "0123456789-._~%") == out.size);
    url_query(&out, text, text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > INPUT_LIMIT)
        return 0;
    auto_free char *text = xmemdup(data, size);
    auto_free char *host_port = url_host_port(text);
    auto_free char *proxy = proxy_url(text, NULL);
    must(!str_contains(host_port, "@") && (!proxy || !*proxy || str_contains(proxy, "://")));
    parse(text);
    escape(text);
    must(proxy_excluded(text, "10.0.0.1", "443") + proxy_excluded(text, "api.example.com", "80") <=
         2);
    return 0;
}
