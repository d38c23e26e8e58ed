/* Objects of kinds that the same run defines. See kube/write.h. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "kube/ready.h"
#include "kube/resolve.h"
#include "kube/strip.h"
#include "kube/write_priv.h"

enum {
    POLL_MS = 50,
    POLL_MAX_MS = 1000,
};

static void fail_late(struct kube_write *write, struct error *error_take)
{
    kube_write_wrap(write, &error_take);
    kube_write_settle_take(write, error_take);
}

struct kube_write *kube_writer_provider(const struct kube_writer *writer,
                                        const struct kube_object *object)
{
    for (size_t i = 0; i < writer->count; i++) {
        struct kube_write *crd = &writer->writes[i];
        if (crd->verb != KUBE_DELETE && str_equal(crd->object->kind, "CustomResourceDefinition") &&
            kube_crd_provides(crd->object->value, object))
            return crd;
    }
    return NULL;
}

/* Looks at the definition: 1 established, 0 not yet, -1 never. */
static int definition_ready(struct kube_writer *writer, const struct kube_write *crd,
                            struct error **err)
{
    struct buf path;
    buf_init(&path);
    kube_resource_path(&path, &crd->object->resource, NULL, crd->object->name);
    auto_free char *text = buf_steal(&path);
    json_t *value = NULL;
    if (kube_client_get(writer->client, text, &value, err) < 0)
        return -1;
    auto_buf struct buf why;
    buf_init(&why);
    enum kube_readiness readiness = kube_crd_ready(value, &why);
    json_decref(value);
    if (readiness != KUBE_FAILED)
        return readiness == KUBE_READY;
    auto_free char *label = kube_object_label(crd->object);
    error_make(err, ERROR_CONFLICT, "%s: %s", label, buf_str(&why));
    return -1;
}

/* One attempt: 1 the object can be sent, 0 not yet, -1 never. */
static int try_admit(struct kube_writer *writer, struct kube_write *write, struct error **err)
{
    struct kube_write *crd = kube_writer_provider(writer, write->object);
    /* Established once, asked once: a thousand objects of one kind need no thousand questions. */
    if (!crd || !crd->served) {
        int ready = writer->options.wait_crds && crd ? definition_ready(writer, crd, err) : 1;
        if (ready <= 0)
            return ready;
        auto_free char *api_version = xstrdup(write->object->api_version);
        kube_discovery_forget(writer->discovery, api_version);
    }
    int found =
        kube_resolve(writer->discovery, write->object, kube_client_namespace(writer->client), err);
    if (found > 0 && crd)
        crd->served = true;
    /* Another version of a definition that is served may have been asked for before it was. */
    if (found == 0)
        kube_discovery_forget(writer->discovery, write->object->api_version);
    return found;
}

static void admitted(struct kube_write *write)
{
    kube_strip_for_write(write->object->value, write->object->resource.plain_status);
    kube_object_refresh(write->object);
    bool look = write->object->name && write->verb != KUBE_CREATE;
    if (!look)
        kube_prior_absent(&write->prior);
    write->stage = look ? KUBE_STAGE_GET : KUBE_STAGE_WRITE;
    if (!look && kube_write_is_idle(write))
        kube_write_settle_idle(write);
}

/* Why the kind will not come: its definition failed, or nobody knows. */
static void not_coming(const struct kube_writer *writer, const struct kube_write *write,
                       struct error **err)
{
    const struct kube_write *crd = kube_writer_provider(writer, write->object);
    if (crd && crd->error)
        error_make(err, ERROR_NOT_FOUND, "its kind is not served: %s", crd->error->message);
    else if (crd && crd->awaited)
        error_make(err, ERROR_NOT_FOUND,
                   "its kind is not served; the first object of it that failed says why");
    else
        kube_resolve_error(write->object, err);
}

/* What is not written will not make a kind appear. */
static bool has_hope(const struct kube_writer *writer, const struct kube_write *write)
{
    const struct kube_write *crd = kube_writer_provider(writer, write->object);
    return writer->options.wait_crds && !(crd && crd->error);
}

static bool ends_the_run(const struct error *problem)
{
    return problem && (problem->kind == ERROR_INTERRUPTED || problem->kind == ERROR_AUTH);
}

/* The object fails, and others of its kind need not wait as long. Where one of them was served it
 * is another version of the kind that does not come. */
static void give_up(struct kube_writer *writer, struct kube_write *write,
                    struct error *problem_take)
{
    struct kube_write *crd = kube_writer_provider(writer, write->object);
    fail_late(write, problem_take);
    if (crd)
        crd->awaited = !crd->served;
}

/* Waits for one object's kind. -1 only when the run ends. */
static int admit(struct kube_writer *writer, struct kube_write *write, long long deadline,
                 struct error **err)
{
    long long pause = POLL_MS;
    const struct kube_write *crd = kube_writer_provider(writer, write->object);
    bool in_vain = crd && crd->awaited;
    for (;;) {
        struct error *problem = NULL;
        int ready = in_vain ? 0 : try_admit(writer, write, &problem);
        if (ready > 0) {
            admitted(write);
            return 0;
        }
        if (ends_the_run(problem)) {
            error_move_take(err, problem);
            return -1;
        }
        if (ready == 0 && (in_vain || !has_hope(writer, write) || clock_passed(deadline)))
            not_coming(writer, write, &problem);
        if (problem) {
            give_up(writer, write, problem);
            return 0;
        }
        clock_sleep_ms(pause);
        pause = pause * 3 / 2 > POLL_MAX_MS ? POLL_MAX_MS : pause * 3 / 2;
    }
}

/* What is only to be changed is not there as long as its kind is not. */
static bool is_missing(const struct kube_writer *writer, const struct kube_write *write)
{
    if (write->verb != KUBE_PATCH)
        return false;
    const struct kube_write *crd = kube_writer_provider(writer, write->object);
    return kube_client_is_dry_run(writer->client) || (crd && crd->missing);
}

/* Without go_on a failure ends the walk here as elsewhere. */
static int admit_wave(struct kube_writer *writer, unsigned wave, long long deadline,
                      struct error **err)
{
    for (size_t i = 0; i < writer->count; i++) {
        struct kube_write *write = &writer->writes[i];
        if (!write->late || write->done || write->wave != wave)
            continue;
        if (is_missing(writer, write)) {
            kube_write_settle_idle(write);
        } else if (kube_client_is_dry_run(writer->client)) {
            kube_write_predict(writer, write, "its kind is defined in the same run");
            kube_write_settle_take(write, NULL);
        } else if (admit(writer, write, deadline, err) < 0) {
            return -1;
        }
        if (write->error && !writer->options.go_on)
            return 0;
    }
    return 0;
}

int kube_writer_admit_late(struct kube_writer *writer, unsigned wave, struct error **err)
{
    long long deadline = clock_deadline_ms(writer->options.timeout_ms);
    kube_client_end_at(writer->client, deadline);
    int result = admit_wave(writer, wave, deadline, err);
    kube_client_end_at(writer->client, 0);
    return result;
}
