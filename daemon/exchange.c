#include "daemon/exchange.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"

struct entry {
    char *cluster; /* owned */
    struct health health;
};

struct exchange {
    pthread_mutex_t lock; /* over everything below */
    int routes_fd;
    int control_fd;
    int hand_over_fd;
    struct routes *fresh;  /* published and not taken yet, or NULL */
    struct entry *entries; /* sorted by cluster */
    size_t count;
    size_t room;
    struct control_report report;
    uint16_t port;
    enum exchange_order order;
    bool reload;
    bool done;
};

struct exchange *exchange_new(struct error **err)
{
    auto_exchange struct exchange *exchange = xcalloc(1, sizeof(*exchange));
    pthread_mutex_init(&exchange->lock, NULL);
    exchange->routes_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    exchange->control_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    exchange->hand_over_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (exchange->routes_fd < 0 || exchange->control_fd < 0 || exchange->hand_over_fd < 0) {
        error_make_errno(err, errno, "eventfd");
        return NULL;
    }
    return steal_ptr(exchange);
}

void health_clear(struct health *health)
{
    free(health->namespace);
    *health = (struct health){0};
}

static void entry_clear(struct entry *entry)
{
    free(entry->cluster);
    health_clear(&entry->health);
}

void exchange_free(struct exchange *exchange)
{
    if (!exchange)
        return;
    for (size_t i = 0; i < exchange->count; i++)
        entry_clear(&exchange->entries[i]);
    free(exchange->entries);
    routes_free(exchange->fresh);
    mem_cleanup_close(&exchange->routes_fd);
    mem_cleanup_close(&exchange->control_fd);
    mem_cleanup_close(&exchange->hand_over_fd);
    pthread_mutex_destroy(&exchange->lock);
    free(exchange);
}

static void wake(int fd)
{
    eventfd_write(fd, 1); /* only a full counter fails: the reader is awake then */
}

static void quiet(int fd)
{
    eventfd_t count = 0;
    eventfd_read(fd, &count); /* EAGAIN: it is quiet */
}

static void lock(struct exchange *exchange)
{
    pthread_mutex_lock(&exchange->lock);
}

static void unlock(struct exchange *exchange)
{
    pthread_mutex_unlock(&exchange->lock);
}

void exchange_publish_take(struct exchange *exchange, struct routes *routes_take)
{
    lock(exchange);
    struct routes *old = exchange->fresh;
    exchange->fresh = routes_take;
    unlock(exchange);
    routes_free(old);
    wake(exchange->routes_fd);
}

int exchange_routes_fd(const struct exchange *exchange)
{
    return exchange->routes_fd;
}

static void forget_others(struct exchange *exchange, const struct routes *routes)
{
    size_t kept = 0;
    for (size_t i = 0; i < exchange->count; i++) {
        if (routes_find(routes, exchange->entries[i].cluster))
            exchange->entries[kept++] = exchange->entries[i];
        else
            entry_clear(&exchange->entries[i]);
    }
    exchange->count = kept;
}

struct routes *exchange_take_routes(struct exchange *exchange)
{
    quiet(exchange->routes_fd);
    lock(exchange);
    struct routes *routes = steal_ptr(exchange->fresh);
    if (routes)
        forget_others(exchange, routes);
    unlock(exchange);
    return routes;
}

void exchange_set_report(struct exchange *exchange, const struct control_report *report)
{
    lock(exchange);
    exchange->report = *report;
    unlock(exchange);
}

struct control_report exchange_report(struct exchange *exchange)
{
    lock(exchange);
    struct control_report report = exchange->report;
    unlock(exchange);
    return report;
}

/* The place of CLUSTER, or where it would have to be. */
static size_t place(const struct exchange *exchange, const char *cluster)
{
    size_t low = 0;
    size_t high = exchange->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(exchange->entries[middle].cluster, cluster) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct entry *find(struct exchange *exchange, const char *cluster)
{
    size_t at = place(exchange, cluster);
    bool there = at < exchange->count && strcmp(exchange->entries[at].cluster, cluster) == 0;
    return there ? &exchange->entries[at] : NULL;
}

static struct entry *insert(struct exchange *exchange, const char *cluster)
{
    if (exchange->count == exchange->room) {
        exchange->room = exchange->room ? exchange->room * 2 : 8;
        exchange->entries =
            xreallocarray(exchange->entries, exchange->room, sizeof(*exchange->entries));
    }
    size_t at = place(exchange, cluster);
    struct entry *entry = &exchange->entries[at];
    memmove(entry + 1, entry, (exchange->count - at) * sizeof(*entry));
    *entry = (struct entry){.cluster = xstrdup(cluster)};
    exchange->count++;
    return entry;
}

static struct health health_dup(const struct health *health)
{
    struct health copy = *health;
    copy.namespace = health->namespace ? xstrdup(health->namespace) : NULL;
    return copy;
}

void exchange_set_health(struct exchange *exchange, const char *cluster,
                         const struct health *health)
{
    lock(exchange);
    struct entry *entry = find(exchange, cluster);
    if (!entry)
        entry = insert(exchange, cluster);
    health_clear(&entry->health);
    entry->health = health_dup(health);
    unlock(exchange);
    wake(exchange->control_fd);
}

void exchange_health(struct exchange *exchange, const char *cluster, struct health *health)
{
    lock(exchange);
    const struct entry *entry = find(exchange, cluster);
    *health = entry ? health_dup(&entry->health) : (struct health){0};
    unlock(exchange);
}

void exchange_set_port(struct exchange *exchange, uint16_t port)
{
    lock(exchange);
    exchange->port = port;
    unlock(exchange);
}

uint16_t exchange_port(struct exchange *exchange)
{
    lock(exchange);
    uint16_t port = exchange->port;
    unlock(exchange);
    return port;
}

void exchange_set_order(struct exchange *exchange, enum exchange_order order)
{
    lock(exchange);
    if (exchange->order != EXCHANGE_HAND_OVER)
        exchange->order = order;
    if (exchange->order == EXCHANGE_HAND_OVER)
        wake(exchange->hand_over_fd);
    unlock(exchange);
    wake(exchange->control_fd);
}

enum exchange_order exchange_order(struct exchange *exchange)
{
    lock(exchange);
    enum exchange_order order = exchange->order;
    unlock(exchange);
    return order;
}

int exchange_hand_over_fd(const struct exchange *exchange)
{
    return exchange->hand_over_fd;
}

void exchange_set_reload(struct exchange *exchange)
{
    lock(exchange);
    exchange->reload = true;
    unlock(exchange);
    wake(exchange->control_fd);
}

bool exchange_take_reload(struct exchange *exchange)
{
    lock(exchange);
    bool reload = exchange->reload;
    exchange->reload = false;
    unlock(exchange);
    return reload;
}

int exchange_control_fd(const struct exchange *exchange)
{
    return exchange->control_fd;
}

bool exchange_has_news(const struct exchange *exchange)
{
    struct pollfd fd = {.fd = exchange->control_fd, .events = POLLIN};
    return poll(&fd, 1, 0) > 0;
}

void exchange_quiet(struct exchange *exchange)
{
    quiet(exchange->control_fd);
}

void exchange_set_done(struct exchange *exchange)
{
    lock(exchange);
    exchange->done = true;
    unlock(exchange);
    wake(exchange->routes_fd);
}

bool exchange_done(struct exchange *exchange)
{
    lock(exchange);
    bool done = exchange->done;
    unlock(exchange);
    return done;
}
