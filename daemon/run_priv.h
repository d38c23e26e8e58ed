/* What the parts of daemon/run.h share: the daemon itself, and what its events lead to. */
#ifndef DAEMON_RUN_PRIV_H
#define DAEMON_RUN_PRIV_H

#include <pthread.h>
#include <sys/types.h>

#include "daemon/metrics.h"
#include "daemon/run.h"
#include "daemon/server.h"
#include "daemon/watch.h"

struct daemon {
    struct server server;
    char **argv;
    struct watch *watch;     /* owned */
    struct metrics *metrics; /* owned, may be NULL */
    struct loop_source signals;
    struct loop_source exchange;
    struct timer watchdog;
    struct timer drain;
    pthread_t control;
    bool control_started;
    bool serving;
    struct error *control_error; /* owned; the control thread's until it is done */
    bool leaving;
    bool handed_over;
    pid_t successor; /* 0: none */
};

/* Takes clients, once. A successor waits with it until it knows its clusters: its predecessor,
 * which has the same sockets, serves meanwhile. */
int run_serve(struct daemon *daemon, struct error **err) must_check;

/* Blocks the signals that it knows, and acts on them from the loop. */
int run_take_signals(struct daemon *daemon, struct error **err) must_check;

/* Clients are told by the Kubernetes API first that this host is out, then the door closes. */
void run_leave(struct daemon *daemon);
/* Ends the loop when nothing is left to wait for. */
void run_stop_if_done(struct daemon *daemon);
/* No new clients from here on. */
void run_stop_accepting(struct daemon *daemon);
/* For server.drained and the timer DRAIN. */
void run_drained(struct server *server);
void run_drain_ends(struct timer *timer);

/* Starts the program at its path, which may be a newer one. */
void run_start_successor(struct daemon *daemon);
/* It says that it is ready. */
void run_hand_over(struct daemon *daemon);
/* A child ended. */
void run_reap(struct daemon *daemon);

/* Begins to follow the exchange: clusters that come and go, a control thread that is done. */
int run_follow(struct daemon *daemon, struct error **err) must_check;
/* Publishes what PROXY_ROUTES says. */
int run_read_routes(struct daemon *daemon, struct error **err) must_check;

#endif
