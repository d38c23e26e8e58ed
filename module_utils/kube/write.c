/* The walk over all objects: order, windows, stops. See kube/write.h. */
#include "kube/write.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "kube/order.h"
#include "kube/resolve.h"
#include "kube/strip.h"
#include "kube/write_priv.h"

enum {
    GONE_POLL_MS = 250,
    GONE_POLL_MAX_MS = 2000,
};

void kube_writer_init(struct kube_writer *writer, struct kube_client *client,
                      struct kube_discovery *discovery, const struct kube_write_options *options)
{
    *writer = (struct kube_writer){.client = client, .discovery = discovery, .options = *options};
}

void kube_writer_clear(struct kube_writer *writer)
{
    for (size_t i = 0; i < writer->count; i++) {
        struct kube_write *write = &writer->writes[i];
        kube_prior_clear(&write->prior);
        json_decref(write->after);
        error_free(write->error);
        strv_clear(&write->warnings);
        kube_call_clear(&write->call);
    }
    free(writer->writes);
    writer->writes = NULL;
    writer->count = 0;
}

struct kube_write *kube_writer_add(struct kube_writer *writer, struct kube_object *object,
                                   enum kube_verb verb)
{
    writer->writes = xreallocarray(writer->writes, writer->count + 1, sizeof(*writer->writes));
    struct kube_write *write = &writer->writes[writer->count++];
    *write = (struct kube_write){.object = object, .verb = verb};
    return write;
}

/* The object is dealt with; takes the error over. */
static void settle_take(struct kube_write *write, struct error *error_take)
{
    write->error = error_take;
    write->done = true;
    write->stage = KUBE_STAGE_DONE;
    write->ended_ms = clock_now_ms();
}

/* ---- one run over a set of objects, all at the same station */

struct run {
    struct kube_writer *writer;
    struct kube_write **items; /* owned array of borrowed writes */
    size_t count;
    size_t cursor;             /* the next item that was not started */
    struct kube_write **again; /* owned stack: items with a further stage to go, before new ones */
    size_t again_count;
    enum kube_stage until; /* the run leaves items alone that reach this stage */
    unsigned window;       /* requests that may be in flight; 0 as 1 */
    bool opens;            /* the window opens with every success */
    bool stopped;          /* after a failure nothing new is started */
};

static void run_clear(struct run *run)
{
    free(run->items);
    free(run->again);
}

static void run_add(struct run *run, struct kube_write *write)
{
    run->items[run->count++] = write;
}

static void run_init(struct run *run, struct kube_writer *writer, enum kube_stage until)
{
    *run = (struct run){.writer = writer, .until = until, .window = 32};
    run->items = xcalloc(writer->count, sizeof(struct kube_write *));
    run->again = xcalloc(writer->count, sizeof(struct kube_write *));
}

static void fail_item(struct run *run, struct kube_write *write, struct error *error_take)
{
    kube_write_wrap(write, &error_take);
    settle_take(write, error_take);
    if (!run->writer->options.go_on)
        run->stopped = true;
}

static struct kube_write *pick(struct run *run)
{
    if (run->again_count)
        return run->again[--run->again_count];
    if (run->stopped || run->cursor >= run->count)
        return NULL;
    return run->items[run->cursor++];
}

static struct kube_call *next_call(void *context, unsigned in_flight)
{
    struct run *run = context;
    if (in_flight && in_flight >= run->window)
        return NULL;
    for (;;) {
        struct kube_write *write = pick(run);
        if (!write)
            return NULL;
        if (!write->started_ms)
            write->started_ms = clock_now_ms();
        struct error *err = NULL;
        kube_call_clear(&write->call);
        if (kube_stage_row(write->stage)->build(run->writer, write, &err) == 0) {
            write->call.owner = write;
            if (write->late)
                write->call.unserved_until = clock_deadline_ms(30000);
            return &write->call;
        }
        fail_item(run, write, err);
    }
}

static void call_done(void *context, struct kube_call *call)
{
    struct run *run = context;
    struct kube_write *write = call->owner;
    enum kube_next next = KUBE_NEXT_DONE;
    struct error *err = NULL;
    if (kube_stage_row(write->stage)->finish(run->writer, write, &next, &err) < 0) {
        fail_item(run, write, err);
    } else if (next == KUBE_NEXT_DONE) {
        settle_take(write, NULL);
        if (run->opens && run->window < run->writer->options.parallel)
            run->window++;
    } else if (next == KUBE_NEXT_STAGE && write->stage != run->until) {
        run->again[run->again_count++] = write;
    }
    /* Answers are large and many: none is kept longer than it takes to read it. */
    kube_call_clear(&write->call);
}

static int run_go(struct run *run, struct error **err)
{
    if (!run->count)
        return 0;
    const struct kube_work work = {.next = next_call, .done = call_done, .context = run};
    return kube_client_run(run->writer->client, &work, err);
}

/* ---- observe */

/* A review is made, never stored: it has no name. */
static bool may_be_nameless(const struct kube_write *write)
{
    return write->object->generate_name || str_ends_with(write->object->kind, "Review");
}

static int check_name(const struct kube_write *write, struct error **err)
{
    if (write->object->name || write->verb == KUBE_DELETE)
        return 0;
    auto_free char *label = kube_object_label(write->object);
    if (write->object->generate_name && write->verb == KUBE_APPLY) {
        error_make(
            err, ERROR_USAGE,
            "%s: cannot use generate name with apply: set metadata.name, or apply_mode: create",
            label);
        return -1;
    }
    if (may_be_nameless(write))
        return 0;
    error_make(err, ERROR_USAGE, "document %zu, %s: metadata.name is missing",
               write->object->document, label);
    return -1;
}

/* Says what to look at first. */
static void choose_stage(struct kube_write *write)
{
    const struct kube_resource *resource = &write->object->resource;
    if (resource->can_get && write->object->name && write->verb != KUBE_CREATE) {
        write->stage = KUBE_STAGE_GET;
        return;
    }
    kube_prior_absent(&write->prior);
    write->stage = KUBE_STAGE_WRITE;
}

/* 1 resolved, 0 dealt with otherwise, -1. */
static int resolve_write(struct kube_writer *writer, struct kube_write *write, struct error **err)
{
    const char *namespace_ = kube_client_namespace(writer->client);
    int found = kube_resolve(writer->discovery, write->object, namespace_, err);
    if (found < 0)
        return -1;
    if (found == 0 && write->verb == KUBE_DELETE) {
        settle_take(write, NULL); /* a kind that is not served has no objects */
        return 0;
    }
    if (found == 0 && kube_writer_provider(writer, write->object)) {
        write->late = true;
        return 0;
    }
    if (found == 0) {
        kube_resolve_error(write->object, err);
        return -1;
    }
    kube_strip_for_write(write->object->value);
    kube_object_refresh(write->object);
    choose_stage(write);
    return 1;
}

static int fetch_kinds(struct kube_writer *writer, struct error **err)
{
    auto_strv struct strv api_versions;
    strv_init(&api_versions);
    for (size_t i = 0; i < writer->count; i++)
        strv_add_once(&api_versions, writer->writes[i].object->api_version);
    return kube_discovery_fetch(writer->discovery, &api_versions, err);
}

/* Before anything is written one failure ends the run, unless the user wants to go on. */
static int first_error(struct kube_writer *writer, struct error **err)
{
    for (size_t i = 0; i < writer->count; i++)
        if (writer->writes[i].error && !writer->options.go_on) {
            error_move_take(err, steal_ptr(writer->writes[i].error));
            return -1;
        }
    return 0;
}

int kube_writer_observe(struct kube_writer *writer, struct error **err)
{
    for (size_t i = 0; i < writer->count; i++)
        if (check_name(&writer->writes[i], err) < 0)
            return -1;
    if (!writer->count || fetch_kinds(writer, err) < 0)
        return writer->count ? -1 : 0;
    struct run run;
    run_init(&run, writer, KUBE_STAGE_WRITE);
    for (size_t i = 0; i < writer->count; i++) {
        struct kube_write *write = &writer->writes[i];
        struct error *problem = NULL;
        int found = resolve_write(writer, write, &problem);
        if (found < 0)
            settle_take(write, problem);
        else if (found && write->stage == KUBE_STAGE_GET)
            run_add(&run, write);
    }
    int result = first_error(writer, err);
    if (result == 0)
        result = run_go(&run, err);
    run_clear(&run);
    return result < 0 ? -1 : first_error(writer, err);
}

/* ---- plan */

/* An object that was not there and is only to be changed, or removed, is left alone. */
static bool nothing_to_do(struct kube_write *write)
{
    if (write->late || write->prior.exists)
        return false;
    if (write->verb == KUBE_PATCH) {
        write->missing = true;
        return true;
    }
    return write->verb == KUBE_DELETE;
}

static int plan_terminating(struct kube_writer *writer, struct kube_write *write,
                            struct error **err)
{
    bool creates =
        write->verb == KUBE_APPLY || write->verb == KUBE_UPDATE || write->verb == KUBE_REPLACE;
    if (!write->prior.terminating || !creates ||
        writer->options.on_terminating == KUBE_TERMINATING_APPLY)
        return 0;
    auto_free char *label = kube_object_label(write->object);
    if (writer->options.on_terminating == KUBE_TERMINATING_FAIL) {
        error_make(err, ERROR_CONFLICT,
                   "%s is being deleted; wait until it is gone, or set on_terminating: wait",
                   label);
        return -1;
    }
    write->stage = KUBE_STAGE_GONE;
    return 0;
}

static int plan_write(struct kube_writer *writer, size_t index, struct error **err)
{
    struct kube_write *write = &writer->writes[index];
    const struct kube_object *object = write->object;
    bool delete = write->verb == KUBE_DELETE;
    size_t last = writer->options.sort ? kube_order_waves() - 1 : writer->count - 1;
    size_t wave = index;
    if (writer->options.sort) {
        auto_free char *group = NULL;
        auto_free char *version = NULL;
        kube_split_api_version(object->api_version, &group, &version);
        wave = kube_order_wave(group, object->kind);
    }
    write->wave = (unsigned)(delete ? last - wave : wave);
    if (write->done)
        return 0;
    if (write->verb == KUBE_JSON_PATCH && !write->late && !write->prior.exists) {
        auto_free char *label = kube_object_label(object);
        error_make(
            err, ERROR_NOT_FOUND,
            "%s %s: Failed to retrieve requested object: %s does not exist, and a JSON patch "
            "needs something to patch",
            object->kind, object->name, label);
        return -1;
    }
    if (nothing_to_do(write)) {
        settle_take(write, NULL);
        return 0;
    }
    return plan_terminating(writer, write, err);
}

/* In the order of the input a kind can come too late for its objects: nobody could wait for it. */
static int check_order(const struct kube_writer *writer, const struct kube_write *write,
                       struct error **err)
{
    const struct kube_write *crd =
        write->late && !write->done ? kube_writer_provider(writer, write->object) : NULL;
    if (!crd || crd->wave < write->wave)
        return 0;
    auto_free char *label = kube_object_label(write->object);
    auto_free char *definition = kube_object_label(crd->object);
    error_make(err, ERROR_USAGE,
               "%s comes before %s, which defines its kind: exchange them, or set sort: true",
               label, definition);
    return -1;
}

int kube_writer_plan(struct kube_writer *writer, struct error **err)
{
    for (size_t i = 0; i < writer->count; i++) {
        struct error *problem = NULL;
        if (plan_write(writer, i, &problem) < 0)
            settle_take(&writer->writes[i], problem);
    }
    for (size_t i = 0; i < writer->count; i++) {
        struct error *problem = NULL;
        if (check_order(writer, &writer->writes[i], &problem) < 0)
            settle_take(&writer->writes[i], problem);
    }
    return first_error(writer, err);
}

/* ---- run */

/* Looks again and again until terminating objects of the wave are gone. */
static int wait_until_gone(struct kube_writer *writer, unsigned wave, struct error **err)
{
    long long pause = GONE_POLL_MS;
    for (;;) {
        struct run run;
        run_init(&run, writer, KUBE_STAGE_WRITE);
        for (size_t i = 0; i < writer->count; i++) {
            struct kube_write *write = &writer->writes[i];
            if (write->wave != wave || write->done || write->stage != KUBE_STAGE_GONE)
                continue;
            if (!write->gone_deadline)
                write->gone_deadline = clock_deadline_ms(writer->options.timeout_ms);
            run_add(&run, write);
        }
        bool any = run.count > 0;
        int result = run_go(&run, err);
        run_clear(&run);
        if (result < 0 || !any)
            return result;
        clock_sleep_ms(pause);
        pause = pause * 3 / 2 > GONE_POLL_MAX_MS ? GONE_POLL_MAX_MS : pause * 3 / 2;
    }
}

/* In a dry run a terminating object is taken for gone: it will be created anew. */
static void predict_gone(struct kube_writer *writer, unsigned wave)
{
    for (size_t i = 0; i < writer->count; i++) {
        struct kube_write *write = &writer->writes[i];
        if (write->wave != wave || write->done || write->stage != KUBE_STAGE_GONE)
            continue;
        kube_prior_absent(&write->prior);
        kube_write_predict(writer, write, "the object is being deleted and will be created anew");
        settle_take(write, NULL);
    }
}

/* In a dry run a deletion is known without asking. */
static void predict_delete(struct kube_write *write)
{
    write->method = "delete";
    write->changed = write->prior.exists && !write->prior.terminating;
    settle_take(write, NULL);
}

static bool failed_before(const struct kube_writer *writer)
{
    for (size_t i = 0; i < writer->count; i++)
        if (writer->writes[i].error)
            return !writer->options.go_on;
    return false;
}

static int run_wave(struct kube_writer *writer, unsigned wave, unsigned *window, struct error **err)
{
    bool dry_run = kube_client_is_dry_run(writer->client);
    if (kube_writer_admit_late(writer, wave, err) < 0)
        return -1;
    if (dry_run)
        predict_gone(writer, wave);
    else if (wait_until_gone(writer, wave, err) < 0)
        return -1;
    if (failed_before(writer))
        return 0;
    struct run run;
    run_init(&run, writer, KUBE_STAGE_DONE);
    bool backwards = writer->count && writer->writes[0].verb == KUBE_DELETE;
    for (size_t i = 0; i < writer->count; i++) {
        struct kube_write *write = &writer->writes[backwards ? writer->count - 1 - i : i];
        if (write->wave != wave || write->done)
            continue;
        if (dry_run && write->verb == KUBE_DELETE)
            predict_delete(write);
        else
            run_add(&run, write);
    }
    /* Slow start: a mistake shows on the first objects, and then little else was touched. Of a few
     * objects, none behind the second one when that fails. */
    run.window = *window;
    run.opens = true;
    int result = run_go(&run, err);
    *window = run.window;
    run_clear(&run);
    if (result == 0 && writer->options.wait_crds && !dry_run)
        result = kube_writer_check_names(writer, wave, err);
    return result;
}

static unsigned last_wave(const struct kube_writer *writer)
{
    unsigned last = 0;
    for (size_t i = 0; i < writer->count; i++)
        if (writer->writes[i].wave > last)
            last = writer->writes[i].wave;
    return last;
}

/* The run ended while a write was under way: it may have been carried out or not. */
static void leave_unfinished(struct kube_writer *writer)
{
    for (size_t i = 0; i < writer->count; i++) {
        struct kube_write *write = &writer->writes[i];
        if (write->done || !write->method || !write->call.job.attempts)
            continue;
        struct error *unknown = NULL;
        error_make(&unknown, ERROR_INTERRUPTED,
                   "the run ended while it was under way: whether it was carried out is not known");
        kube_write_wrap(write, &unknown);
        settle_take(write, unknown);
    }
}

int kube_writer_run(struct kube_writer *writer, struct error **err)
{
    if (!writer->count)
        return 0;
    unsigned window = 0;
    unsigned last = last_wave(writer);
    for (unsigned wave = 0; wave <= last && !failed_before(writer); wave++)
        if (run_wave(writer, wave, &window, err) < 0) {
            leave_unfinished(writer);
            return -1;
        }
    return 0;
}
