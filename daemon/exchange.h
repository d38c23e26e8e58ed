/*
 * Where the two threads of the daemon meet, and nothing else that they share.
 *
 * The control thread publishes tables of routes; the data thread takes the newest one. The data
 * thread says how the clusters are; the control thread looks whenever it is woken. Every function
 * may be called from either thread; none waits for the other one.
 */
#ifndef DAEMON_EXCHANGE_H
#define DAEMON_EXCHANGE_H

#include "daemon/routes.h"

struct exchange;

struct exchange *exchange_new(struct error **err) must_check;
void exchange_free(struct exchange *exchange);
define_cleanup(exchange, struct exchange *, exchange_free)
#define auto_exchange cleanup_with(exchange_cleanup)

/* ---- control to data */

/* Replaces the table. A table that nobody took is dropped. */
void exchange_publish_take(struct exchange *exchange, struct routes *routes_take);
/* Readable (an eventfd) when there is a table to take. Borrowed. */
int exchange_routes_fd(const struct exchange *exchange);
/* The newest table, owned, once; NULL when there is none that is new. Also quiets the descriptor.
 */
struct routes *exchange_take_routes(struct exchange *exchange) must_check;

/* Counters that control keeps for the metrics. */
struct control_report {
    unsigned long long cycles;     /* finished */
    unsigned long long api_errors; /* requests to the Kubernetes API that failed */
    unsigned long long writes;     /* objects created, changed or deleted */
    long long last_success_unix;   /* seconds; 0: never */
    unsigned long long last_cycle_ms;
};
void exchange_set_report(struct exchange *exchange, const struct control_report *report);
struct control_report exchange_report(struct exchange *exchange);

/* ---- data to control */

enum health_state {
    HEALTH_UNKNOWN, /* not probed yet */
    HEALTH_UP,
    HEALTH_DOWN,
};

struct health {
    enum health_state state;
    long long since_ms;  /* of the monotonic clock (base/clock.h): when STATE began */
    unsigned candidates; /* namespaces that end in the network id; 1 without a network */
    char *namespace;     /* owned; the one that answered last; NULL: none, or our own */
};
void health_clear(struct health *health);

/* A cluster that is not in the newest table is forgotten with the next exchange_take_routes. */
void exchange_set_health(struct exchange *exchange, const char *cluster,
                         const struct health *health);
/* A copy in *health, whose insides the caller clears. A cluster nobody spoke of is UNKNOWN. */
void exchange_health(struct exchange *exchange, const char *cluster, struct health *health);

/* The port that is listened on, set before the control thread starts. */
void exchange_set_port(struct exchange *exchange, uint16_t port);
uint16_t exchange_port(struct exchange *exchange);

/*
 * What the control thread is to do. DRAIN: delete what this host published, then return. HAND_OVER:
 * return at once and leave everything published, a successor is there already; it is not taken
 * back.
 */
enum exchange_order { EXCHANGE_RUN, EXCHANGE_DRAIN, EXCHANGE_HAND_OVER };
void exchange_set_order(struct exchange *exchange, enum exchange_order order);
enum exchange_order exchange_order(struct exchange *exchange);
/* Readable (an eventfd) from HAND_OVER on: whatever the control thread waits for is to end. Not
 * before DRAIN: a write that was dropped could come to pass after the deletions. Borrowed. */
int exchange_hand_over_fd(const struct exchange *exchange);
/* True once after each SIGHUP: read credentials again, list everything again. */
void exchange_set_reload(struct exchange *exchange);
bool exchange_take_reload(struct exchange *exchange);

/*
 * Readable (an eventfd) for the control thread after any of the above: a state changed, an order, a
 * reload. Borrowed. exchange_quiet makes it unreadable: call it first, then look.
 */
int exchange_control_fd(const struct exchange *exchange);
bool exchange_has_news(const struct exchange *exchange);
void exchange_quiet(struct exchange *exchange);

/* Told by the control thread as its last act, so that the data thread need not wait blindly. */
void exchange_set_done(struct exchange *exchange);
bool exchange_done(struct exchange *exchange);

#endif
