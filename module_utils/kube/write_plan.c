/* In which order, and what is left alone. Pure. See kube/write.h. */
#include "base/mem.h"
#include "base/str.h"
#include "kube/order.h"
#include "kube/resolve.h"
#include "kube/write_priv.h"

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
        error_detail_take(err, "status", json_integer(404));
        error_detail_take(err, "reason", json_string("Not Found"));
        return -1;
    }
    if (!write->late && kube_write_is_idle(write)) {
        kube_write_settle_idle(write);
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
    kube_writer_number_doubles(writer);
    for (size_t i = 0; i < writer->count; i++) {
        struct error *problem = NULL;
        if (plan_write(writer, i, &problem) < 0)
            kube_write_settle_take(&writer->writes[i], problem);
    }
    for (size_t i = 0; i < writer->count; i++) {
        struct error *problem = NULL;
        if (check_order(writer, &writer->writes[i], &problem) < 0)
            kube_write_settle_take(&writer->writes[i], problem);
    }
    return kube_writer_first_error(writer, err);
}
