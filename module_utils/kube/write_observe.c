/* What is there before anything is written. See kube/write.h. */
#include "base/mem.h"
#include "base/str.h"
#include "kube/hash.h"
#include "kube/resolve.h"
#include "kube/strip.h"
#include "kube/write_priv.h"

int kube_writer_first_error(struct kube_writer *writer, struct error **err)
{
    for (size_t i = 0; i < writer->count; i++)
        if (writer->writes[i].error && !writer->options.go_on) {
            error_move_take(err, steal_ptr(writer->writes[i].error));
            return -1;
        }
    return 0;
}

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
    if (write->prior.known) {
        write->stage = KUBE_STAGE_WRITE;
        return;
    }
    if (resource->can_get && write->object->name && write->verb != KUBE_CREATE) {
        write->stage = KUBE_STAGE_GET;
        return;
    }
    kube_prior_absent(&write->prior);
    write->stage = KUBE_STAGE_WRITE;
}

/* ConfigMaps and Secrets get a name that says what is in them, once it is known that they are. */
static void append_hash(struct kube_object *object)
{
    auto_free char *hash = kube_hash(object->value);
    const char *name = str_empty(object->name) ? object->generate_name : object->name;
    if (!hash || str_empty(name))
        return;
    json_object_set_new(json_object_get(object->value, "metadata"),
                        name == object->name ? "name" : "generateName",
                        json_sprintf("%s-%s", name, hash));
    kube_object_refresh(object);
}

/* 1 resolved, 0 dealt with otherwise, -1. */
static int resolve_write(struct kube_writer *writer, struct kube_write *write, struct error **err)
{
    const char *namespace_ = kube_client_namespace(writer->client);
    int found = kube_resolve(writer->discovery, write->object, namespace_, err);
    if (found < 0)
        return -1;
    if (found == 0 && write->verb == KUBE_DELETE) {
        kube_write_settle_take(write, NULL); /* a kind that is not served has no objects */
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
    /* What a list showed has the name that it has. */
    if (writer->options.append_hash && !write->prior.known)
        append_hash(write->object);
    kube_strip_for_write(write->object->value, write->object->resource.plain_status);
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

int kube_writer_observe(struct kube_writer *writer, struct error **err)
{
    for (size_t i = 0; i < writer->count; i++)
        if (check_name(&writer->writes[i], err) < 0)
            return -1;
    if (!writer->count || fetch_kinds(writer, err) < 0)
        return writer->count ? -1 : 0;
    for (size_t i = 0; i < writer->count; i++) {
        struct error *problem = NULL;
        if (resolve_write(writer, &writer->writes[i], &problem) < 0)
            kube_write_settle_take(&writer->writes[i], problem);
    }
    if (kube_writer_first_error(writer, err) < 0 || kube_writer_look_by_list(writer, err) < 0)
        return -1;
    struct kube_pass pass;
    kube_pass_init(&pass, writer, KUBE_STAGE_WRITE);
    for (size_t i = 0; i < writer->count; i++) {
        struct kube_write *write = &writer->writes[i];
        if (!write->done && !write->late && write->stage == KUBE_STAGE_GET)
            kube_pass_add(&pass, write);
    }
    int result = kube_pass_go(&pass, err);
    kube_pass_clear(&pass);
    return result < 0 ? -1 : kube_writer_first_error(writer, err);
}
