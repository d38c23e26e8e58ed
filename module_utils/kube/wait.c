#include "kube/wait.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "http/url.h"
#include "json/js_get.h"
#include "json/js_read.h"
#include "kube/wait_priv.h"
#include "kube/watch_line.h"

enum {
    FIRST_POLL_MS = 250,
    IDLE_MS = 30000,   /* a silent watch is not trusted for longer */
    USELESS_MS = 1000, /* a watch that is over sooner is not tried again */
    MAX_WATCHES = 16,  /* the others poll: watches must not take all places of the client */
};

/* The state of one kube_wait_all. */
struct waiting {
    const struct kube_wait *wait;
    struct kube_waiter *waiters;
    size_t count;
    size_t cursor;              /* waiters not started yet */
    struct kube_waiter **again; /* owned stack of waiters with a further request to make */
    size_t again_count;
    unsigned watches; /* waiters that watch or are about to */
    long long start, deadline;
};

void kube_waiter_init(struct kube_waiter *waiter, const struct kube_object *object,
                      enum kube_goal goal, const char *uid)
{
    *waiter =
        (struct kube_waiter){.object = object, .goal = goal, .uid = uid, .poll_ms = FIRST_POLL_MS};
}

void kube_waiter_clear(struct kube_waiter *waiter)
{
    json_decref(waiter->value);
    buf_clear(&waiter->why);
    buf_clear(&waiter->line);
    kube_call_clear(&waiter->call);
}

/* ---- outcomes */

static void settle(const struct waiting *waiting, struct kube_waiter *waiter,
                   enum kube_wait_state state)
{
    waiter->state = state;
    waiter->waited_ms = clock_now_ms() - waiting->start;
}

/* Judges what was seen last; true when the waiter is settled. */
static bool decide(const struct waiting *waiting, struct kube_waiter *waiter)
{
    enum kube_readiness readiness = wait_judge(waiting->wait->criteria, waiter);
    if (readiness == KUBE_READY)
        settle(waiting, waiter, KUBE_WAIT_MET);
    else if (readiness == KUBE_FAILED)
        settle(waiting, waiter, KUBE_WAIT_FAILED);
    else if (clock_passed(waiting->deadline))
        settle(waiting, waiter, KUBE_WAIT_TIMED_OUT);
    return waiter->state != KUBE_WAITING;
}

static bool look_take(const struct waiting *waiting, struct kube_waiter *waiter, json_t *value_take)
{
    json_decref(waiter->value);
    waiter->value = value_take;
    return decide(waiting, waiter);
}

/* What comes after a look that settled nothing. */
static void choose_next(struct waiting *waiting, struct kube_waiter *waiter)
{
    bool can_watch = waiter->value && !waiter->no_watch && waiting->watches < MAX_WATCHES &&
                     js_str(waiter->value, "metadata", "resourceVersion", NULL);
    waiter->next = KUBE_ASK_GET;
    if (wait_wants_class(waiting->wait->criteria, waiter))
        waiter->next = KUBE_ASK_CLASS;
    else if (can_watch)
        waiter->next = KUBE_ASK_WATCH;
    waiting->watches += waiter->next == KUBE_ASK_WATCH;
}

/* ---- requests */

static void start_get(const struct waiting *waiting, struct kube_waiter *waiter)
{
    struct buf path;
    buf_init(&path);
    kube_resource_path(&path, &waiter->object->resource, waiter->object->namespace_,
                       waiter->object->name);
    kube_call_init(&waiter->call, "GET", buf_steal(&path));
    waiter->call.end_at = waiting->deadline;
}

static void start_class(const struct waiting *waiting, struct kube_waiter *waiter)
{
    kube_call_init(&waiter->call, "GET", wait_class_path(waiter));
    waiter->call.end_at = waiting->deadline;
}

/* Follows the one object from the version that was seen. */
static void start_watch(const struct waiting *waiting, struct kube_waiter *waiter)
{
    long long left = clock_left_ms(waiting->deadline);
    struct buf path;
    buf_init(&path);
    kube_resource_path(&path, &waiter->object->resource, waiter->object->namespace_, NULL);
    auto_free char *selector = xasprintf("metadata.name=%s", waiter->object->name);
    auto_free char *seconds = xasprintf("%lld", left / 1000 + 1);
    url_query(&path, "watch", "true");
    url_query(&path, "allowWatchBookmarks", "true");
    url_query(&path, "fieldSelector", selector);
    url_query(&path, "resourceVersion", js_str(waiter->value, "metadata", "resourceVersion", NULL));
    url_query(&path, "timeoutSeconds", seconds);
    kube_call_init(&waiter->call, "GET", buf_steal(&path));
    waiter->call.job.request.stream = true;
    waiter->call.job.request.timeout_ms = (long)(left < IDLE_MS ? left + 1 : IDLE_MS);
    /* A watch that breaks is not repeated as it is: what was missed is looked up first. */
    waiter->call.give_up_at = clock_now_ms();
    buf_clear(&waiter->line);
}

/* Everything is looked at once before anything is looked at again. */
static struct kube_waiter *pick(struct waiting *waiting)
{
    if (waiting->cursor < waiting->count)
        return &waiting->waiters[waiting->cursor++];
    return waiting->again_count ? waiting->again[--waiting->again_count] : NULL;
}

static struct kube_call *next_call(void *context, maybe_unused unsigned in_flight)
{
    struct waiting *waiting = context;
    struct kube_waiter *waiter = pick(waiting);
    if (!waiter)
        return NULL;
    kube_call_clear(&waiter->call);
    waiter->ask = waiter->next;
    waiter->next = KUBE_ASK_GET;
    waiter->asked_ms = clock_now_ms();
    if (waiter->ask == KUBE_ASK_WATCH)
        start_watch(waiting, waiter);
    else if (waiter->ask == KUBE_ASK_CLASS)
        start_class(waiting, waiter);
    else
        start_get(waiting, waiter);
    waiter->call.owner = waiter;
    return &waiter->call;
}

/* ---- answers */

/* Failures that say more than "not yet". */
static bool is_hopeless(const struct kube_call *call)
{
    return call->status.code == 401 || call->status.code == 403 ||
           call->job.failure == HTTP_FAILURE_VERIFY;
}

/* Reads the answer to a GET; true when the waiter is settled. */
static bool finish_get(const struct waiting *waiting, struct kube_waiter *waiter)
{
    struct kube_call *call = &waiter->call;
    if (kube_call_status(call) == 404)
        return look_take(waiting, waiter, NULL);
    if (!call->error) {
        auto_error struct error *ignored = NULL; /* half an answer is "not yet" */
        json_t *value = kube_call_json(call, &ignored);
        return value ? look_take(waiting, waiter, value) : false;
    }
    buf_clear(&waiter->why);
    buf_add_str(&waiter->why, call->error->message);
    if (is_hopeless(call))
        settle(waiting, waiter, KUBE_WAIT_FAILED);
    else if (clock_passed(waiting->deadline))
        settle(waiting, waiter, KUBE_WAIT_TIMED_OUT);
    return waiter->state != KUBE_WAITING;
}

/* True when the same GET shall be repeated after a pause: the poller's way. */
static bool call_again(void *context, struct kube_call *call, long long *wait_ms)
{
    struct waiting *waiting = context;
    struct kube_waiter *waiter = call->owner;
    if (waiter->ask != KUBE_ASK_GET || finish_get(waiting, waiter))
        return false;
    if (!call->error)
        choose_next(waiting, waiter);
    if (waiter->next != KUBE_ASK_GET)
        return false;
    long long left = clock_left_ms(waiting->deadline);
    *wait_ms = waiter->poll_ms < left ? waiter->poll_ms : left;
    long long longer = waiter->poll_ms * 3 / 2;
    waiter->poll_ms = longer < waiting->wait->sleep_ms ? longer : waiting->wait->sleep_ms;
    return true;
}

/* Refused, not understood, cut off at once: look again and again instead. */
static bool is_useless(const struct kube_waiter *waiter)
{
    const struct kube_call *call = &waiter->call;
    if (call->error && kube_call_status(call) >= 400 && call->status.code != 410)
        return true;
    return clock_now_ms() - waiter->asked_ms < USELESS_MS;
}

static void finish_watch(struct waiting *waiting, struct kube_waiter *waiter)
{
    waiting->watches--;
    if (waiter->state != KUBE_WAITING)
        return;
    if (wait_wants_class(waiting->wait->criteria, waiter))
        waiter->next = KUBE_ASK_CLASS; /* we ended it */
    else if (clock_passed(waiting->deadline))
        settle(waiting, waiter, KUBE_WAIT_TIMED_OUT);
    else
        waiter->no_watch = waiter->no_watch || is_useless(waiter);
}

static void finish_class(struct waiting *waiting, struct kube_waiter *waiter)
{
    auto_error struct error *ignored = NULL; /* then it is not known, and the claim must be bound */
    json_t *storage_class = waiter->call.error ? NULL : kube_call_json(&waiter->call, &ignored);
    wait_take_class(waiter, storage_class);
    json_decref(storage_class);
    if (!decide(waiting, waiter))
        choose_next(waiting, waiter);
}

static void call_done(void *context, struct kube_call *call)
{
    struct waiting *waiting = context;
    struct kube_waiter *waiter = call->owner;
    if (waiter->ask == KUBE_ASK_WATCH)
        finish_watch(waiting, waiter);
    else if (waiter->ask == KUBE_ASK_CLASS)
        finish_class(waiting, waiter);
    if (waiter->state == KUBE_WAITING)
        waiting->again[waiting->again_count++] = waiter;
    else
        kube_call_clear(&waiter->call);
}

/* One event of a watch; false ends the stream. */
static bool read_event(const struct waiting *waiting, struct kube_waiter *waiter)
{
    json_error_t where;
    json_auto_t *event = js_read(buf_str(&waiter->line), waiter->line.size, &where);
    const char *type = js_str(event, "type", NULL);
    json_t *object = js_get(event, "object", NULL);
    if (str_equal(type, "BOOKMARK"))
        return !clock_passed(waiting->deadline);
    bool deleted = str_equal(type, "DELETED");
    if (!deleted && !str_equal(type, "ADDED") && !str_equal(type, "MODIFIED"))
        return false; /* ERROR, or nonsense: look again */
    return !look_take(waiting, waiter, deleted ? NULL : json_incref(object)) &&
           !wait_wants_class(waiting->wait->criteria, waiter);
}

/* The server sends what is no event. */
static void fail_stream(const struct waiting *waiting, struct kube_waiter *waiter,
                        const struct error *error)
{
    buf_clear(&waiter->why);
    buf_add_str(&waiter->why, error->message);
    settle(waiting, waiter, KUBE_WAIT_FAILED);
}

static bool call_data(void *context, struct kube_call *call, const char *bytes, size_t length)
{
    struct waiting *waiting = context;
    struct kube_waiter *waiter = call->owner;
    while (length) {
        auto_error struct error *error = NULL;
        int whole = kube_watch_line(&waiter->line, &bytes, &length, &error);
        if (whole < 0)
            fail_stream(waiting, waiter, error);
        if (whole < 0 || (whole && waiter->line.size && !read_event(waiting, waiter)))
            return false;
        if (whole)
            buf_clear(&waiter->line);
    }
    return !clock_passed(waiting->deadline);
}

int kube_wait_all(const struct kube_wait *wait, struct kube_waiter *waiters, size_t count,
                  struct error **err)
{
    if (!count)
        return 0;
    auto_free struct kube_waiter **again = xcalloc(count, sizeof(struct kube_waiter *));
    long long now = clock_now_ms();
    struct waiting waiting = {.wait = wait,
                              .waiters = waiters,
                              .count = count,
                              .again = again,
                              .start = now,
                              .deadline = now + wait->timeout_ms};
    const struct kube_work work = {.next = next_call,
                                   .done = call_done,
                                   .again = call_again,
                                   .data = call_data,
                                   .context = &waiting};
    return kube_client_run(wait->client, &work, err);
}
