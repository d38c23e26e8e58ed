/* The walk over all objects, wave by wave. See kube/write.h. */
#include "kube/write.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/mem.h"
#include "base/str.h"
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
        kube_prior_clear(&write->first);
        json_decref(write->after);
        error_free(write->error);
        error_free(write->refusal);
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

/* Looks again and again until terminating objects of the wave are gone. */
static int wait_until_gone(struct kube_writer *writer, unsigned wave, struct error **err)
{
    long long pause = GONE_POLL_MS;
    for (;;) {
        struct kube_pass pass;
        kube_pass_init(&pass, writer, KUBE_STAGE_WRITE);
        for (size_t i = 0; i < writer->count; i++) {
            struct kube_write *write = &writer->writes[i];
            if (write->wave != wave || write->done || write->stage != KUBE_STAGE_GONE)
                continue;
            if (!write->gone_deadline)
                write->gone_deadline = clock_deadline_ms(writer->options.timeout_ms);
            kube_pass_add(&pass, write);
        }
        bool any = pass.count > 0;
        int result = kube_pass_go(&pass, err);
        kube_pass_clear(&pass);
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
        kube_write_settle_take(write, NULL);
    }
}

/* In a dry run a deletion is known without asking. */
static void predict_delete(struct kube_write *write)
{
    write->method = "delete";
    write->changed = write->prior.exists && !write->prior.terminating;
    kube_write_settle_take(write, NULL);
}

static bool failed_before(const struct kube_writer *writer)
{
    for (size_t i = 0; i < writer->count; i++)
        if (writer->writes[i].error)
            return !writer->options.go_on;
    return false;
}

/* The write of the same object before this one has changed what was seen of it. */
static void look_again(struct kube_write *write)
{
    if (write->stage == KUBE_STAGE_WRITE && write->object->name && write->object->resource.can_get)
        write->stage = KUBE_STAGE_GET;
}

static void add_turn(struct kube_pass *pass, unsigned wave, unsigned turn)
{
    struct kube_writer *writer = pass->writer;
    bool dry_run = kube_client_is_dry_run(writer->client);
    bool backwards = writer->count && writer->writes[0].verb == KUBE_DELETE;
    for (size_t i = 0; i < writer->count; i++) {
        struct kube_write *write = &writer->writes[backwards ? writer->count - 1 - i : i];
        if (write->wave != wave || write->turn != turn || write->done)
            continue;
        if (dry_run && write->verb == KUBE_DELETE) {
            predict_delete(write);
            continue;
        }
        if (turn && !dry_run)
            look_again(write);
        kube_pass_add(pass, write);
    }
}

static unsigned last_turn(const struct kube_writer *writer, unsigned wave)
{
    unsigned last = 0;
    for (size_t i = 0; i < writer->count; i++)
        if (writer->writes[i].wave == wave && writer->writes[i].turn > last)
            last = writer->writes[i].turn;
    return last;
}

/* Sends all of a wave at once, but what writes an object anew behind what wrote it before. */
static int run_turns(struct kube_writer *writer, unsigned wave, unsigned *window,
                     struct error **err)
{
    unsigned last = last_turn(writer, wave);
    for (unsigned turn = 0; turn <= last && !failed_before(writer); turn++) {
        struct kube_pass pass;
        kube_pass_init(&pass, writer, KUBE_STAGE_DONE);
        add_turn(&pass, wave, turn);
        /* Slow start: a mistake shows on the first objects, and then little else was touched. Of a
         * few objects, none behind the second one when that fails. */
        pass.window = *window;
        pass.opens = true;
        int result = kube_pass_go(&pass, err);
        *window = pass.window;
        kube_pass_clear(&pass);
        if (result < 0)
            return -1;
    }
    return 0;
}

static int run_wave(struct kube_writer *writer, unsigned wave, unsigned *window, struct error **err)
{
    if (kube_writer_admit_late(writer, wave, err) < 0)
        return -1;
    if (kube_client_is_dry_run(writer->client))
        predict_gone(writer, wave);
    else if (wait_until_gone(writer, wave, err) < 0)
        return -1;
    if (failed_before(writer))
        return 0;
    kube_writer_settle_unchanged(writer, wave);
    return run_turns(writer, wave, window, err);
}

static unsigned last_wave(const struct kube_writer *writer)
{
    unsigned last = 0;
    for (size_t i = 0; i < writer->count; i++)
        if (writer->writes[i].wave > last)
            last = writer->writes[i].wave;
    return last;
}

static bool has_late(const struct kube_writer *writer, unsigned wave)
{
    for (size_t i = 0; i < writer->count; i++)
        if (writer->writes[i].wave == wave && writer->writes[i].late && !writer->writes[i].done)
            return true;
    return false;
}

/*
 * The server takes its time to say whether the names of definitions are free: it is asked as late
 * as possible, when their kinds are needed or all else is written.
 */
static int check_names(struct kube_writer *writer, struct error **err)
{
    if (!writer->options.wait_crds || kube_client_is_dry_run(writer->client))
        return 0;
    return kube_writer_check_names(writer, err);
}

static int run_waves(struct kube_writer *writer, struct error **err)
{
    unsigned window = 0;
    unsigned last = last_wave(writer);
    for (unsigned wave = 0; wave <= last; wave++) {
        if (has_late(writer, wave) && check_names(writer, err) < 0)
            return -1;
        if (failed_before(writer))
            return 0;
        if (run_wave(writer, wave, &window, err) < 0)
            return -1;
    }
    return check_names(writer, err);
}

int kube_writer_run(struct kube_writer *writer, struct error **err)
{
    if (!writer->count)
        return 0;
    if (run_waves(writer, err) == 0)
        return 0;
    for (size_t i = 0; i < writer->count; i++)
        kube_lost_leave(&writer->writes[i]);
    return -1;
}
