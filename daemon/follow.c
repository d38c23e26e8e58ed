#include "daemon/follow.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "daemon/log.h"
#include "http/url.h"
#include "json/js_get.h"
#include "kube/watch_line.h"

enum {
    MOST_STORES = 4,
    IDLE_MS = 60000, /* longer than the wait: a silent watch is a good one */
    AGAIN_MS = 1000, /* until a watch that ended is begun again */
};

/* ---- lists */

static char *page_path(const struct store *store, const char *token)
{
    struct buf path;
    buf_init(&path);
    buf_add_str(&path, store->path);
    url_query(&path, "limit", "500");
    if (token)
        url_query(&path, "continue", token);
    return buf_steal(&path);
}

static int get_page(struct kube_client *client, const char *path, json_t **page, struct error **err)
{
    auto_kube_call struct kube_call call;
    kube_call_init(&call, "GET", xstrdup(path));
    if (kube_client_call(client, &call, err) < 0)
        return -1;
    *page = kube_call_answer(&call, err);
    return *page ? 0 : -1;
}

int follow_list(struct kube_client *client, struct store *store, struct error **err)
{
    auto_free char *token = NULL;
    auto_free char *version = NULL;
    store_begin(store);
    do {
        auto_free char *path = page_path(store, token);
        json_auto_t *page = NULL;
        if (get_page(client, path, &page, err) < 0) {
            error_wrap(err, "%s", store->what);
            return -1;
        }
        store_add_page(store, page);
        const char *next = js_str(page, "metadata", "continue", NULL);
        const char *of = js_str(page, "metadata", "resourceVersion", NULL);
        free(token);
        token = str_empty(next) ? NULL : xstrdup(next);
        free(version);
        version = xstrdup(of ? of : "");
    } while (token);
    store_end(store, version);
    return 0;
}

/* ---- watches */

struct watch {
    struct store *store;
    struct kube_call call;
    struct buf line; /* what came of a line that is not whole yet */
    bool started;
    bool ended;
    long long begun_ms;
};

struct watches {
    struct watch items[MOST_STORES];
    size_t count;
    struct wake *wake;
    long long settle_ms;
    struct error *error; /* owned: what ends the run */
};

static void refused(struct store *store, int status)
{
    if (!store->cannot_watch)
        log_line(LOG_LEVEL_WARNING,
                 "%s cannot be watched (HTTP %d): until they can, they are listed", store->what,
                 status);
    store->cannot_watch = true;
    store->watch_again_at = clock_deadline_ms(FOLLOW_REFUSED_MS);
}

static void granted(struct store *store)
{
    if (store->cannot_watch)
        log_line(LOG_LEVEL_INFO, "%s can be watched again", store->what);
    store->cannot_watch = false;
}

static bool may_start(const struct watch *watch)
{
    const struct store *store = watch->store;
    return !watch->started && store->version &&
           (!store->cannot_watch || clock_passed(store->watch_again_at));
}

static void start(struct watch *watch, const struct wake *wake)
{
    struct buf path;
    buf_init(&path);
    buf_add_str(&path, watch->store->path);
    url_query(&path, "watch", "true");
    url_query(&path, "allowWatchBookmarks", "true");
    url_query(&path, "resourceVersion", watch->store->version);
    kube_call_init(&watch->call, "GET", buf_steal(&path));
    watch->call.job.request.stream = true;
    watch->call.job.request.timeout_ms = (long)clock_left_ms(wake->due) + IDLE_MS;
    watch->call.give_up_at = clock_now_ms();
    watch->call.owner = watch;
    watch->started = true;
    watch->begun_ms = clock_now_ms();
}

static struct kube_call *next_call(void *context, maybe_unused unsigned in_flight)
{
    struct watches *watches = context;
    for (size_t i = 0; i < watches->count; i++) {
        struct watch *watch = &watches->items[i];
        if (!may_start(watch))
            continue;
        start(watch, watches->wake);
        return &watch->call;
    }
    return NULL;
}

/* Attends to what changed, soon; or at once when something has to be listed again. */
static void call_attention(struct watches *watches, const struct store *store)
{
    if (!store->version)
        wake_sooner(watches->wake, clock_now_ms());
    else if (store->changed)
        wake_sooner(watches->wake, clock_deadline_ms(watches->settle_ms));
}

/* The server sends what is no event: the run ends. Always false. */
static bool fail_stream(struct watches *watches, const struct watch *watch,
                        struct error *error_take)
{
    error_wrap(&error_take, "%s", watch->store->what);
    if (watches->error)
        error_free(error_take);
    else
        watches->error = error_take;
    return false;
}

static bool take_bytes(void *context, struct kube_call *call, const char *bytes, size_t length)
{
    struct watches *watches = context;
    struct watch *watch = call->owner;
    bool fine = true;
    granted(watch->store);
    while (length && fine) {
        struct error *error = NULL;
        auto_error struct error *ignored = NULL; /* that it has to be listed again says enough */
        int whole = kube_watch_line(&watch->line, &bytes, &length, &error);
        if (whole > 0 && watch->line.size)
            fine = store_event(watch->store, watch->line.data, watch->line.size, &ignored) == 0;
        if (whole > 0)
            buf_clear(&watch->line);
        if (whole < 0)
            fine = fail_stream(watches, watch, error);
    }
    call_attention(watches, watch->store);
    return fine;
}

/* A watch ended: by the server's own time it simply goes on with the next run. */
static void end_call(void *context, struct kube_call *call)
{
    struct watches *watches = context;
    struct watch *watch = call->owner;
    int status = kube_call_status(call);
    watch->ended = true;
    if (status == 403 || status == 405)
        refused(watch->store, status);
    else if (status == 410)
        store_begin(watch->store);
    else if (!call->error)
        granted(watch->store);
    else if (!watches->error)
        kube_call_error_move(call, &watches->error);
    wake_sooner(watches->wake, clock_deadline_ms(watches->error ? 0 : AGAIN_MS));
}

/* A watch that is silent tells nothing when it is granted, but a refusal comes at once. */
static void end_run(struct watch *watch)
{
    if (!watch->started)
        return;
    if (!watch->ended && clock_now_ms() - watch->begun_ms >= AGAIN_MS)
        granted(watch->store);
    kube_call_clear(&watch->call);
    buf_clear(&watch->line);
}

int follow_watch(struct kube_client *client, struct store *const stores[], size_t count,
                 struct wake *wake, long long settle_ms, struct error **err)
{
    struct watches watches = {.count = count, .wake = wake, .settle_ms = settle_ms};
    for (size_t i = 0; i < count; i++)
        watches.items[i].store = stores[i];
    const struct kube_work work = {.next = next_call,
                                   .done = end_call,
                                   .data = take_bytes,
                                   .context = &watches,
                                   .wake = &wake->fd};
    int result = kube_client_run(client, &work, err);
    for (size_t i = 0; i < count; i++)
        end_run(&watches.items[i]);
    if (watches.error && result == 0) {
        error_move_take(err, watches.error);
        return -1;
    }
    error_free(watches.error);
    if (result == 0)
        wake_wait(wake);
    return result;
}
