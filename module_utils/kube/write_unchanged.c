/* What need not be written, because it is there already. See kube/write.h. */
#include "base/mem.h"
#include "base/str.h"
#include "kube/applied.h"
#include "kube/managers.h"
#include "kube/write_priv.h"

void kube_write_judge_take(struct kube_writer *writer, struct kube_write *write, json_t *value_take,
                           const struct kube_call *answer)
{
    const struct kube_write_options *options = &writer->options;
    const struct strv *migrated = options->migrate_managers;
    write->holds = write->verb == KUBE_APPLY && !options->write_unchanged && value_take &&
                   !(migrated && kube_managers_to_migrate(value_take, migrated)) &&
                   kube_applied_holds(write->object->value, value_take, options->field_manager);
    if (!write->holds) {
        json_decref(value_take);
        return;
    }
    kube_prior_keep_take(&write->prior, value_take);
    kube_call_warnings(answer, &write->warnings);
}

/* Something that was written before may have changed what was seen. */
static bool changed_before(const struct kube_writer *writer, unsigned wave)
{
    for (size_t i = 0; i < writer->count; i++) {
        const struct kube_write *write = &writer->writes[i];
        if (write->wave < wave && (write->changed || write->error))
            return true;
    }
    return false;
}

/* Two documents may speak of one object, be it in different groups or versions. */
static char *identity(const struct kube_write *write)
{
    const struct kube_object *object = write->object;
    return xasprintf("%s/%s/%s", object->kind, object->namespace_ ? object->namespace_ : "",
                     object->name ? object->name : "");
}

/* Numbers the turns; how often the run writes each object, by its identity, owned. */
static json_t *number_turns(struct kube_writer *writer)
{
    json_t *counts = json_object();
    for (size_t i = 0; i < writer->count; i++) {
        if (!writer->writes[i].object->name)
            continue; /* each is another object, whatever the server calls it */
        auto_free char *name = identity(&writer->writes[i]);
        json_int_t before = json_integer_value(json_object_get(counts, name));
        writer->writes[i].turn = (unsigned)before;
        json_object_set_new(counts, name, json_integer(before + 1));
    }
    return counts;
}

void kube_writer_number_doubles(struct kube_writer *writer)
{
    json_auto_t *counts = number_turns(writer);
    for (size_t i = 0; i < writer->count; i++) {
        auto_free char *name = identity(&writer->writes[i]);
        if (json_integer_value(json_object_get(counts, name)) > 1)
            writer->writes[i].holds = false;
    }
}

void kube_writer_settle_unchanged(struct kube_writer *writer, unsigned wave)
{
    if (changed_before(writer, wave))
        return;
    for (size_t i = 0; i < writer->count; i++) {
        struct kube_write *write = &writer->writes[i];
        if (!write->holds || write->done || write->wave != wave || write->stage != KUBE_STAGE_WRITE)
            continue;
        write->method = "apply";
        write->after = json_incref(write->prior.value);
        kube_write_settle_take(write, NULL);
    }
}
