/* Is it what was waited for, and if not, why? See kube/wait.h. */
#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"
#include "kube/wait_priv.h"

static bool has_criteria(const struct kube_criteria *criteria)
{
    return criteria && (criteria->condition_count || criteria->query);
}

static bool criteria_met(const struct kube_criteria *criteria, const json_t *value, struct buf *why)
{
    for (size_t i = 0; i < criteria->condition_count; i++)
        if (!kube_condition_met(value, &criteria->conditions[i], why))
            return false;
    if (!criteria->query)
        return true;
    auto_error struct error *problem = NULL;
    int met = js_query_met(criteria->query, value, criteria->expected, &problem);
    if (met <= 0)
        buf_add_str(why, problem ? problem->message : "the jsonpath does not hold yet");
    return met > 0;
}

/* The rule of the kind. The mark of a claim goes into a copy: what was seen is also shown. */
static enum kube_readiness rule_met(struct kube_waiter *waiter)
{
    const struct kube_resource *resource = &waiter->object->resource;
    json_auto_t *marked = NULL;
    if (waiter->first_consumer) {
        marked = json_deep_copy(waiter->value);
        json_t *mark =
            json_pack("{s{s{sb}}}", "metadata", "annotations", KUBE_FIRST_CONSUMER_MARK, 1);
        json_object_update_recursive(marked, mark);
        json_decref(mark);
    }
    return kube_ready(resource->group, resource->kind, marked ? marked : waiter->value,
                      &waiter->why);
}

enum kube_readiness wait_judge(const struct kube_criteria *criteria, struct kube_waiter *waiter)
{
    buf_clear(&waiter->why);
    if (waiter->goal == KUBE_GOAL_ABSENT) {
        const char *uid = js_str(waiter->value, "metadata", "uid", NULL);
        bool same = waiter->value && (!waiter->uid || str_equal(waiter->uid, uid));
        return same ? KUBE_NOT_READY : KUBE_READY;
    }
    if (!waiter->value) {
        buf_add_str(&waiter->why, "it does not exist");
        return waiter->must_exist ? KUBE_FAILED : KUBE_NOT_READY;
    }
    if (waiter->goal == KUBE_GOAL_EXISTS)
        return KUBE_READY;
    if (has_criteria(criteria))
        return criteria_met(criteria, waiter->value, &waiter->why) ? KUBE_READY : KUBE_NOT_READY;
    return rule_met(waiter);
}

/* ---- the StorageClass of a claim */

static const char *class_name(const struct kube_waiter *waiter)
{
    return js_str(waiter->value, "spec", "storageClassName", NULL);
}

bool wait_wants_class(const struct kube_criteria *criteria, const struct kube_waiter *waiter)
{
    const struct kube_resource *resource = &waiter->object->resource;
    return waiter->goal == KUBE_GOAL_READY && !waiter->class_asked && !has_criteria(criteria) &&
           str_empty(resource->group) && str_equal(resource->kind, "PersistentVolumeClaim") &&
           str_equal(js_str(waiter->value, "status", "phase", NULL), "Pending") &&
           !str_empty(class_name(waiter));
}

char *wait_class_path(const struct kube_waiter *waiter)
{
    static const struct kube_resource classes = {
        .group = "storage.k8s.io", .version = "v1", .plural = "storageclasses"};
    struct buf path;
    buf_init(&path);
    kube_resource_path(&path, &classes, NULL, class_name(waiter));
    return buf_steal(&path);
}

void wait_take_class(struct kube_waiter *waiter, const json_t *storage_class)
{
    waiter->class_asked = true;
    waiter->first_consumer =
        str_equal(js_str(storage_class, "volumeBindingMode", NULL), "WaitForFirstConsumer");
}

/* ---- errors */

static void add_finalizers(struct buf *text, const json_t *value)
{
    size_t index = 0;
    json_t *finalizer = NULL;
    json_array_foreach (js_get(value, "metadata", "finalizers", NULL), index, finalizer)
        buf_printf(text, "%s%s",
                   index ? ", " : "; it is held by finalizers: ", json_string_value(finalizer));
    json_t *condition = NULL;
    json_array_foreach (js_get(value, "status", "conditions", NULL), index, condition) {
        const char *type = js_str(condition, "type", NULL);
        const char *message = js_str(condition, "message", NULL);
        if (type && message && str_starts_with(type, "Namespace") &&
            str_equal(js_str(condition, "status", NULL), "True"))
            buf_printf(text, "; %s: %s", type, message);
    }
}

void kube_waiter_error(const struct kube_waiter *waiter, long long timeout_ms, struct error **err)
{
    auto_buf struct buf text;
    buf_init(&text);
    buf_printf(&text, "\"%s\" \"%s\": ", waiter->object->kind, waiter->object->name);
    if (waiter->state == KUBE_WAIT_FAILED) {
        buf_add_str(&text, buf_str(&waiter->why));
        error_make(err, ERROR_STATUS, "%s", buf_str(&text));
        return;
    }
    buf_printf(&text, "Timed out waiting on resource after %lld s", timeout_ms / 1000);
    if (waiter->why.size)
        buf_printf(&text, " (%s)", buf_str(&waiter->why));
    if (waiter->goal == KUBE_GOAL_ABSENT)
        add_finalizers(&text, waiter->value);
    error_make(err, ERROR_TIMEOUT, "%s", buf_str(&text));
}
