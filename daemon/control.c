#include "daemon/control.h"

#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"
#include "daemon/cycle.h"
#include "daemon/follow.h"
#include "daemon/log.h"
#include "daemon/wake.h"

enum {
    SETTLE_MS = 200,       /* changes that come together are attended to together */
    LEAST_WATCH_MS = 2000, /* after a round, also when that lasted longer than a cycle */
    FIRST_RETRY_MS = 500,  /* after a failure; doubled up to a whole cycle */
};

struct control {
    struct cycle cycle;
    struct wake wake;
    unsigned failures; /* in a row */
    bool worked;       /* once */
};

static bool is_ordered_to_leave(const struct control *control)
{
    return exchange_order(control->cycle.exchange) != EXCHANGE_RUN;
}

static int round_of(struct control *control, struct error **err)
{
    struct cycle *cycle = &control->cycle;
    long long begun = clock_now_ms();
    if (cycle_connect(cycle, err) < 0 || cycle_look(cycle, err) < 0 || cycle_act(cycle, err) < 0)
        return -1;
    cycle->report.cycles++;
    cycle->report.last_success_unix = time(NULL);
    cycle->report.last_cycle_ms = (unsigned long long)(clock_now_ms() - begun);
    if (control->failures || !control->worked)
        log_line(LOG_LEVEL_INFO, "the Kubernetes API at %s answers; %zu clusters need a proxy",
                 cycle->connection.kube.server, cycle->read.count);
    control->failures = 0;
    control->worked = true;
    return 0;
}

/* Until the next round is due, the exchange has news, or something changed. */
static int wait_watching(struct control *control, long long due, struct error **err)
{
    struct cycle *cycle = &control->cycle;
    struct store *stores[] = {&cycle->clusters, &cycle->services, &cycle->slices};
    long long most = cycle->config->cycle_ms;
    long long least = clock_deadline_ms(most < LEAST_WATCH_MS ? most : LEAST_WATCH_MS);
    wake_at(&control->wake, due > least ? due : least);
    return follow_watch(cycle->connection.client, stores, array_length(stores), &control->wake,
                        SETTLE_MS, err);
}

/* Half of the pause is left to chance, so that hosts do not come back all at once. */
static long long pause_ms(const struct control *control)
{
    long long pause = FIRST_RETRY_MS;
    for (unsigned i = 1; i < control->failures && pause < control->cycle.config->cycle_ms; i++)
        pause *= 2;
    if (pause > control->cycle.config->cycle_ms)
        pause = control->cycle.config->cycle_ms;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return pause / 2 + (now.tv_nsec / 1000) % (pause / 2 + 1);
}

static void wait_after_failure(struct control *control, const struct error *error)
{
    cycle_lose(&control->cycle);
    if (is_ordered_to_leave(control)) /* that may be why it failed */
        return;
    if (control->failures++ == 0)
        log_line(LOG_LEVEL_WARNING, "the Kubernetes API is away, connections go on: %s",
                 error->message);
    control->cycle.report.api_errors++;
    exchange_set_report(control->cycle.exchange, &control->cycle.report);
    long long deadline = clock_deadline_ms(pause_ms(control));
    /* News of health cannot be published now. */
    while (!is_ordered_to_leave(control) && !clock_passed(deadline)) {
        wake_at(&control->wake, deadline);
        wake_wait(&control->wake);
        exchange_quiet(control->cycle.exchange);
    }
}

static void turn(struct control *control)
{
    auto_error struct error *error = NULL;
    struct cycle *cycle = &control->cycle;
    exchange_quiet(cycle->exchange);
    if (exchange_take_reload(cycle->exchange))
        cycle_lose(cycle);
    int result = round_of(control, &error);
    if (result == 0) {
        exchange_set_report(cycle->exchange, &cycle->report);
        if (!is_ordered_to_leave(control))
            result = wait_watching(control, cycle->secrets.left ? 0 : cycle_due(cycle), &error);
    }
    if (result < 0)
        wait_after_failure(control, error);
}

static void leave(struct control *control)
{
    auto_error struct error *error = NULL;
    struct cycle *cycle = &control->cycle;
    if (exchange_order(cycle->exchange) != EXCHANGE_DRAIN)
        return;
    cycle_forget_names(cycle);
    if (cycle_connect(cycle, &error) < 0 || cycle_look(cycle, &error) < 0 ||
        cycle_withdraw(cycle, &error) < 0)
        log_line(LOG_LEVEL_WARNING, "what this host published stays until it expires: %s",
                 error->message);
}

static int run(struct control *control, struct error **err)
{
    /* Settings that can never work are told at once, an absent API server is not one of them. */
    if (cycle_connect(&control->cycle, err) < 0) {
        if ((*err)->kind == ERROR_USAGE || (*err)->kind == ERROR_PARSE || (*err)->kind == ERROR_IO)
            return -1;
        wait_after_failure(control, *err);
        error_clear(err);
    }
    while (!is_ordered_to_leave(control))
        turn(control);
    leave(control);
    return 0;
}

int control_run(const struct config *config, struct exchange *exchange, struct error **err)
{
    struct control control = {0};
    if (wake_init(&control.wake, exchange_control_fd(exchange), err) < 0)
        return -1;
    cycle_init(&control.cycle, config, exchange);
    int result = run(&control, err);
    cycle_clear(&control.cycle);
    wake_clear(&control.wake);
    exchange_set_done(exchange);
    return result;
}

int control_once(const struct config *config, struct error **err)
{
    if (!config->port) {
        error_make(err, ERROR_USAGE,
                   "PROXY_PORT=0: --once publishes a port on which it does not listen, so it has "
                   "to be told which");
        return -1;
    }
    auto_cycle struct cycle cycle;
    cycle_init(&cycle, config, NULL);
    if (cycle_connect(&cycle, err) < 0 || cycle_look(&cycle, err) < 0)
        return -1;
    return cycle_act(&cycle, err);
}
