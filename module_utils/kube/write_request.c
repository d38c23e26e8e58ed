/* The requests of the writer: paths, queries, bodies. See kube/write.h. */
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "http/url.h"
#include "json/js_get.h"
#include "json/js_write.h"
#include "kube/managers.h"
#include "kube/write_priv.h"

#define TYPE_JSON       "application/json"
#define TYPE_APPLY      "application/apply-patch+yaml"
#define TYPE_JSON_PATCH "application/json-patch+json"

static const struct {
    const char *name;
    const char *content_type;
} merge_types[] = {
    {"strategic-merge", "application/strategic-merge-patch+json"},
    {"merge", "application/merge-patch+json"},
};

static const char *merge_content_type(const char *name)
{
    for (size_t i = 0; i < array_length(merge_types); i++)
        if (str_equal(merge_types[i].name, name))
            return merge_types[i].content_type;
    return merge_types[0].content_type;
}

static void object_path(struct buf *out, const struct kube_object *object, bool with_name)
{
    kube_resource_path(out, &object->resource, object->namespace_, with_name ? object->name : NULL);
}

void kube_request_get(struct kube_write *write)
{
    struct buf path;
    buf_init(&path);
    object_path(&path, write->object, true);
    kube_call_init(&write->call, "GET", buf_steal(&path));
}

/* Every write says who writes; only what carries an object can be validated. */
static void write_query(const struct kube_writer *writer, struct buf *path, const char *method)
{
    if (str_equal(method, "DELETE"))
        return;
    url_query(path, "fieldManager", writer->options.field_manager);
    if (writer->options.field_validation)
        url_query(path, "fieldValidation", writer->options.field_validation);
}

static int start(struct kube_writer *writer, struct kube_write *write, const char *method,
                 const char *content_type, const json_t *body, struct error **err)
{
    struct buf path;
    buf_init(&path);
    object_path(&path, write->object, !str_equal(method, "POST"));
    write_query(writer, &path, method);
    if (str_equal(content_type, TYPE_APPLY))
        url_query(&path, "force", writer->options.force_conflicts ? "true" : "false");
    kube_call_init(&write->call, method, buf_steal(&path));
    struct buf text;
    buf_init(&text);
    if (body && js_write(&text, body, 0, err) < 0) {
        buf_clear(&text);
        return -1;
    }
    if (body)
        kube_call_body_take(&write->call, content_type, &text);
    return 0;
}

static int start_apply(struct kube_writer *writer, struct kube_write *write, struct error **err)
{
    write->method = "apply";
    if (start(writer, write, "PATCH", TYPE_APPLY, write->object->value, err) < 0)
        return -1;
    write->call.idempotent = true;
    write->call.may_race = !js_get(write->object->value, "metadata", "resourceVersion", NULL);
    return 0;
}

static int start_create(struct kube_writer *writer, struct kube_write *write, struct error **err)
{
    write->method = "create";
    if (start(writer, write, "POST", TYPE_JSON, write->object->value, err) < 0)
        return -1;
    /* A repeated POST of a name answers AlreadyExists; one of a prefix makes a second object. */
    write->call.idempotent = write->object->name != NULL;
    return 0;
}

static int start_merge(struct kube_writer *writer, struct kube_write *write, struct error **err)
{
    write->method = "patch";
    const char *type = writer->options.merge_types->items[write->merge_at];
    if (start(writer, write, "PATCH", merge_content_type(type), write->object->value, err) < 0)
        return -1;
    write->call.idempotent = true;
    write->call.may_race = !js_get(write->object->value, "metadata", "resourceVersion", NULL);
    return 0;
}

/* A replacement states which version it replaces, unless the user did. */
static int start_replace(struct kube_writer *writer, struct kube_write *write, struct error **err)
{
    write->method = "replace";
    json_auto_t *body = json_deep_copy(write->object->value);
    json_t *metadata = json_object_get(body, "metadata");
    if (!json_object_get(metadata, "resourceVersion") && write->prior.resource_version)
        json_object_set_new(metadata, "resourceVersion",
                            json_string(write->prior.resource_version));
    if (start(writer, write, "PUT", TYPE_JSON, body, err) < 0)
        return -1;
    write->call.idempotent = true; /* the version makes a second one fail */
    return 0;
}

static bool patch_is_guarded(const json_t *operations)
{
    return js_find(operations, "op", "test") != NULL;
}

static int start_json_patch(struct kube_writer *writer, struct kube_write *write,
                            struct error **err)
{
    write->method = "patch";
    if (start(writer, write, "PATCH", TYPE_JSON_PATCH, writer->options.patch, err) < 0)
        return -1;
    write->call.idempotent = patch_is_guarded(writer->options.patch);
    write->call.may_race = true;
    return 0;
}

bool kube_request_demands(const struct kube_writer *writer)
{
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach (js_get(writer->options.delete_options, "preconditions", NULL), key, value)
        if (!json_is_null(value))
            return true;
    return false;
}

/* A deletion is of the object that was seen, not of what took its name since then: it may have to
 * be sent again, and a controller may have made the object anew. */
static void demand_object(json_t *body, const struct kube_write *write)
{
    if (write->prior.uid)
        json_object_set_new(body, "preconditions", json_pack("{ss}", "uid", write->prior.uid));
}

/* The server's default orphans the pods of a Job; nobody wants that. */
static json_t *delete_body(const struct kube_writer *writer, const struct kube_write *write)
{
    json_t *body = json_pack("{ssss}", "apiVersion", "v1", "kind", "DeleteOptions");
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach ((json_t *)(uintptr_t)writer->options.delete_options, key, value)
        if (!json_is_null(value))
            json_object_set(body, key, value);
    bool job = str_equal(write->object->resource.kind, "Job") &&
               str_equal(write->object->resource.group, "batch");
    if (job && !json_object_get(body, "propagationPolicy") &&
        !json_object_get(body, "orphanDependents"))
        json_object_set_new(body, "propagationPolicy", json_string("Background"));
    if (!kube_request_demands(writer))
        demand_object(body, write);
    return body;
}

static int start_delete(struct kube_writer *writer, struct kube_write *write, struct error **err)
{
    write->method = "delete";
    json_auto_t *body = delete_body(writer, write);
    if (start(writer, write, "DELETE", TYPE_JSON, body, err) < 0)
        return -1;
    write->call.idempotent = true;
    return 0;
}

int kube_request_write(struct kube_writer *writer, struct kube_write *write, struct error **err)
{
    const struct kube_resource *resource = &write->object->resource;
    bool exists = write->prior.exists;
    switch (write->verb) {
    case KUBE_APPLY:
        /* Reviews can only be created. */
        return resource->can_patch ? start_apply(writer, write, err)
                                   : start_create(writer, write, err);
    case KUBE_CREATE:
        return start_create(writer, write, err);
    case KUBE_PATCH:
        return start_merge(writer, write, err);
    case KUBE_UPDATE:
        return exists ? start_merge(writer, write, err) : start_create(writer, write, err);
    case KUBE_REPLACE:
        return exists ? start_replace(writer, write, err) : start_create(writer, write, err);
    case KUBE_JSON_PATCH:
        return start_json_patch(writer, write, err);
    case KUBE_DELETE:
        return start_delete(writer, write, err);
    default:
        error_make(err, ERROR_INTERNAL, "no request for verb %d", (int)write->verb);
        return -1;
    }
}

int kube_request_migrate(struct kube_writer *writer, struct kube_write *write, struct error **err)
{
    json_auto_t *patch = kube_managers_migration(write->after, writer->options.migrate_managers,
                                                 writer->options.field_manager);
    return start(writer, write, "PATCH", TYPE_JSON_PATCH, patch, err);
}
