#include "daemon/setting_types.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "daemon/cidr.h"
#include "daemon/endpoint.h"
#include "json/js_list.h"

static void *member(const struct setting *setting, struct config *config)
{
    return (char *)config + setting->offset;
}

static void put_text(const struct setting *setting, struct config *config, const char *value)
{
    char **text = member(setting, config);
    free(*text);
    *text = str_empty(value) ? NULL : xstrdup(value);
}

static int read_text(const struct setting *setting, struct config *config, const char *value,
                     struct error **err)
{
    (void)err;
    put_text(setting, config, value);
    return 0;
}

/* "" is the default: an empty variable is how unit files unset something. */
static int read_required(const struct setting *setting, struct config *config, const char *value,
                         struct error **err)
{
    put_text(setting, config, *value ? value : setting->fallback);
    (void)err;
    return 0;
}

static int read_path(const struct setting *setting, struct config *config, const char *value,
                     struct error **err)
{
    if (*value && *value != '/') {
        error_make(err, ERROR_USAGE, "an absolute path is expected");
        return -1;
    }
    return read_required(setting, config, value, err);
}

static bool is_address(const char *text)
{
    struct in6_addr address = {0};
    return inet_pton(AF_INET, text, &address) == 1 || inet_pton(AF_INET6, text, &address) == 1;
}

static int read_address(const struct setting *setting, struct config *config, const char *value,
                        struct error **err)
{
    if (*value && !is_address(value)) {
        error_make(err, ERROR_USAGE, "an IPv4 or IPv6 address is expected");
        return -1;
    }
    put_text(setting, config, value);
    return 0;
}

static int read_bind(const struct setting *setting, struct config *config, const char *value,
                     struct error **err)
{
    /* Brackets are what people copy from URLs. */
    auto_free char *bare = xstrdup(value);
    size_t length = strlen(bare);
    if (length > 2 && bare[0] == '[' && bare[length - 1] == ']') {
        bare[length - 1] = '\0';
        memmove(bare, bare + 1, length - 1);
    }
    if (*bare && !str_equal(bare, "*") && !is_address(bare)) {
        error_make(err, ERROR_USAGE, "\"*\", an IPv4 or an IPv6 address is expected");
        return -1;
    }
    put_text(setting, config, *bare ? bare : "*");
    return 0;
}

static int read_port(const struct setting *setting, struct config *config, const char *value,
                     struct error **err)
{
    long long port = 0;
    if (*value && !str_to_int(value, 0, UINT16_MAX, &port)) {
        error_make(err, ERROR_USAGE, "a number from 0 (any free port) to 65535 is expected");
        return -1;
    }
    *(uint16_t *)member(setting, config) = (uint16_t)port;
    return 0;
}

static int read_count(const struct setting *setting, struct config *config, const char *value,
                      struct error **err)
{
    long long *number = member(setting, config);
    const char *text = *value ? value : setting->fallback;
    if (!str_to_int(text, setting->low, setting->high, number)) {
        error_make(err, ERROR_USAGE, "a number from %lld to %lld is expected", setting->low,
                   setting->high);
        return -1;
    }
    return 0;
}

/* "5" or "0.25": seconds, with up to three digits behind the point, as milliseconds. */
static bool seconds(const char *text, long long *ms)
{
    enum { MOST = 100000000, THOUSAND = 1000 };
    auto_free char *whole = xstrdup(text);
    long long fraction = 0;
    char *point = strchr(whole, '.');
    if (point) {
        *point++ = '\0';
        size_t digits = strlen(point);
        if (digits < 1 || digits > 3 || strspn(point, "0123456789") != digits)
            return false;
        auto_free char *padded = xasprintf("%s%s", point, &"00"[digits - 1]);
        if (!str_to_int(padded, 0, THOUSAND - 1, &fraction))
            return false;
    }
    long long number = 0;
    if (!isdigit((unsigned char)whole[0]) || !str_to_int(whole, 0, MOST, &number))
        return false;
    *ms = number * THOUSAND + fraction;
    return true;
}

static int read_seconds(const struct setting *setting, struct config *config, const char *value,
                        struct error **err)
{
    long long ms = 0;
    const char *text = *value ? value : setting->fallback;
    if (!seconds(text, &ms) || ms < setting->low || ms > setting->high) {
        error_make(err, ERROR_USAGE, "seconds from %g to %g are expected",
                   (double)setting->low / 1000, (double)setting->high / 1000);
        return -1;
    }
    *(long long *)member(setting, config) = ms;
    return 0;
}

static int read_flag(const struct setting *setting, struct config *config, const char *value,
                     struct error **err)
{
    static const char *const words[] = {"", "0", "false", "no", "off"};
    (void)err;
    bool *flag = member(setting, config);
    *flag = true; /* the predecessor takes any value for a yes, these five included */
    for (size_t i = 0; i < array_length(words); i++) {
        if (str_equal_nocase(value, words[i]))
            *flag = false;
    }
    return 0;
}

static int read_probe(const struct setting *setting, struct config *config, const char *value,
                      struct error **err)
{
    enum config_probe *probe = member(setting, config);
    if (str_equal(value, "tcp") || !*value) {
        *probe = PROBE_TCP;
        return 0;
    }
    if (str_equal(value, "readyz")) {
        *probe = PROBE_READYZ;
        return 0;
    }
    error_make(err, ERROR_USAGE, "tcp or readyz is expected");
    return -1;
}

static int read_prefixes(const struct setting *setting, struct config *config, const char *value,
                         struct error **err)
{
    struct strv *prefixes = member(setting, config);
    strv_clear(prefixes);
    strv_split(prefixes, value, ',');
    for (size_t i = 0; i < prefixes->count; i++) {
        const char *prefix = str_trim(prefixes->items[i]);
        if (strchr(prefix, '/') || (*prefix && !str_ends_with(prefix, "-"))) {
            error_make(err, ERROR_USAGE, "\"%s\": a prefix ends with \"-\" and has no \"/\"",
                       prefix);
            return -1;
        }
    }
    return 0;
}

static int read_allow(const struct setting *setting, struct config *config, const char *value,
                      struct error **err)
{
    (void)setting;
    auto_strv struct strv parts = {0};
    strv_split(&parts, value, ',');
    free(config->allow);
    config->allow = xcalloc(parts.count, sizeof(*config->allow));
    config->allow_count = 0;
    for (size_t i = 0; i < parts.count; i++) {
        const char *part = str_trim(parts.items[i]);
        if (!*part)
            continue;
        if (!cidr_parse(part, &config->allow[config->allow_count])) {
            error_make(err, ERROR_USAGE, "\"%s\" is no network like 10.0.0.0/8 or 2001:db8::/32",
                       part);
            return -1;
        }
        config->allow_count++;
    }
    return 0;
}

static int read_metrics(const struct setting *setting, struct config *config, const char *value,
                        struct error **err)
{
    struct endpoint endpoint;
    if (*value && *value != '/' &&
        (!endpoint_parse(value, &endpoint) || !endpoint_local(&endpoint))) {
        error_make(err, ERROR_USAGE,
                   "the absolute path of a socket, or a loopback address with a port, as "
                   "127.0.0.1:9799, is expected");
        return -1;
    }
    put_text(setting, config, value);
    return 0;
}

static int read_endpoint(const struct setting *setting, struct config *config, const char *value,
                         struct error **err)
{
    struct endpoint endpoint;
    if (*value && !endpoint_parse(value, &endpoint)) {
        error_make(err, ERROR_USAGE, "an address with a port, as 127.0.0.1:6443, is expected");
        return -1;
    }
    put_text(setting, config, value);
    return 0;
}

/* ---- as --check-config shows them */

static const void *where(const struct setting *setting, const struct config *config)
{
    return (const char *)config + setting->offset;
}

static json_t *show_text(const struct setting *setting, const struct config *config)
{
    char *const *text = where(setting, config);
    return *text ? json_string(*text) : json_null();
}

static json_t *show_port(const struct setting *setting, const struct config *config)
{
    return json_integer(*(const uint16_t *)where(setting, config));
}

static json_t *show_count(const struct setting *setting, const struct config *config)
{
    return json_integer(*(const long long *)where(setting, config));
}

static json_t *show_seconds(const struct setting *setting, const struct config *config)
{
    long long ms = *(const long long *)where(setting, config);
    return ms % 1000 == 0 ? json_integer(ms / 1000) : json_real((double)ms / 1000);
}

static json_t *show_flag(const struct setting *setting, const struct config *config)
{
    return json_boolean(*(const bool *)where(setting, config));
}

static json_t *show_probe(const struct setting *setting, const struct config *config)
{
    const enum config_probe *probe = where(setting, config);
    return json_string(*probe == PROBE_TCP ? "tcp" : "readyz");
}

static json_t *show_prefixes(const struct setting *setting, const struct config *config)
{
    const struct strv *prefixes = where(setting, config);
    return js_strv(prefixes);
}

/* How many networks may connect. */
static json_t *show_allow(const struct setting *setting, const struct config *config)
{
    (void)setting;
    return json_integer((json_int_t)config->allow_count);
}

/* ---- both */

const struct setting_type setting_text = {read_text, show_text};
const struct setting_type setting_required = {read_required, show_text};
const struct setting_type setting_path = {read_path, show_text};
const struct setting_type setting_address = {read_address, show_text};
const struct setting_type setting_bind = {read_bind, show_text};
const struct setting_type setting_port = {read_port, show_port};
const struct setting_type setting_count = {read_count, show_count};
const struct setting_type setting_seconds = {read_seconds, show_seconds};
const struct setting_type setting_flag = {read_flag, show_flag};
const struct setting_type setting_probe = {read_probe, show_probe};
const struct setting_type setting_prefixes = {read_prefixes, show_prefixes};
const struct setting_type setting_allow = {read_allow, show_allow};
const struct setting_type setting_metrics = {read_metrics, show_text};
const struct setting_type setting_endpoint = {read_endpoint, show_text};
