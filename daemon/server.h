/*
 * What the data thread owns: the loop, the listeners, the backends, the connections, the counters.
 */
#ifndef DAEMON_SERVER_H
#define DAEMON_SERVER_H

#include "daemon/backend.h"
#include "daemon/config.h"
#include "daemon/exchange.h"
#include "daemon/flow.h"
#include "daemon/log.h"
#include "daemon/loop.h"
#include "daemon/netns.h"

/* Why a client was sent away; the index of a counter and a word in the log and the metrics. */
enum refusal {
    REFUSED_SOURCE,  /* not in PROXY_ALLOW */
    REFUSED_LIMIT,   /* PROXY_MAX_CONNECTIONS */
    REFUSED_CROWDED, /* too many clients had not said anything yet: the oldest goes */
    REFUSED_CLUSTER_LIMIT,
    REFUSED_SLOW, /* no whole hello in time */
    REFUSED_GONE, /* left before it said which cluster it wants */
    REFUSED_NOT_TLS,
    REFUSED_MALFORMED,
    REFUSED_NO_NAME,
    REFUSED_UNKNOWN,     /* a name of no cluster */
    REFUSED_UNREACHABLE, /* the cluster does not answer */
    REFUSED_KINDS,
};
const char *refusal_word(enum refusal refusal);

struct client;

/* A list of clients, oldest first. */
struct clients {
    struct client *first;
    struct client *last;
    size_t count;
};

enum { SERVER_LISTENERS = 8 };

struct listener {
    struct server *server;
    struct loop_source source;
    struct timer pause; /* after running out of descriptors */
};

struct server {
    const struct config *config; /* borrowed */
    struct exchange *exchange;   /* borrowed */
    struct netns_place place;    /* PLACE.own is owned */
    struct loop loop;
    struct listener listeners[SERVER_LISTENERS];
    size_t listener_count;
    struct backends backends;
    struct flow_pool pool;
    uint8_t *hello;         /* owned: HELLO_BYTES, shared by all that read a hello */
    struct clients waiting; /* have not said yet what they want */
    struct clients others;  /* all the rest */
    size_t most;            /* connections, as descriptors allow */
    size_t most_waiting;
    bool draining;
    unsigned long long accepted;
    unsigned long long refused[REFUSED_KINDS];
    unsigned long long relayed; /* connections that reached a cluster */
    unsigned long long closed_idle;
    struct log_limit log_limit;
    void (*drained)(struct server *server); /* called when draining and the last connection went */
};

#endif
