/* The walk of capi/put.h: waves, rounds, another try. */
#include <stdint.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/mem.h"
#include "base/str.h"
#include "capi/put_priv.h"
#include "capi/resource.h"
#include "http/retry.h"
#include "kube/wait.h"

enum { ESTABLISHED_MS = 60000 };

/* One round: every item of it is tried once, from look to write. */
struct round {
    struct capi_puts *puts;
    struct capi_put **items; /* owned */
    size_t count, cursor;
    struct capi_put **ready; /* owned: those that go on to their next stage */
    size_t ready_count;
    bool look_only;
    size_t *limit; /* groups from here on are not started any more */
};

/* ---- one round */

static void give_up(struct round *round, struct capi_put *item)
{
    if (item->attempts > 1)
        error_wrap(&item->error, "action failed after %u attempts", item->attempts);
    item->stage = CAPI_PUT_DONE;
    if (item->group < *round->limit)
        *round->limit = item->group;
}

static void fail_item(struct round *round, struct capi_put *item, bool passing)
{
    item->attempts++;
    /* The client has repeated a look by itself. What is being deleted may be gone when it is
     * written. */
    if (round->look_only && passing && item->terminating) {
        error_clear(&item->error);
        return;
    }
    if (round->look_only)
        passing = false;
    if (!passing || item->attempts >= round->puts->options.attempts)
        give_up(round, item);
}

static struct capi_put *pick(struct round *round)
{
    if (round->ready_count)
        return round->ready[--round->ready_count];
    while (round->cursor < round->count) {
        struct capi_put *item = round->items[round->cursor++];
        if (item->group < *round->limit)
            return item;
    }
    return NULL;
}

static struct kube_call *next_call(void *context, maybe_unused unsigned in_flight)
{
    struct round *round = context;
    for (;;) {
        struct capi_put *item = pick(round);
        if (!item)
            return NULL;
        if (put_predict(round->puts, item))
            continue;
        error_clear(&item->error);
        kube_call_clear(&item->call);
        if (put_build(round->puts, item, &item->error) == 0)
            return &item->call;
        fail_item(round, item, false);
    }
}

static void call_done(void *context, struct kube_call *call)
{
    struct round *round = context;
    struct capi_put *item = call->owner;
    put_take_back(item);
    enum put_verdict verdict = put_finish(round->puts, item, &item->error);
    if (verdict == PUT_GO_ON && !round->look_only)
        round->ready[round->ready_count++] = item;
    else if (verdict == PUT_PASSING || verdict == PUT_REFUSED)
        fail_item(round, item, verdict == PUT_PASSING);
    /* Answers are large and many: none is kept longer than it takes to read it. */
    kube_call_clear(&item->call);
}

static int run_round(struct round *round, struct error **err)
{
    round->ready = xcalloc(round->count, sizeof(struct capi_put *));
    const struct kube_work work = {.next = next_call, .done = call_done, .context = round};
    int result = kube_client_run(round->puts->client, &work, err);
    free(round->ready);
    return result;
}

/* ---- one wave */

static bool is_due(const struct capi_put *item, unsigned wave, bool look_only)
{
    if (look_only)
        return item->stage == CAPI_PUT_LOOK && !item->late;
    return item->wave == wave && item->stage != CAPI_PUT_DONE;
}

/* The pause before another round; as long as that of its most unlucky item. */
static int pause_for(const struct round *round, struct error **err)
{
    unsigned attempts = 0;
    for (size_t i = 0; i < round->count; i++)
        if (round->items[i]->attempts > attempts)
            attempts = round->items[i]->attempts;
    if (attempts)
        clock_sleep_ms(http_retry_backoff_ms(attempts));
    return interrupt_check(err);
}

/* 1 when something was tried, 0 when nothing is due any more. */
static int try_wave(struct capi_puts *puts, unsigned wave, bool look_only, size_t *limit,
                    struct error **err)
{
    auto_free struct capi_put **items = xcalloc(puts->count + 1, sizeof(struct capi_put *));
    struct round round = {.puts = puts, .items = items, .look_only = look_only, .limit = limit};
    for (size_t i = 0; i < puts->count; i++)
        if (is_due(&puts->items[i], wave, look_only) && puts->items[i].group < *limit)
            items[round.count++] = &puts->items[i];
    if (!round.count)
        return 0;
    if (pause_for(&round, err) < 0 || run_round(&round, err) < 0)
        return -1;
    return 1;
}

static int run_wave(struct capi_puts *puts, unsigned wave, size_t *limit, struct error **err)
{
    int tried = 1;
    while (tried > 0)
        tried = try_wave(puts, wave, false, limit, err);
    return tried;
}

/* ---- kinds */

static bool is_defined(const struct capi_puts *puts, const struct kube_object *id)
{
    auto_free char *group = NULL;
    auto_free char *version = NULL;
    kube_split_api_version(id->api_version, &group, &version);
    auto_free char *kind = xasprintf("%s/%s", group, id->kind);
    for (size_t i = 0; i < puts->count; i++)
        if (str_equal(puts->items[i].defines, kind))
            return true;
    return false;
}

static int unknown_kind(const struct kube_object *id, struct error **err)
{
    error_make(err, ERROR_NOT_FOUND, "no matches for kind \"%s\" in version \"%s\" (%s %s)",
               id->kind, id->api_version, id->kind, id->name);
    return -1;
}

static int resolve(struct capi_puts *puts, struct capi_put *item, struct error **err)
{
    struct kube_object *id = &item->id;
    int found =
        capi_resource_lookup(puts->discovery, id->api_version, id->kind, &id->resource, err);
    if (found < 0)
        return -1;
    item->late = !found;
    if (is_defined(puts, id))
        item->wave = CAPI_WAVE_LAST;
    return found || is_defined(puts, id) ? 0 : unknown_kind(id, err);
}

/* Definitions of this run must be served before objects of their kinds are written. */
static int await_definitions(struct capi_puts *puts, struct error **err)
{
    struct kube_waiter *waiters = xcalloc(puts->count + 1, sizeof(*waiters));
    size_t count = 0;
    for (size_t i = 0; i < puts->count; i++)
        if (puts->items[i].defines && !puts->items[i].error)
            kube_waiter_init(&waiters[count++], &puts->items[i].id, KUBE_GOAL_READY, NULL);
    const struct kube_wait wait = {
        .client = puts->client, .timeout_ms = ESTABLISHED_MS, .sleep_ms = 1000};
    int result = kube_wait_all(&wait, waiters, count, err);
    for (size_t i = 0; i < count; i++) {
        if (result == 0 && waiters[i].state != KUBE_WAIT_MET) {
            kube_waiter_error(&waiters[i], ESTABLISHED_MS, err);
            result = -1;
        }
        kube_waiter_clear(&waiters[i]);
    }
    free(waiters);
    return result;
}

static int prepare_late(struct capi_puts *puts, size_t limit, struct error **err)
{
    bool waited = false;
    for (size_t i = 0; i < puts->count; i++) {
        struct capi_put *item = &puts->items[i];
        if (!item->late || item->id.resource.plural || item->group >= limit)
            continue;
        if (kube_client_is_dry_run(puts->client)) {
            item->action = CAPI_CREATED;
            item->stage = CAPI_PUT_DONE;
            continue;
        }
        if (!waited && await_definitions(puts, err) < 0)
            return -1;
        waited = true;
        kube_discovery_forget(puts->discovery, item->id.api_version);
        int found = kube_discovery_lookup(puts->discovery, item->id.api_version, item->id.kind,
                                          &item->id.resource, err);
        if (found <= 0)
            return found < 0 ? -1 : unknown_kind(&item->id, err);
    }
    return 0;
}

/* ---- entry points */

int capi_puts_observe(struct capi_puts *puts, struct error **err)
{
    size_t limit = SIZE_MAX;
    for (size_t i = 0; i < puts->count; i++)
        if (!puts->items[i].id.resource.plural && resolve(puts, &puts->items[i], err) < 0)
            return -1;
    if (try_wave(puts, 0, true, &limit, err) < 0)
        return -1;
    if (limit == SIZE_MAX)
        return 0;
    capi_puts_error(puts, limit, err);
    return -1;
}

int capi_puts_run(struct capi_puts *puts, size_t *failed_group, struct error **err)
{
    size_t limit = SIZE_MAX;
    for (size_t i = 0; i < puts->count; i++) {
        puts->items[i].attempts = 0;
        if (!puts->items[i].id.resource.plural && !puts->items[i].late &&
            resolve(puts, &puts->items[i], err) < 0)
            return -1;
    }
    for (unsigned wave = 0; wave < CAPI_WAVES; wave++) {
        if (wave == CAPI_WAVE_LAST && prepare_late(puts, limit, err) < 0)
            return -1;
        if (run_wave(puts, wave, &limit, err) < 0)
            return -1;
    }
    *failed_group = limit;
    return 0;
}
