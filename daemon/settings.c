#include "daemon/settings.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "daemon/cidr.h"
#include "daemon/endpoint.h"

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

enum { DAY = 86400 * 1000, MANY = 1000000 };

#define AT(MEMBER) .offset = offsetof(struct config, MEMBER)

static const struct setting table[] = {
    {.variable = "PROXY_BIND",
     .option = "--bind",
     .read = read_bind,
     AT(bind),
     .fallback = "*",
     .help = "address to listen on; * means all, IPv4 and IPv6"},
    {.variable = "PROXY_PORT",
     .option = "--port",
     .read = read_port,
     AT(port),
     .fallback = "0",
     .help = "port to listen on; 0: any free one"},
    {.variable = "PROXY_ALLOW",
     .option = "--allow",
     .read = read_allow,
     AT(allow),
     .fallback = "",
     .help = "networks that may connect, separated by commas; empty: all"},
    {.variable = "PROXY_MAX_CONNECTIONS",
     .option = "--max-connections",
     .read = read_count,
     AT(max_connections),
     .low = 1,
     .high = MANY,
     .fallback = "8192",
     .help = "connections at a time"},
    {.variable = "PROXY_MAX_CONNECTIONS_PER_CLUSTER",
     .option = "--max-connections-per-cluster",
     .read = read_count,
     AT(max_per_cluster),
     .low = 1,
     .high = MANY,
     .fallback = "2048",
     .help = "the same for one cluster"},
    {.variable = "PROXY_HELLO_TIMEOUT",
     .option = "--hello-timeout",
     .read = read_seconds,
     AT(hello_timeout_ms),
     .low = 100,
     .high = DAY,
     .fallback = "5",
     .help = "seconds a client has to say which cluster it wants"},
    {.variable = "PROXY_CONNECT_TIMEOUT",
     .option = "--connect-timeout",
     .read = read_seconds,
     AT(connect_timeout_ms),
     .low = 100,
     .high = DAY,
     .fallback = "5",
     .help = "seconds for a connection to a cluster"},
    {.variable = "PROXY_IDLE_TIMEOUT",
     .option = "--idle-timeout",
     .read = read_seconds,
     AT(idle_timeout_ms),
     .low = 0,
     .high = 30LL * DAY,
     .fallback = "3600",
     .help = "seconds without a byte after which a connection is closed; 0: never"},
    {.variable = "PROXY_HALF_CLOSED_TIMEOUT",
     .option = "--half-closed-timeout",
     .read = read_seconds,
     AT(half_timeout_ms),
     .low = 0,
     .high = 30LL * DAY,
     .fallback = "60",
     .help = "the same once one side has closed; 0: as without"},
    {.variable = "PROXY_DRAIN_TIMEOUT",
     .option = "--drain-timeout",
     .read = read_seconds,
     AT(drain_timeout_ms),
     .low = 0,
     .high = DAY,
     .fallback = "10",
     .help = "seconds that connections may go on after SIGTERM"},
    {.variable = "PROXY_NETNS_DIR",
     .option = "--netns-dir",
     .read = read_path,
     AT(netns_dir),
     .fallback = "/run/netns",
     .help = "directory of the network namespaces"},
    {.variable = "PROXY_NETNS_PREFIXES",
     .option = "--netns-prefixes",
     .read = read_prefixes,
     AT(netns_prefixes),
     .fallback = "ovnmeta-,qdhcp-,",
     .help = "what may stand before the network id, best first; others come last"},
    {.variable = "PROXY_PROBE",
     .option = "--probe",
     .read = read_probe,
     AT(probe),
     .fallback = "tcp",
     .help = "what proves that a cluster is up: tcp, a connection; readyz, TLS and GET /readyz"},
    {.variable = "PROXY_PROBE_INTERVAL",
     .option = "--probe-interval",
     .read = read_seconds,
     AT(probe_interval_ms),
     .low = 100,
     .high = DAY,
     .fallback = "5",
     .help = "seconds between two probes of a cluster"},
    {.variable = "PROXY_ALWAYS",
     .option = "--always",
     .read = read_flag,
     AT(always),
     .fallback = "",
     .help = "take clusters with a floating IP too"},
    {.variable = "POD_IP",
     .option = "--pod-ip",
     .read = read_address,
     AT(pod_ip),
     .fallback = "",
     .help = "address to publish; default: PROXY_BIND, else the way to the API server"},
    {.variable = "KUBECONFIG",
     .option = "--kubeconfig",
     .read = read_text,
     AT(kubeconfig),
     .fallback = "",
     .help = "credentials of the management cluster; default ~/.kube/config"},
    {.variable = "PROXY_HOSTNAME",
     .option = "--hostname",
     .read = read_text,
     AT(hostname),
     .fallback = "",
     .help = "name of this host; default: the kernel's"},
    {.variable = "PROXY_NAMESPACE",
     .option = "--namespace",
     .read = read_required,
     AT(namespace),
     .fallback = "magnum-system",
     .help = "namespace of the clusters"},
    {.variable = "PROXY_CYCLE",
     .option = "--cycle",
     .read = read_seconds,
     AT(cycle_ms),
     .low = 100,
     .high = DAY,
     .fallback = "10",
     .help = "seconds between two refreshes of what is published"},
    {.variable = "PROXY_RESTORE_KUBECONFIG",
     .option = "--restore-kubeconfig",
     .read = read_flag,
     AT(restore),
     .fallback = "",
     .help = "put the API endpoint back into kubeconfigs of clusters that no longer qualify"},
    {.variable = "PROXY_FORWARD_BIND",
     .option = "--forward-bind",
     .read = read_endpoint,
     AT(forward_bind),
     .fallback = "",
     .help = "listen here too and forward to other proxies"},
    {.variable = "PROXY_FORWARD_HOSTS",
     .option = "--forward-hosts",
     .read = read_path,
     AT(forward_hosts),
     .fallback = "",
     .help = "hosts file to keep for that"},
    {.variable = "PROXY_ROUTES",
     .option = "--routes",
     .read = read_path,
     AT(routes),
     .fallback = "",
     .help = "a file with a fixed list of clusters; no Kubernetes API then"},
    {.variable = "PROXY_METRICS",
     .option = "--metrics",
     .read = read_metrics,
     AT(metrics),
     .fallback = "",
     .help = "path of a socket, or loopback address:port, for Prometheus"},
};

const struct setting *settings_table(size_t *count)
{
    *count = array_length(table);
    return table;
}
