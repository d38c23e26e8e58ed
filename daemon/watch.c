#include "daemon/watch.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/mem.h"
#include "daemon/probe.h"
#include "fs/dir.h"

enum {
    SOON_MS = 50,     /* changes that come together are attended to together */
    ABSENT_MS = 5000, /* between looks for the directory while it is not there, or unreadable */
    EVENTS = 4096,
};

struct watch {
    struct server *server;
    struct loop_source source;
    struct timer timer;
    int directory; /* inotify's number; -1: it is not there */
    struct strv names;
    struct strv touched; /* names that came or went since the last look */
    bool unsure;         /* maybe more of them */
    bool failed;         /* the directory could not be read, and that was told */
};

/* Without descriptors, say, nothing is known: then the names stay as they were, to be read again.
 */
static void read_names(struct watch *watch)
{
    auto_error struct error *error = NULL;
    struct strv names = {0};
    bool failed =
        dir_list(watch->server->config->netns_dir, &names, &error) < 0 && error->code != ENOENT;
    if (failed && !watch->failed)
        log_line(LOG_LEVEL_WARNING, "%s", error->message);
    if (failed)
        loop_after(&watch->server->loop, &watch->timer, ABSENT_MS);
    strv_clear(failed ? &names : &watch->names);
    watch->names = failed ? watch->names : names;
    watch->failed = failed;
}

static bool concerns(const struct watch *watch, const struct route *route)
{
    bool found = watch->unsure;
    for (size_t i = 0; route->network && !found && i < watch->touched.count; i++)
        found = netns_belongs(watch->touched.items[i], route->network);
    return found;
}

/* Other clusters are not asked before their time: two failures close together, and all of them
 * would be down because of somebody else's namespace. */
static void look(struct watch *watch)
{
    read_names(watch);
    const struct backends *backends = &watch->server->backends;
    for (size_t i = 0; i < backends->count; i++) {
        probe_namespaces(backends->items[i], &watch->names);
        if (concerns(watch, backends->items[i]->route))
            probe_hasten(backends->items[i]);
    }
    strv_clear(&watch->touched);
    watch->unsure = watch->failed;
}

void watch_rescan(struct watch *watch)
{
    watch->unsure = true;
    look(watch);
}

static void begin(struct watch *watch)
{
    watch->directory = inotify_add_watch(watch->source.fd, watch->server->config->netns_dir,
                                         IN_CREATE | IN_DELETE | IN_MOVED_TO | IN_MOVED_FROM |
                                             IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR);
}

static void on_time(struct timer *timer)
{
    struct watch *watch = container_of(timer, struct watch, timer);
    bool absent = watch->directory < 0;
    if (absent)
        begin(watch);
    if (absent && watch->directory < 0) {
        loop_after(&watch->server->loop, timer, ABSENT_MS);
        return;
    }
    watch->unsure = watch->unsure || absent;
    look(watch);
}

static void note(struct watch *watch, const struct inotify_event *event)
{
    if (event->mask & (IN_IGNORED | IN_MOVE_SELF))
        watch->directory = -1;
    if (event->len)
        strv_add(&watch->touched, event->name);
    else
        watch->unsure = true; /* events were lost, or it is the directory itself */
}

static void on_events(struct loop_source *source, uint32_t events)
{
    struct watch *watch = container_of(source, struct watch, source);
    _Alignas(struct inotify_event) char bytes[EVENTS];
    (void)events;
    ssize_t got = 0;
    while ((got = read(source->fd, bytes, sizeof(bytes))) > 0) {
        for (ssize_t at = 0; at < got;) {
            const struct inotify_event *event = (const void *)(bytes + at);
            note(watch, event);
            at += (ssize_t)(sizeof(*event) + event->len);
        }
    }
    /* Not put off by each event: they may never end. */
    if (!watch->timer.slot)
        loop_after(&watch->server->loop, &watch->timer, SOON_MS);
}

struct watch *watch_new(struct server *server, struct error **err)
{
    struct watch *watch = xcalloc(1, sizeof(*watch));
    *watch = (struct watch){
        .server = server,
        .source = {.fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK), .ready = on_events},
        .timer = {.fire = on_time},
        .directory = -1,
    };
    if (watch->source.fd < 0) {
        error_make_errno(err, errno, "inotify");
        watch_free(watch);
        return NULL;
    }
    if (loop_add(&server->loop, &watch->source, EPOLLIN, err) < 0) {
        watch_free(watch);
        return NULL;
    }
    begin(watch);
    read_names(watch);
    if (watch->directory < 0)
        loop_after(&server->loop, &watch->timer, ABSENT_MS);
    return watch;
}

void watch_free(struct watch *watch)
{
    if (!watch)
        return;
    timer_stop(&watch->server->loop.timers, &watch->timer);
    loop_close(&watch->server->loop, &watch->source);
    strv_clear(&watch->names);
    strv_clear(&watch->touched);
    free(watch);
}

const struct strv *watch_names(const struct watch *watch)
{
    return &watch->names;
}
