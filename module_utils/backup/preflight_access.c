#include "backup/preflight_priv.h"
#include "base/mem.h"
#include "json/js_get.h"

#define REVIEWS "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"

static json_t *review(const char *verb, const char *group, const char *plural,
                      const char *namespace_)
{
    json_t *attributes = json_pack("{ss ss ss}", "verb", verb, "group", group, "resource", plural);
    if (*namespace_)
        json_object_set_new(attributes, "namespace", json_string(namespace_));
    return json_pack("{ss ss s{so}}", "apiVersion", "authorization.k8s.io/v1", "kind",
                     "SelfSubjectAccessReview", "spec", "resourceAttributes", attributes);
}

struct access {
    struct backup_restore *restore;
    json_t *reviews; /* owned list */
    struct error *error;
};

static bool start_review(void *context, size_t index, struct kube_call *call)
{
    struct access *access = context;
    if (backup_call_json(call, "POST", REVIEWS, "", json_array_get(access->reviews, index),
                         &access->error) < 0)
        return false;
    /* A question, not a change: also asked in a dry run, and as often as it takes. */
    call->write = false;
    call->idempotent = true;
    return true;
}

static bool finish_review(void *context, size_t index, struct kube_call *call)
{
    struct access *access = context;
    const json_t *asked =
        js_get(json_array_get(access->reviews, index), "spec", "resourceAttributes", NULL);
    if (call->error) {
        if (!access->error)
            kube_call_error_move(call, &access->error);
        return false;
    }
    json_auto_t *answer = kube_call_json(call, NULL);
    if (js_true(answer, "status", "allowed", NULL))
        return false;
    const char *group = js_str(asked, "group", NULL);
    const char *namespace_ = js_str(asked, "namespace", NULL);
    strv_printf(&access->restore->problems, "the account may not %s %s%s%s%s%s",
                js_str(asked, "verb", NULL), js_str(asked, "resource", NULL), *group ? "." : "",
                group, namespace_ ? " in namespace " : "", namespace_ ? namespace_ : "");
    return false;
}

static void ask(json_t *reviews, json_t *seen, const char *verb,
                const struct kube_resource *resource, const char *namespace_)
{
    auto_free char *key =
        xasprintf("%s %s.%s %s", verb, resource->plural, resource->group, namespace_);
    if (json_object_get(seen, key))
        return;
    json_object_set_new(seen, key, json_true());
    json_array_append_new(reviews, review(verb, resource->group, resource->plural, namespace_));
}

/* Whether the run patches ITEM besides: a pause or the end of one, or the record of its fields. */
static bool is_patched(const struct backup_restore *restore, const struct backup_item *item)
{
    if (item->to_pause ||
        (backup_is_restoring(restore, item) && restore->options.resume != BACKUP_RESUME_NEVER))
        return true;
    return (item->step == BACKUP_STEP_CREATE || item->step == BACKUP_STEP_UPDATE) &&
           (restore->options.managed_fields || backup_to_resume(restore, item->node));
}

static void ask_for_item(const struct backup_restore *restore, const struct backup_item *item,
                         json_t *reviews, json_t *seen)
{
    const char *namespace_ = item->node->namespace_;
    const struct kube_resource *resource = &item->resource;
    if (item->foreign || item->unserved)
        return;
    ask(reviews, seen, "get", resource, namespace_);
    if (item->step == BACKUP_STEP_CREATE)
        ask(reviews, seen, "create", resource, namespace_);
    if (item->step == BACKUP_STEP_UPDATE)
        ask(reviews, seen, "update", resource, namespace_);
    if (is_patched(restore, item))
        ask(reviews, seen, "patch", resource, namespace_);
}

int preflight_access(struct backup_restore *restore, struct error **err)
{
    static const struct kube_resource namespaces = {
        .group = "", .version = "v1", .kind = "Namespace", .plural = "namespaces"};
    json_auto_t *reviews = json_array();
    json_auto_t *seen = json_object();
    const char *name = NULL;
    json_t *value = NULL;
    size_t before = restore->problems.count;
    for (size_t i = 0; i < restore->count; i++)
        ask_for_item(restore, &restore->items[i], reviews, seen);
    json_object_foreach (restore->namespaces, name, value)
        if (json_is_object(value))
            ask(reviews, seen, "create", &namespaces, "");
    struct access access = {.restore = restore, .reviews = reviews};
    struct backup_batch batch = {
        .client = restore->client,
        .context = &access,
        .count = json_array_size(reviews),
        .start = start_review,
        .finish = finish_review,
    };
    int result = backup_batch_run(&batch, err);
    if (result == 0 && access.error) {
        error_move_take(err, steal_ptr(access.error));
        result = -1;
    }
    error_free(access.error);
    preflight_checked(restore, "access", before);
    return result;
}
