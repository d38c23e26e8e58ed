/*
 * All settings of the daemon, from the environment and the command line (which wins), checked once.
 *
 * Immutable afterwards: both threads read it without a lock. daemon/settings.c has the table.
 */
#ifndef DAEMON_CONFIG_H
#define DAEMON_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/strv.h"

enum config_action {
    ACTION_RUN,
    ACTION_CHECK, /* --check-config */
    ACTION_ONCE,  /* --once: one cycle of control, then leave */
    ACTION_DUMP,  /* --dump: qualified clusters and namespaces as JSON */
    ACTION_HELP,
    ACTION_VERSION,
};

enum config_probe { PROBE_TCP, PROBE_READYZ };

/* A network: ADDRESS in network byte order, IPv4 as ::ffff:a.b.c.d, and the bits that count. */
struct cidr {
    uint8_t address[16];
    unsigned bits;
};

struct config {
    enum config_action action;
    /* listener */
    char *bind;         /* PROXY_BIND: "*", an IPv4 or an IPv6 address; default "*" */
    uint16_t port;      /* PROXY_PORT; 0: any free one */
    struct cidr *allow; /* PROXY_ALLOW: sources that may connect; none: all */
    size_t allow_count;
    long long max_connections; /* PROXY_MAX_CONNECTIONS */
    long long max_per_cluster; /* PROXY_MAX_CONNECTIONS_PER_CLUSTER */
    /* relay */
    long long hello_timeout_ms;   /* PROXY_HELLO_TIMEOUT, seconds outside */
    long long connect_timeout_ms; /* PROXY_CONNECT_TIMEOUT */
    long long idle_timeout_ms;    /* PROXY_IDLE_TIMEOUT; 0: none */
    long long half_timeout_ms;    /* PROXY_HALF_CLOSED_TIMEOUT; 0: as idle */
    long long drain_timeout_ms;   /* PROXY_DRAIN_TIMEOUT: for connections after SIGTERM */
    /* namespaces */
    char *netns_dir;            /* PROXY_NETNS_DIR; default /run/netns */
    struct strv netns_prefixes; /* PROXY_NETNS_PREFIXES, best first; "" is the bare id */
    /* health */
    enum config_probe probe;     /* PROXY_PROBE: tcp or readyz */
    long long probe_interval_ms; /* PROXY_PROBE_INTERVAL */
    /* control */
    bool always;         /* PROXY_ALWAYS: clusters with a floating IP too */
    char *pod_ip;        /* POD_IP, or NULL */
    char *kubeconfig;    /* KUBECONFIG, or NULL: the client's own search */
    char *hostname;      /* PROXY_HOSTNAME; default gethostname(), lower case */
    char *namespace;     /* PROXY_NAMESPACE; default magnum-system */
    long long cycle_ms;  /* PROXY_CYCLE */
    long long expiry_ms; /* PROXY_EXPIRY: of slices of hosts without a sign of life */
    bool restore;       /* PROXY_RESTORE_KUBECONFIG: undo the rewrite of what no longer qualifies */
    char *forward_bind; /* PROXY_FORWARD_BIND: address:port of the second listener, or NULL */
    char *forward_hosts; /* PROXY_FORWARD_HOSTS: a hosts file to keep, or NULL */
    char *routes; /* PROXY_ROUTES, --routes: a static table; there is no control thread then */
    /* seen from outside */
    char *metrics; /* PROXY_METRICS: absolute path of a socket, or a loopback address:port; NULL:
                      off */
};

void config_init(struct config *config);
void config_clear(struct config *config);
#define auto_config cleanup_with(config_clear)

/*
 * Fills CONFIG, which is initialised. ENVIRON is "NAME=value" strings ended by NULL. Unknown
 * options and unusable values are an ERROR_USAGE that names the setting, the value and what is
 * allowed.
 */
int config_read(struct config *config, int argc, char **argv, char **environ_, struct error **err)
    must_check;

/* The text of --help, owned. */
char *config_help(void) must_check;
/* All settings as a JSON object, owned: what --check-config prints. */
json_t *config_to_json(const struct config *config) must_check;

#endif
