/* Resumes what this or a cut-off run has created, and nothing else. */
#include <stdlib.h>

#include "backup/restore_priv.h"
#include "base/mem.h"
#include "base/str.h"

#define MANAGED_BY "?fieldManager=" BACKUP_MANAGER

/* ---- is it complete? */

static bool is_missing(const struct backup_item *item)
{
    return !item->foreign && !item->declined && (item->error || !item->uid);
}

static bool is_credential_of(const struct capi_node *node, const struct capi_node *cluster)
{
    auto_free char *usual = xasprintf("%s-cloud-config", cluster->name);
    return capi_node_is(node, "", "Secret") && str_equal(node->namespace_, cluster->namespace_) &&
           (str_equal(node->name, usual) || str_equal(node->name, cluster->cluster->identity_name));
}

static bool is_template_of(const struct capi_node *node, const struct capi_node *class_)
{
    for (size_t i = 0; i < class_->template_count; i++)
        if (str_equal(class_->templates[i].kind, node->kind) &&
            str_equal(class_->templates[i].name, node->name))
            return true;
    return false;
}

static bool belongs_to(const struct capi_node *node, const struct capi_node *head)
{
    if (node == head || capi_node_has_tenant(node, head))
        return head->cluster || node == head || is_template_of(node, head);
    return head->cluster && is_credential_of(node, head);
}

/* What of the hierarchy of HEAD is not there, or not as it is to be; NULL: nothing. */
static const struct backup_item *missing_of(const struct backup_restore *restore,
                                            const struct capi_node *head)
{
    for (size_t i = 0; i < restore->count; i++)
        if (is_missing(&restore->items[i]) && belongs_to(restore->items[i].node, head))
            return &restore->items[i];
    return NULL;
}

/* ---- resuming */

static bool is_head(const struct backup_item *item, bool class_)
{
    return !item->foreign && item->uid &&
           (class_ ? capi_node_is_class(item->node) : capi_node_is_cluster(item->node));
}

/* Ours: created by this run, updated by it, or marked by one before it. */
static bool is_ours(const struct backup_restore *restore, const struct backup_item *item)
{
    return item->written || backup_is_restoring(restore, item);
}

static json_t *patch_for(const struct capi_node *node)
{
    if (node->cluster)
        return json_pack("{s{s{sn}} s{sn}}", "metadata", "annotations", CAPI_RESTORING, "spec",
                         "paused");
    return json_pack("{s{s{sn sn}}}", "metadata", "annotations", CAPI_RESTORING,
                     CAPI_PAUSED_ANNOTATION);
}

int backup_resume_call(const struct backup_item *item, struct kube_call *call, struct error **err)
{
    json_auto_t *patch = patch_for(item->node);
    auto_free char *path = backup_item_path(item, false);
    int result = backup_call_json(call, "PATCH", path, MANAGED_BY, patch, err);
    call->idempotent = true;
    return result;
}

void backup_leave_paused(struct backup_restore *restore, const struct backup_item *item,
                         const char *reason)
{
    json_array_append_new(restore->left_paused, backup_identity(item->node, reason));
}

/* Whether ITEM is to be resumed now; says why not when it stays paused. */
static bool is_due(struct backup_restore *restore, const struct backup_item *item)
{
    if (!is_ours(restore, item))
        return false;
    if (restore->options.resume == BACKUP_RESUME_NEVER) {
        backup_leave_paused(restore, item, "resume is never");
        return false;
    }
    if (!backup_is_restoring(restore, item) && !backup_to_resume(restore, item->node)) {
        backup_leave_paused(restore, item, "it was paused when it was saved");
        return false;
    }
    const struct backup_item *missing = missing_of(restore, item->node);
    if (!missing)
        return true;
    auto_free char *label = capi_node_label(missing->node);
    auto_free char *reason =
        xasprintf("%s %s", label, missing->uid ? "could not be updated" : "is missing");
    backup_leave_paused(restore, item, reason);
    return false;
}

struct resuming {
    struct backup_restore *restore;
    bool classes;
    struct error *error; /* owned: the first */
};

static bool start(void *context, size_t index, struct kube_call *call)
{
    const struct resuming *resuming = context;
    struct backup_item *item = &resuming->restore->items[index];
    if (!is_head(item, resuming->classes) || !is_due(resuming->restore, item))
        return false;
    return backup_resume_call(item, call, &item->error) == 0;
}

static bool finish(void *context, size_t index, struct kube_call *call)
{
    struct resuming *resuming = context;
    struct backup_item *item = &resuming->restore->items[index];
    if (!call->error) {
        item->resumed = true;
        resuming->restore->resumed++;
        resuming->restore->writes++;
        return false;
    }
    auto_free char *label = capi_node_label(item->node);
    auto_error struct error *error = NULL;
    kube_call_error_move(call, &error);
    error_wrap(&error, "%s cannot be resumed", label);
    backup_leave_paused(resuming->restore, item, "resuming it failed");
    if (!resuming->error)
        resuming->error = steal_ptr(error);
    return false;
}

static int resume(struct resuming *resuming, bool classes, struct error **err)
{
    resuming->classes = classes;
    struct backup_batch batch = {
        .client = resuming->restore->client,
        .context = resuming,
        .count = resuming->restore->count,
        .start = start,
        .finish = finish,
    };
    return backup_batch_run(&batch, err);
}

int backup_restore_finish(struct backup_restore *restore, struct error **err)
{
    struct resuming resuming = {.restore = restore};
    int result = resume(&resuming, true, err);
    if (result == 0)
        result = resume(&resuming, false, err);
    if (result == 0 && resuming.error) {
        error_move_take(err, steal_ptr(resuming.error));
        result = -1;
    }
    error_free(resuming.error);
    return result;
}
