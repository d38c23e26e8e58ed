#include "kube/wait.h"

#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "http/url.h"
#include "json/js_get.h"

enum {
    FIRST_POLL_MS = 250,
    IDLE_MS = 30000, /* a silent watch is not trusted for longer */
};

/* The state of one kube_wait_all. */
struct waiting {
    const struct kube_wait *wait;
    struct kube_waiter *waiters;
    size_t count;
    size_t cursor;              /* waiters not started yet */
    struct kube_waiter **again; /* owned stack of waiters with a further request to make */
    size_t again_count;
    long long start, deadline;
};

void kube_waiter_init(struct kube_waiter *waiter, const struct kube_object *object,
                      enum kube_goal goal, const char *uid)
{
    *waiter = (struct kube_waiter){
        .object = object, .goal = goal, .uid = uid, .poll_ms = FIRST_POLL_MS};
}

void kube_waiter_clear(struct kube_waiter *waiter)
{
    json_decref(waiter->value);
    buf_clear(&waiter->why);
    buf_clear(&waiter->line);
    kube_call_clear(&waiter->call);
}

/* ---- judging what was seen */

static bool criteria_met(const struct kube_criteria *criteria, const json_t *value, struct buf *why)
{
    for (size_t i = 0; i < criteria->condition_count; i++)
        if (!kube_condition_met(value, &criteria->conditions[i], why))
            return false;
    if (!criteria->query)
        return true;
    auto_error struct error *problem = NULL;
    int met = js_query_met(criteria->query, value, criteria->expected, &problem);
    if (met <= 0)
        buf_add_str(why, problem ? problem->message : "the jsonpath does not hold yet");
    return met > 0;
}

static enum kube_readiness judge_value(const struct waiting *waiting, struct kube_waiter *waiter)
{
    const struct kube_criteria *criteria = waiting->wait->criteria;
    const struct kube_resource *resource = &waiter->object->resource;
    buf_clear(&waiter->why);
    if (waiter->goal == KUBE_GOAL_ABSENT) {
        const char *uid = js_str(waiter->value, "metadata", "uid", NULL);
        bool same = waiter->value && (!waiter->uid || str_equal(waiter->uid, uid));
        return same ? KUBE_NOT_READY : KUBE_READY;
    }
    if (!waiter->value) {
        buf_add_str(&waiter->why, "it does not exist");
        return KUBE_NOT_READY;
    }
    if (waiter->goal == KUBE_GOAL_EXISTS)
        return KUBE_READY;
    if (criteria && (criteria->condition_count || criteria->query))
        return criteria_met(criteria, waiter->value, &waiter->why) ? KUBE_READY : KUBE_NOT_READY;
    return kube_ready(resource->group, resource->kind, waiter->value, &waiter->why);
}

static void settle(const struct waiting *waiting, struct kube_waiter *waiter,
                   enum kube_wait_state state)
{
    waiter->state = state;
    waiter->waited_ms = clock_now_ms() - waiting->start;
}

/* Takes a value that was seen and decides; true when the waiter is settled. */
static bool look_take(const struct waiting *waiting, struct kube_waiter *waiter, json_t *value_take)
{
    json_decref(waiter->value);
    waiter->value = value_take;
    waiter->seen = true;
    enum kube_readiness readiness = judge_value(waiting, waiter);
    if (readiness == KUBE_READY)
        settle(waiting, waiter, KUBE_WAIT_MET);
    else if (readiness == KUBE_FAILED)
        settle(waiting, waiter, KUBE_WAIT_FAILED);
    else if (clock_passed(waiting->deadline))
        settle(waiting, waiter, KUBE_WAIT_TIMED_OUT);
    return waiter->state != KUBE_WAITING;
}

/* ---- requests */

static void start_get(const struct waiting *waiting, struct kube_waiter *waiter)
{
    struct buf path;
    buf_init(&path);
    kube_resource_path(&path, &waiter->object->resource, waiter->object->namespace_,
                       waiter->object->name);
    kube_call_init(&waiter->call, "GET", buf_steal(&path));
    waiter->call.give_up_at = waiting->deadline;
    waiter->watching = false;
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
    waiter->watching = true;
    buf_clear(&waiter->line);
}

static struct kube_waiter *pick(struct waiting *waiting)
{
    if (waiting->again_count)
        return waiting->again[--waiting->again_count];
    return waiting->cursor < waiting->count ? &waiting->waiters[waiting->cursor++] : NULL;
}

static struct kube_call *next_call(void *context, maybe_unused unsigned in_flight)
{
    struct waiting *waiting = context;
    struct kube_waiter *waiter = pick(waiting);
    if (!waiter)
        return NULL;
    bool can_watch = waiter->value && !waiter->no_watch && !waiter->watching &&
                     js_str(waiter->value, "metadata", "resourceVersion", NULL);
    kube_call_clear(&waiter->call);
    if (can_watch)
        start_watch(waiting, waiter);
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
    if (waiter->watching || finish_get(waiting, waiter))
        return false;
    if (waiter->value && !waiter->no_watch && !call->error)
        return false; /* done starts a watch */
    long long left = clock_left_ms(waiting->deadline);
    *wait_ms = waiter->poll_ms < left ? waiter->poll_ms : left;
    long long longer = waiter->poll_ms * 3 / 2;
    waiter->poll_ms = longer < waiting->wait->sleep_ms ? longer : waiting->wait->sleep_ms;
    return true;
}

static void call_done(void *context, struct kube_call *call)
{
    struct waiting *waiting = context;
    struct kube_waiter *waiter = call->owner;
    if (waiter->watching) {
        /* Refused or not understood: look again and again instead. */
        if (call->error && kube_call_status(call) >= 400 && call->status.code != 410)
            waiter->no_watch = true;
        if (waiter->state == KUBE_WAITING && clock_passed(waiting->deadline))
            settle(waiting, waiter, KUBE_WAIT_TIMED_OUT);
    }
    if (waiter->state == KUBE_WAITING)
        waiting->again[waiting->again_count++] = waiter;
    else
        kube_call_clear(&waiter->call);
}

/* One event of a watch; false ends the stream. */
static bool read_event(const struct waiting *waiting, struct kube_waiter *waiter)
{
    json_auto_t *event = json_loadb(buf_str(&waiter->line), waiter->line.size, JSON_ALLOW_NUL, NULL);
    const char *type = js_str(event, "type", NULL);
    json_t *object = js_get(event, "object", NULL);
    if (str_equal(type, "BOOKMARK"))
        return !clock_passed(waiting->deadline);
    if (str_equal(type, "ADDED") || str_equal(type, "MODIFIED"))
        return !look_take(waiting, waiter, json_incref(object));
    if (str_equal(type, "DELETED"))
        return !look_take(waiting, waiter, NULL);
    return false; /* ERROR, or nonsense: look again */
}

static bool call_data(void *context, struct kube_call *call, const char *bytes, size_t length)
{
    struct waiting *waiting = context;
    struct kube_waiter *waiter = call->owner;
    while (length) {
        const char *end = memchr(bytes, '\n', length);
        size_t part = end ? (size_t)(end - bytes) : length;
        buf_add(&waiter->line, bytes, part);
        if (!end)
            return !clock_passed(waiting->deadline);
        if (waiter->line.size && !read_event(waiting, waiter))
            return false;
        buf_clear(&waiter->line);
        bytes += part + 1;
        length -= part + 1;
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
    struct waiting waiting = {.wait = wait, .waiters = waiters, .count = count, .again = again,
                              .start = now, .deadline = now + wait->timeout_ms};
    const struct kube_work work = {.next = next_call, .done = call_done, .again = call_again,
                                   .data = call_data, .context = &waiting};
    return kube_client_run(wait->client, &work, err);
}

/* ---- errors */

static void add_finalizers(struct buf *text, const json_t *value)
{
    size_t index = 0;
    json_t *finalizer = NULL;
    json_array_foreach (js_get(value, "metadata", "finalizers", NULL), index, finalizer)
        buf_printf(text, "%s%s", index ? ", " : "; it is held by finalizers: ",
                   json_string_value(finalizer));
    json_t *condition = NULL;
    json_array_foreach (js_get(value, "status", "conditions", NULL), index, condition) {
        const char *type = js_str(condition, "type", NULL);
        const char *message = js_str(condition, "message", NULL);
        if (type && message && str_starts_with(type, "Namespace") &&
            str_equal(js_str(condition, "status", NULL), "True"))
            buf_printf(text, "; %s: %s", type, message);
    }
}

void kube_waiter_error(const struct kube_waiter *waiter, long long timeout_ms, struct error **err)
{
    auto_buf struct buf text;
    buf_init(&text);
    buf_printf(&text, "\"%s\" \"%s\": ", waiter->object->kind, waiter->object->name);
    if (waiter->state == KUBE_WAIT_FAILED) {
        buf_add_str(&text, buf_str(&waiter->why));
        error_make(err, ERROR_STATUS, "%s", buf_str(&text));
        return;
    }
    buf_printf(&text, "Timed out waiting on resource after %lld s", timeout_ms / 1000);
    if (waiter->why.size)
        buf_printf(&text, " (%s)", buf_str(&waiter->why));
    if (waiter->goal == KUBE_GOAL_ABSENT)
        add_finalizers(&text, waiter->value);
    error_make(err, ERROR_TIMEOUT, "%s", buf_str(&text));
}
