#include "daemon/plan.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "daemon/services.h"
#include "daemon/stamp.h"
#include "json/js_get.h"

enum {
    HOUR = 3600,
    /* So far ahead is the time on a slice, and when less is left, it is written again. */
    AHEAD_SECONDS = 48 * HOUR,
    LEFT_SECONDS = 12 * HOUR,
    /* Not all at once. */
    SPREAD_SECONDS = 12 * HOUR,
    /* The sign of life is written again once it is so old, of a cycle, or this old: in each cycle
     * once, also when there is a round in between. */
    SIGN_PERCENT = 80,
    SIGN_SECONDS = 8,
    PERCENT = 100,
    MS_PER_SECOND = 1000,
};

static struct write *add(struct plan *plan, enum write_verb verb, enum write_kind kind,
                         const char *name, const char *why)
{
    plan->items = xreallocarray(plan->items, plan->count + 1, sizeof(*plan->items));
    struct write *write = &plan->items[plan->count++];
    *write = (struct write){.verb = verb, .kind = kind, .name = xstrdup(name), .why = why};
    return write;
}

/* The object must still be what was looked at: somebody may have brought it to life again. */
static void add_delete(struct plan *plan, enum write_kind kind, const char *name,
                       const json_t *live, const char *why)
{
    struct write *write = add(plan, WRITE_DELETE, kind, name, why);
    write->body =
        json_pack("{s:s, s:s, s:{s:s*, s:s*}}", "apiVersion", "v1", "kind", "DeleteOptions",
                  "preconditions", "uid", js_str(live, "metadata", "uid", NULL), "resourceVersion",
                  js_str(live, "metadata", "resourceVersion", NULL));
}

static void add_put_take(struct plan *plan, enum write_kind kind, json_t *object_take,
                         const char *why)
{
    const char *name = js_str(object_take, "metadata", "name", NULL);
    add(plan, WRITE_PUT, kind, name, why)->body = object_take;
}

/* ---- services */

static bool has_slices(const struct plan_input *input, const char *cluster)
{
    const char *name = NULL;
    json_t *slice = NULL;
    json_object_foreach (js_iterable(input->slices), name, slice)
        if (slice_is_proxied(slice) && str_equal(slice_cluster_of(slice), cluster))
            return true;
    return false;
}

static void plan_services(struct plan *plan, const struct plan_input *input)
{
    const char *name = NULL;
    json_t *live = NULL;
    json_object_foreach (js_iterable(input->services), name, live)
        if (service_is_proxied(live) && !strv_contains(&input->clusters->names, name) &&
            !has_slices(input, name))
            add_delete(plan, WRITE_SERVICE, name, live, "its cluster is gone");
    for (size_t i = 0; i < input->clusters->count; i++) {
        const char *cluster = input->clusters->items[i].name;
        const json_t *service = json_object_get(input->services, cluster);
        if (input->health(input->context, cluster) != PLAN_ABSENT &&
            (!service || service_differs(service)))
            add_put_take(plan, WRITE_SERVICE, service_wanted(cluster, input->place->namespace_),
                         service ? "it was changed" : "new cluster");
    }
}

/* ---- slices of this host */

/* Why a slice of ours has to go, or NULL. */
static const char *why_delete(const struct plan_input *input, const char *name, const json_t *live)
{
    const char *cluster = slice_cluster_of(live);
    auto_free char *proper = slice_name(cluster, input->place->host);
    if (!str_equal(name, proper))
        return "it is not named as this host names them";
    if (!clusters_find(input->clusters, cluster))
        return "its cluster needs no proxy";
    enum plan_health health = input->health(input->context, cluster);
    if (health == PLAN_ABSENT)
        return "no namespace leads to its cluster";
    return health == PLAN_DOWN ? "its cluster does not answer" : NULL;
}

static bool is_own(const struct plan_input *input, const json_t *live)
{
    return slice_is_proxied(live) && str_equal(slice_host_of(live), input->place->host);
}

static void plan_deletions(struct plan *plan, const struct plan_input *input)
{
    const char *name = NULL;
    json_t *live = NULL;
    json_object_foreach (js_iterable(input->slices), name, live) {
        const char *why = is_own(input, live) ? why_delete(input, name, live) : NULL;
        if (why)
            add_delete(plan, WRITE_SLICE, name, live, why);
    }
}

/* A number below SPREAD_SECONDS that stays the same for a name. */
static time_t spread(const char *name)
{
    unsigned sum = 0;
    for (const char *at = name; *at; at++)
        sum = sum * 31 + (unsigned char)*at;
    return (time_t)(sum % SPREAD_SECONDS);
}

static bool time_is_due(const struct plan_input *input, const json_t *live, const char *name)
{
    time_t stamp = 0;
    if (!slice_stamp(live, &stamp))
        return true;
    time_t left = stamp - input->now;
    return left < LEFT_SECONDS + spread(name) || left > (time_t)2 * AHEAD_SECONDS;
}

/* The slice is not there, or not as it is WANTED. */
static void write_slice(struct plan *plan, const char *name, const json_t *live, json_t *wanted)
{
    if (live && slice_is_fixed(live, wanted)) {
        add_delete(plan, WRITE_SLICE, name, live, "the family of addresses changed");
        plan->items[plan->count - 1].again = true;
    } else {
        add_put_take(plan, WRITE_SLICE, json_incref(wanted), live ? "it was changed" : "reachable");
    }
}

static void plan_slice(struct plan *plan, const struct plan_input *input, const char *cluster,
                       const char *stamp)
{
    auto_free char *name = slice_name(cluster, input->place->host);
    json_auto_t *wanted = slice_wanted(cluster, input->place, stamp);
    const json_t *live = json_object_get(input->slices, name);
    if (live && !slice_differs(live, wanted)) {
        if (time_is_due(input, live, name))
            add_put_take(plan, WRITE_SLICE, json_incref(wanted), NULL);
    } else if (strv_contains(input->resting, name)) {
        plan->contested = true;
    } else {
        write_slice(plan, name, live, wanted);
    }
}

static void plan_slices(struct plan *plan, const struct plan_input *input)
{
    auto_free char *stamp = stamp_format(input->now + AHEAD_SECONDS, input->microseconds);
    if (!input->place->sign)
        return;
    for (size_t i = 0; i < input->clusters->count; i++) {
        const char *cluster = input->clusters->items[i].name;
        if (input->health(input->context, cluster) == PLAN_UP)
            plan_slice(plan, input, cluster, stamp);
    }
}

/* ---- all */

static bool has_something_up(const struct plan_input *input)
{
    for (size_t i = 0; i < input->clusters->count; i++)
        if (input->health(input->context, input->clusters->items[i].name) == PLAN_UP)
            return true;
    return false;
}

/* A slice that stays, as one that a former process published and that is not probed yet. */
static bool has_slice_that_stays(const struct plan_input *input)
{
    const char *name = NULL;
    json_t *live = NULL;
    json_object_foreach (js_iterable(input->slices), name, live)
        if (is_own(input, live) && !why_delete(input, name, live))
            return true;
    return false;
}

/* In whole seconds, as times are compared; 0: it is written in each round. */
static time_t sign_seconds(const struct plan_input *input)
{
    long long seconds = input->cycle_ms * SIGN_PERCENT / PERCENT / MS_PER_SECOND;
    return seconds < SIGN_SECONDS ? (time_t)seconds : SIGN_SECONDS;
}

/* A host that publishes nothing needs no sign of life. */
static void plan_sign(struct plan *plan, const struct plan_input *input)
{
    auto_free char *name = sign_name(input->place->host);
    const json_t *live = json_object_get(input->slices, name);
    if (!has_something_up(input) && !(live && has_slice_that_stays(input))) {
        if (live)
            add_delete(plan, WRITE_SLICE, name, live, NULL);
        return;
    }
    time_t stamp = 0;
    time_t wanted = input->now + input->ahead;
    if (live && slice_stamp(live, &stamp) && stamp <= wanted &&
        stamp > wanted - sign_seconds(input))
        return;
    auto_free char *text = stamp_format(wanted, input->microseconds);
    add_put_take(plan, WRITE_SLICE, sign_wanted(input->place, text), NULL);
}

static void plan_expired(struct plan *plan, const struct plan_input *input)
{
    for (size_t i = 0; i < input->expired->count; i++) {
        const char *name = input->expired->items[i];
        const json_t *live = json_object_get(input->slices, name);
        if (live)
            add_delete(plan, WRITE_SLICE, name, live, "its host gives no sign of life");
    }
}

void plan_make(struct plan *plan, const struct plan_input *input)
{
    *plan = (struct plan){0};
    plan_deletions(plan, input);
    plan_services(plan, input);
    plan_slices(plan, input);
    plan_expired(plan, input);
    plan_sign(plan, input);
}

void plan_withdraw(struct plan *plan, const json_t *slices, const char *host)
{
    *plan = (struct plan){0};
    const char *name = NULL;
    json_t *live = NULL;
    json_object_foreach (js_iterable(slices), name, live) {
        const char *sign = sign_host_of(live);
        bool slice = slice_is_proxied(live) && str_equal(slice_host_of(live), host);
        if (slice || str_equal(sign, host))
            add_delete(plan, WRITE_SLICE, name, live, sign ? NULL : "this proxy ends");
    }
}

void plan_clear(struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        free(plan->items[i].name);
        json_decref(plan->items[i].body);
    }
    free(plan->items);
    *plan = (struct plan){0};
}
