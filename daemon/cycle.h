/*
 * One round of control: what is there, what should be there, what has to be written. Keeps between
 * rounds what the API server told, so that a round costs requests only where something changed.
 */
#ifndef DAEMON_CYCLE_H
#define DAEMON_CYCLE_H

#include "daemon/config.h"
#include "daemon/connection.h"
#include "daemon/exchange.h"
#include "daemon/expiry.h"
#include "daemon/rewrites.h"
#include "daemon/secrets.h"
#include "daemon/store.h"

struct cycle {
    const struct config *config; /* borrowed */
    struct exchange *exchange;   /* borrowed; NULL: no data thread, everything counts as up */
    int hand_over_fd;            /* borrowed; its, or -1 */
    char *host;
    struct connection connection;
    struct store clusters, services, slices; /* what is there, by name */
    struct expiry *expiry;
    struct secrets secrets;
    struct failures failures; /* of Services and slices */
    struct rewrites rewrites;
    struct routes *routes; /* published last; a reference, or NULL */
    struct control_report report;
    long long signed_ms; /* when the sign of life was written last, by base/clock.h; 0: it is not,
                            or nobody knows */
    long long asked_ms;  /* when the API server answered ASK last, by base/clock.h; 0: never */
    long long heard_ms; /* the time that EXPIRY goes by: how long until then we have heard others */
    int ahead;          /* seconds that the time on it is ahead */
    bool hosts_failed;  /* told once */
    /* of the current round */
    struct clusters read;
    struct strv namespaces;
};

void cycle_init(struct cycle *cycle, const struct config *config, struct exchange *exchange);
void cycle_clear(struct cycle *cycle);
#define auto_cycle cleanup_with(cycle_clear)

/* Connects where that is not done. */
int cycle_connect(struct cycle *cycle, struct error **err) must_check;
/* Lists what is not known, asks once a cycle whether the API server is there, and reads the
 * clusters and namespaces of this round. */
int cycle_look(struct cycle *cycle, struct error **err) must_check;
/* When the API server has to be asked again, by base/clock.h. */
long long cycle_due(const struct cycle *cycle);
/* Publishes routes, writes what has to be written. After cycle_look. */
int cycle_act(struct cycle *cycle, struct error **err) must_check;
/* No names of clusters in the hosts file any more. Needs no API server. */
void cycle_forget_names(struct cycle *cycle);
/* Deletes what this host published. */
int cycle_withdraw(struct cycle *cycle, struct error **err) must_check;
/* Something failed: the next round begins with a new connection and knows nothing. */
void cycle_lose(struct cycle *cycle);

#endif
