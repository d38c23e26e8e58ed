#include "k8s_apply/result.h"

#include <stdlib.h>

#include "ansible/am_diff.h"
#include "base/mem.h"
#include "base/str.h"
#include "connect/connect.h"
#include "json/js_get.h"
#include "json/js_path.h"
#include "kube/mask.h"
#include "kube/strip.h"
#include "yaml/ym_write.h"

/* ---- objects */

static void copy_path(json_t *to, const json_t *from, const char *key)
{
    json_t *value = json_object_get(from, key);
    if (value)
        json_object_set(to, key, value);
}

/* What identifies an object and its version, for those who do not need the rest. */
static json_t *summary_of(const json_t *object)
{
    static const char *const keys[] = {"name", "namespace", "uid", "resourceVersion", "generation"};
    json_t *metadata = json_object();
    for (size_t i = 0; i < array_length(keys); i++)
        copy_path(metadata, js_get(object, "metadata", NULL), keys[i]);
    json_t *summary = json_object();
    copy_path(summary, object, "apiVersion");
    copy_path(summary, object, "kind");
    json_object_set_new(summary, "metadata", metadata);
    return summary;
}

/* Takes an object and makes it fit to be shown: hidden fields go, Secrets are masked. */
static json_t *shown_take(const struct k8s *k8s, json_t *object_take)
{
    if (!object_take)
        return json_object();
    if (!k8s->args.show_secrets)
        kube_mask(object_take);
    /* The paths were checked with the arguments. */
    if (js_path_remove(object_take, &k8s->args.hidden_fields, NULL) < 0)
        json_object_clear(object_take);
    return object_take;
}

static json_t *returned_object(const struct k8s *k8s, const json_t *object)
{
    if (!object || k8s->args.returns == K8S_RETURN_NONE)
        return json_object();
    if (k8s->args.returns == K8S_RETURN_SUMMARY)
        return summary_of(object);
    return shown_take(k8s, json_deep_copy(object));
}

/* ---- diff */

static char *diff_text(const struct k8s *k8s, json_t *object)
{
    if (!object)
        return NULL;
    if (js_path_remove(object, &k8s->args.hidden_fields, NULL) < 0)
        return NULL;
    struct buf text;
    buf_init(&text);
    if (ym_write_sorted(&text, object, NULL) < 0) {
        buf_clear(&text);
        return NULL;
    }
    return buf_steal(&text);
}

static json_t *diff_of(const struct k8s *k8s, const struct kube_write *write)
{
    json_auto_t *before = kube_prior_value(&write->prior);
    json_auto_t *after = write->verb == KUBE_DELETE ? NULL : json_deep_copy(write->after);
    kube_strip_for_diff(before, write->object->resource.plain_status);
    kube_strip_for_diff(after, write->object->resource.plain_status);
    if (!k8s->args.show_secrets)
        kube_mask_pair(before, after);
    auto_free char *before_text = diff_text(k8s, before);
    auto_free char *after_text = diff_text(k8s, after);
    auto_free char *label = kube_object_label(write->object);
    return am_diff_new(before_text, after_text, label, label);
}

/* ---- one object */

static char *describe(const struct kube_object *object, bool with_namespace)
{
    const char *name = object->name ? object->name : object->generate_name;
    if (with_namespace && object->namespace_)
        return xasprintf("kind=%s,name=%s,namespace=%s", object->kind, name ? name : "",
                         object->namespace_);
    return xasprintf("kind=%s,name=%s", object->kind, name ? name : "");
}

static json_t *filtered_result(const struct k8s_item *item)
{
    auto_free char *what = describe(item->object, true);
    return json_pack("{sb, s{}, so}", "changed", 0, "result", "msg",
                     json_sprintf("resource '%s' filtered by label_selectors.", what));
}

/* Adds a warning to the object's own list and to the task's. */
static void warn(const struct k8s *k8s, json_t *result, const char *text)
{
    json_t *list = json_object_get(result, "warnings");
    if (!list) {
        list = json_array();
        json_object_set_new(result, "warnings", list);
    }
    json_array_append_new(list, json_string(text));
    strv_add_once(&k8s->context->warnings, text);
}

static void add_warnings(const struct k8s *k8s, const struct kube_write *write, json_t *result)
{
    if (write->missing) {
        auto_free char *what = describe(write->object, false);
        auto_free char *text = xasprintf("resource '%s' was not found but will not be created as "
                                         "'state' parameter has been set to 'patched'",
                                         what);
        warn(k8s, result, text);
    }
    auto_free char *label = kube_object_label(write->object);
    for (size_t i = 0; i < write->warnings.count; i++) {
        auto_free char *text = xasprintf("%s: %s", label, write->warnings.items[i]);
        warn(k8s, result, text);
    }
}

static void add_error(json_t *result, const struct error *error)
{
    if (!error)
        return;
    json_t *entry = error->detail ? json_deep_copy(error->detail) : json_object();
    json_object_set_new(entry, "msg", json_string(error->message));
    json_object_set_new(result, "error", entry);
    json_object_set_new(result, "failed", json_true());
    json_object_set_new(result, "msg", json_string(error->message));
}

/* The words of kubernetes.core: what changes an object by a part of it is an update. */
static const char *method_of(const struct kube_write *write)
{
    if (write->verb == KUBE_DELETE)
        return "delete"; /* also where there was nothing to delete */
    bool merged = write->verb != KUBE_JSON_PATCH && str_equal(write->method, "patch");
    return merged ? "update" : write->method;
}

static json_t *item_result(const struct k8s *k8s, const struct k8s_item *item)
{
    const struct kube_write *write = k8s_write_of(k8s, item);
    if (!write)
        return filtered_result(item);
    const json_t *object = item->waited && write->verb != KUBE_DELETE ? item->waited : write->after;
    json_t *result = json_object();
    json_object_set_new(result, "changed", json_boolean(write->changed));
    json_object_set_new(result, "result", returned_object(k8s, object));
    const char *method = method_of(write);
    if (method)
        json_object_set_new(result, "method", json_string(method));
    if (k8s->args.wait && item->made.value)
        json_object_set_new(result, "duration", json_integer(item->waited_ms / 1000));
    add_warnings(k8s, write, result);
    add_error(result, write->error ? write->error : item->wait_error);
    return result;
}

/* An object that was dealt with: well, badly, or by leaving it alone. */
static bool was_reached(const struct k8s *k8s, const struct k8s_item *item)
{
    const struct kube_write *write = k8s_write_of(k8s, item);
    return !write || write->done;
}

/* ---- the task */

static void add_diffs(const struct k8s *k8s, json_t *result)
{
    if (!k8s->context->diff)
        return;
    json_t *diffs = json_array();
    for (size_t i = 0; i < k8s->writer.count; i++)
        if (k8s->writer.writes[i].changed)
            json_array_append_new(diffs, diff_of(k8s, &k8s->writer.writes[i]));
    json_object_set_new(result, "diff", diffs);
}

/* An object by its metadata alone is of another kind than the one that was asked for. */
static void mask_asked_for(struct k8s *k8s)
{
    const struct kube_resource *resource = &k8s->target.resource;
    if (k8s->args.show_secrets || !str_equal(resource->kind, "Secret") ||
        !str_empty(resource->group))
        return;
    size_t index = 0;
    json_t *object = NULL;
    json_array_foreach (k8s->resources, index, object)
        kube_mask_secret(object);
}

static void info_result(struct k8s *k8s, json_t *result)
{
    mask_asked_for(k8s);
    json_t *shown = json_array();
    size_t index = 0;
    json_t *object = NULL;
    json_array_foreach (k8s->resources, index, object)
        json_array_append_new(shown, returned_object(k8s, object));
    json_object_set_new(result, "changed", json_false());
    json_object_set_new(result, "resources", shown);
    json_object_set_new(result, "api_found", json_boolean(k8s->api_found));
    if (k8s->message)
        json_object_set_new(result, "msg", json_string(k8s->message));
}

/* One object gives a flat result, several (or none) a list, as in kubernetes.core. */
static void objects_result(struct k8s *k8s, const struct error *failure, json_t *result)
{
    json_t *list = json_array();
    bool changed = false;
    for (size_t i = 0; i < k8s->count; i++)
        if (was_reached(k8s, &k8s->items[i]))
            json_array_append_new(list, item_result(k8s, &k8s->items[i]));
    for (size_t i = 0; i < k8s->writer.count; i++)
        changed = changed || k8s->writer.writes[i].changed;
    if (k8s->count == 1 && json_array_size(list) == 1) {
        json_t *only = json_array_get(list, 0);
        json_object_del(only, "warnings"); /* the task's list has them */
        json_object_del(only, "failed");   /* the task itself may have been told to ignore it */
        if (failure) {
            json_object_del(only, "error"); /* the failure says it */
            json_object_del(only, "msg");
        }
        json_object_update(result, only);
        json_decref(list);
    } else {
        json_object_set_new(result, "result", json_pack("{so}", "results", list));
    }
    json_object_set_new(result, "changed", json_boolean(changed));
    add_diffs(k8s, result);
}

void k8s_result(void *state, const struct error *failure, json_t *result)
{
    struct k8s *k8s = state;
    connect_learned_secrets(&k8s->config, k8s->context->secrets);
    if (k8s->args.state == K8S_INFO)
        info_result(k8s, result);
    else
        objects_result(k8s, failure, result);
}
