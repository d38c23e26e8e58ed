/* One pass over many objects: windows, stages, stops. See kube/write.h. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "kube/write_priv.h"

void kube_write_settle_take(struct kube_write *write, struct error *error_take)
{
    write->error = error_take;
    write->done = true;
    write->stage = KUBE_STAGE_DONE;
    write->ended_ms = clock_now_ms();
}

bool kube_write_is_idle(const struct kube_write *write)
{
    return !write->prior.exists && (write->verb == KUBE_PATCH || write->verb == KUBE_DELETE);
}

void kube_write_settle_idle(struct kube_write *write)
{
    write->missing = write->verb == KUBE_PATCH;
    kube_write_settle_take(write, NULL);
}

void kube_pass_clear(struct kube_pass *pass)
{
    free(pass->items);
    free(pass->again);
}

void kube_pass_add(struct kube_pass *pass, struct kube_write *write)
{
    pass->items[pass->count++] = write;
}

void kube_pass_init(struct kube_pass *pass, struct kube_writer *writer, enum kube_stage until)
{
    *pass = (struct kube_pass){.writer = writer, .until = until, .window = 32};
    pass->items = xcalloc(writer->count, sizeof(struct kube_write *));
    pass->again = xcalloc(writer->count, sizeof(struct kube_write *));
}

static void fail_item(struct kube_pass *pass, struct kube_write *write, struct error *error_take)
{
    kube_write_wrap(write, &error_take);
    kube_write_settle_take(write, error_take);
    if (!pass->writer->options.go_on)
        pass->stopped = true;
}

static struct kube_write *pick(struct kube_pass *pass)
{
    if (pass->again_count)
        return pass->again[--pass->again_count];
    if (pass->stopped || pass->cursor >= pass->count)
        return NULL;
    return pass->items[pass->cursor++];
}

static struct kube_call *next_call(void *context, unsigned in_flight)
{
    struct kube_pass *pass = context;
    if (in_flight && in_flight >= pass->window)
        return NULL;
    for (;;) {
        struct kube_write *write = pick(pass);
        if (!write)
            return NULL;
        if (!write->started_ms)
            write->started_ms = clock_now_ms();
        struct error *err = NULL;
        kube_call_clear(&write->call);
        if (kube_stage_row(write->stage)->build(pass->writer, write, &err) == 0) {
            write->call.owner = write;
            if (write->late)
                write->call.unserved_until = clock_deadline_ms(30000);
            return &write->call;
        }
        fail_item(pass, write, err);
    }
}

static void call_done(void *context, struct kube_call *call)
{
    struct kube_pass *pass = context;
    struct kube_write *write = call->owner;
    enum kube_next next = KUBE_NEXT_DONE;
    struct error *err = NULL;
    if (kube_stage_row(write->stage)->finish(pass->writer, write, &next, &err) < 0) {
        fail_item(pass, write, err);
    } else if (next == KUBE_NEXT_DONE || next == KUBE_NEXT_IDLE) {
        if (next == KUBE_NEXT_IDLE)
            kube_write_settle_idle(write);
        else
            kube_write_settle_take(write, NULL);
        if (pass->opens && pass->window < pass->writer->options.parallel)
            pass->window++;
    } else if (next == KUBE_NEXT_STAGE && write->stage != pass->until) {
        pass->again[pass->again_count++] = write;
    }
    /* Answers are large and many: none is kept longer than it takes to read it. */
    kube_call_clear(&write->call);
}

int kube_pass_go(struct kube_pass *pass, struct error **err)
{
    if (!pass->count)
        return 0;
    const struct kube_work work = {.next = next_call, .done = call_done, .context = pass};
    return kube_client_run(pass->writer->client, &work, err);
}
