/* What the parts of daemon/client.h share: the client itself, and how it ends. */
#ifndef DAEMON_CLIENT_PRIV_H
#define DAEMON_CLIENT_PRIV_H

#include "daemon/client.h"
#include "daemon/dial.h"

/* TLS alerts, RFC 8446. */
enum alert {
    ALERT_NONE = -1,
    ALERT_DECODE_ERROR = 50,
    ALERT_INTERNAL_ERROR = 80,
    ALERT_MISSING_EXTENSION = 109,
    ALERT_UNRECOGNIZED_NAME = 112,
};

/* What it waits for is what client.ready and timer.fire are. */
struct client {
    struct server *server;
    struct client *before;
    struct client *after;
    struct clients *list; /* which of the server's it is in */
    struct loop_source socket;
    struct timer timer;
    struct loop_job job;
    struct endpoint source;
    struct backend *backend; /* counted there; NULL before the name is known */
    struct dial dial;
    struct flow_end near; /* the client's socket */
    struct flow_end far;  /* the cluster's */
    struct flow up;       /* from the client */
    struct flow down;
    unsigned long long told_up; /* bytes that the backend's counters know */
    unsigned long long told_down;
    long long active_ms;
    bool half_closed; /* one side has ended, maybe behind bytes that the other one does not take */
    size_t low;       /* bytes that wake us */
    size_t farewell;  /* bytes thrown away since the alert */
};

/* Into those who have not said yet what they want. */
void client_enlist(struct client *client);
void client_finish(struct client *client);
/* Out of those who have not said what they want. */
void client_spoke(struct client *client);
/* Adds what the flows moved to the backend's counters. */
void client_count(struct client *client);
/* Counts, logs, sends ALERT, and ends the client; after an alert only when it had time to read it.
 */
void client_refuse(struct client *client, enum refusal why, enum alert alert, const char *name);
/* dial has connected to the backend: moves bytes from here on. */
void client_relay(struct client *client);
/* The kernel wakes us only when SIZE bytes are there. */
void client_wait_for(struct client *client, size_t size);

#endif
