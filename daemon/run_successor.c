#include <sys/wait.h>

#include "base/mem.h"
#include "daemon/notify.h"
#include "daemon/probe.h"
#include "daemon/run_priv.h"
#include "daemon/successor.h"

/* After a hand-over that did not come about. */
static void measure_again(struct daemon *daemon)
{
    auto_error struct error *error = NULL;
    daemon->successor = 0;
    daemon->metrics = metrics_new(&daemon->server, &error);
    if (error)
        log_line(LOG_LEVEL_ERROR, "%s", error->message);
}

void run_start_successor(struct daemon *daemon)
{
    auto_error struct error *error = NULL;
    if (daemon->leaving || daemon->successor || daemon->handed_over)
        return;
    metrics_free(steal_ptr(daemon->metrics)); /* its place is the successor's */
    daemon->successor = successor_start(&daemon->server, daemon->argv, &error);
    if (daemon->successor < 0) {
        measure_again(daemon);
        log_line(LOG_LEVEL_ERROR, "hand-over: %s", error->message);
        return;
    }
    log_line(LOG_LEVEL_INFO, "hand-over: started process %ld", (long)daemon->successor);
}

void run_hand_over(struct daemon *daemon)
{
    struct server *server = &daemon->server;
    auto_free char *state = xasprintf("MAINPID=%ld", (long)daemon->successor);
    notify_send(state);
    log_line(LOG_LEVEL_INFO, "hand-over: process %ld is ready", (long)daemon->successor);
    daemon->handed_over = true;
    daemon->successor = 0;
    exchange_set_order(server->exchange, EXCHANGE_HAND_OVER);
    for (size_t i = 0; i < server->backends.count; i++)
        probe_stop(server->backends.items[i]);
    run_stop_accepting(daemon);
}

void run_reap(struct daemon *daemon)
{
    int status = 0;
    pid_t child = 0;
    while ((child = waitpid(-1, &status, WNOHANG)) > 0) {
        if (child != daemon->successor)
            continue;
        log_line(LOG_LEVEL_ERROR, "hand-over: process %ld ended instead, going on", (long)child);
        measure_again(daemon);
    }
}
