/* What a round does with what it has seen. See daemon/cycle.h. */
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "daemon/apply.h"
#include "daemon/cycle.h"
#include "daemon/hosts.h"
#include "daemon/log.h"
#include "daemon/plan.h"
#include "daemon/routing.h"
#include "json/js_get.h"

enum {
    /* Seconds that the sign of life is ahead beside a proxy whose clock is fast. */
    SIGN_FAR_AHEAD_SECONDS = 600,
    /* Who deletes a sign of life that is younger than this, and than the others' patience, has
     * another clock. */
    SIGN_YOUNG_MS = 20000,
    /* Of a cycle, for the watches: kubeconfigs that take longer are left for the next round. */
    REST_MS = 2000,
};

static enum plan_health health_of(void *context, const char *name)
{
    struct cycle *cycle = context;
    const struct cluster *cluster = clusters_find(&cycle->read, name);
    if (!cluster || !routing_is_local(cluster, &cycle->namespaces, &cycle->config->netns_prefixes))
        return PLAN_ABSENT;
    if (!cycle->exchange)
        return PLAN_UP;
    struct health health = {0};
    exchange_health(cycle->exchange, name, &health);
    enum health_state state = health.state;
    health_clear(&health);
    if (state == HEALTH_UNKNOWN)
        return PLAN_UNKNOWN;
    return state == HEALTH_UP ? PLAN_UP : PLAN_DOWN;
}

static void publish_routes(struct cycle *cycle)
{
    const struct config *config = cycle->config;
    auto_routes struct routes *routes =
        routing_make(&cycle->read, config->forward_bind ? cycle->slices.items : NULL, cycle->host,
                     &cycle->namespaces, &config->netns_prefixes);
    if (!cycle->exchange || (cycle->routes && routing_equal(cycle->routes, routes)))
        return;
    routes_free(cycle->routes);
    cycle->routes = routes_ref(routes);
    exchange_publish_take(cycle->exchange, steal_ptr(routes));
}

/* The names of all clusters that this host forwards to; WITHOUT: none, when it ends. */
static void keep_hosts(struct cycle *cycle, bool without)
{
    const struct config *config = cycle->config;
    auto_error struct error *error = NULL;
    auto_strv struct strv clusters = {0};
    /* Alone, with --once, they would be names that nobody listens for. */
    if (!cycle->exchange || !config->forward_hosts || !config->forward_bind)
        return;
    for (size_t i = 0; cycle->routes && !without && i < routes_count(cycle->routes); i++)
        strv_add(&clusters, routes_get(cycle->routes, i)->cluster);
    /* Without the port, and IPv6 without its brackets. */
    auto_free char *address = xstrdup(config->forward_bind + (*config->forward_bind == '['));
    address[strcspn(address, *config->forward_bind == '[' ? "]" : ":")] = '\0';
    const struct hosts hosts = {
        .address = address, .namespace_ = config->namespace, .clusters = &clusters};
    int changed = hosts_keep(config->forward_hosts, &hosts, &error);
    if (changed < 0 && !cycle->hosts_failed)
        log_line(LOG_LEVEL_WARNING, "names of clusters cannot be told: %s", error->message);
    cycle->hosts_failed = changed < 0;
}

static int carry_out(struct cycle *cycle, struct plan *plan, struct error **err)
{
    struct apply apply = {.client = cycle->connection.client,
                          .namespace_ = cycle->config->namespace,
                          .services = &cycle->services,
                          .slices = &cycle->slices,
                          .failures = &cycle->failures};
    int result = apply_plan(&apply, plan, err);
    cycle->report.writes += apply.writes;
    cycle->report.api_errors += apply.errors;
    return result;
}

static const char *sign_uid(const struct cycle *cycle)
{
    auto_free char *name = sign_name(cycle->host);
    return js_str(cycle->slices.items, name, "metadata", "uid", NULL);
}

static const char *sign_version(const struct cycle *cycle)
{
    auto_free char *name = sign_name(cycle->host);
    return js_str(cycle->slices.items, name, "metadata", "resourceVersion", NULL);
}

static void make_plan(struct cycle *cycle, struct plan *plan)
{
    struct timespec now;
    auto_strv struct strv expired = {0};
    auto_strv struct strv resting = {0};
    clock_gettime(CLOCK_REALTIME, &now);
    expiry_find(cycle->expiry, cycle->slices.items, cycle->heard_ms, now.tv_sec, &expired);
    rewrites_find(&cycle->rewrites, clock_now_ms(), &resting);
    const struct place place = {.namespace_ = cycle->config->namespace,
                                .host = cycle->host,
                                .address = cycle->connection.address,
                                .port = cycle->exchange ? exchange_port(cycle->exchange)
                                                        : cycle->config->port,
                                .sign = sign_uid(cycle)};
    const struct plan_input input = {
        .clusters = &cycle->read,
        .services = cycle->services.items,
        .slices = cycle->slices.items,
        .place = &place,
        .expired = &expired,
        .resting = &resting,
        .health = health_of,
        .context = cycle,
        .now = now.tv_sec,
        .microseconds = now.tv_nsec / 1000,
        .ahead = cycle->ahead,
        .cycle_ms = cycle->config->cycle_ms,
    };
    plan_make(plan, &input);
}

/* The sign of life is due again soon, or the data thread has news, or an order came. */
static bool is_enough(void *context)
{
    const struct cycle *cycle = context;
    long long most = cycle->config->cycle_ms;
    most -= most > 2LL * REST_MS ? REST_MS : most / 2;
    long long since = cycle->signed_ms ? cycle->signed_ms : cycle->asked_ms;
    return cycle->exchange &&
           (exchange_has_news(cycle->exchange) || clock_now_ms() - since >= most);
}

static int keep_secrets(struct cycle *cycle, struct error **err)
{
    struct secrets *secrets = &cycle->secrets;
    const struct secrets_work work = {.objects = cycle->clusters.items,
                                      .health = health_of,
                                      .enough = is_enough,
                                      .context = cycle};
    secrets->writes = secrets->errors = 0;
    int result = secrets_keep(secrets, cycle->connection.client, &work, err);
    cycle->report.writes += secrets->writes;
    cycle->report.api_errors += secrets->errors;
    return result;
}

static int publish(struct cycle *cycle, struct error **err)
{
    auto_plan struct plan plan = {0};
    make_plan(cycle, &plan);
    int result = carry_out(cycle, &plan, err);
    rewrites_note(&cycle->rewrites, &plan, clock_now_ms());
    rewrites_keep(&cycle->rewrites, &cycle->read);
    return result;
}

/* A proxy of upstream's kind goes by its own clock, also when that is wrong. */
static void mind_fast_clocks(struct cycle *cycle)
{
    long long age = clock_now_ms() - cycle->signed_ms;
    bool young = cycle->signed_ms && age < SIGN_YOUNG_MS && age < cycle->config->expiry_ms;
    if (sign_uid(cycle) || !young || cycle->ahead >= SIGN_FAR_AHEAD_SECONDS)
        return;
    log_line(LOG_LEVEL_WARNING, "somebody deleted the sign of life of this host, maybe a proxy "
                                "whose clock is fast: its time is 10 minutes ahead from here on");
    cycle->ahead = SIGN_FAR_AHEAD_SECONDS;
}

int cycle_act(struct cycle *cycle, struct error **err)
{
    publish_routes(cycle);
    keep_hosts(cycle, false);
    mind_fast_clocks(cycle);
    const char *version = sign_version(cycle);
    auto_free char *before = version ? xstrdup(version) : NULL;
    if (publish(cycle, err) < 0 || (!before && sign_uid(cycle) && publish(cycle, err) < 0))
        return -1;
    if (!str_equal(before, sign_version(cycle)))
        cycle->signed_ms = sign_uid(cycle) ? clock_now_ms() : 0;
    return keep_secrets(cycle, err);
}

void cycle_forget_names(struct cycle *cycle)
{
    keep_hosts(cycle, true);
}

int cycle_withdraw(struct cycle *cycle, struct error **err)
{
    auto_plan struct plan plan = {0};
    plan_withdraw(&plan, cycle->slices.items, cycle->host);
    return carry_out(cycle, &plan, err);
}
