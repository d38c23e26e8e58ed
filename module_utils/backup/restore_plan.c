/* What becomes of each object. Pure. */
#include <stdlib.h>

#include "backup/restore_priv.h"
#include "base/mem.h"
#include "base/str.h"

static void problem(struct backup_restore *restore, const struct backup_item *item,
                    const char *text)
{
    auto_free char *label = capi_node_label(item->node);
    strv_printf(&restore->problems, "%s %s", label, text);
}

static void leave(struct backup_item *item, const char *format, const char *name)
{
    item->step = BACKUP_STEP_LEAVE;
    item->declined = true;
    free(item->reason);
    item->reason = xasprintf("%s%s", format, name);
}

/* ---- one object by itself */

static void plan_existing(struct backup_restore *restore, struct backup_item *item)
{
    enum backup_conflict conflict = restore->options.conflict;
    item->step = BACKUP_STEP_LINK;
    if (item->live_deleting)
        problem(restore, item, "exists and is being deleted: wait until it is gone");
    else if (item->mark && !backup_is_restoring(restore, item))
        problem(restore, item,
                "is being restored from another archive: end that restore, or choose force if "
                "nobody will");
    else if (conflict == BACKUP_FAIL)
        problem(restore, item, "exists already, and conflict is fail");
    else if (conflict == BACKUP_SAME_UID && !str_equal(item->uid, item->node->uid))
        problem(restore, item, "exists already and is another object, and conflict is uid_match");
    else if (conflict == BACKUP_REPLACE && item->differs && !item->node->global &&
             !item->node->global_hierarchy)
        item->step = BACKUP_STEP_UPDATE;
}

static void plan_deleting(struct backup_restore *restore, struct backup_item *item)
{
    switch (restore->options.deleting) {
    case BACKUP_DELETING_FAIL:
        problem(restore, item,
                "was being deleted when it was saved: choose deleting: skip or restore");
        break;
    case BACKUP_DELETING_SKIP:
        leave(item, "it was being deleted", "");
        break;
    case BACKUP_DELETING_RESTORE:
        break;
    }
}

static void plan_item(struct backup_restore *restore, struct backup_item *item)
{
    item->step = BACKUP_STEP_CREATE;
    if (item->error) {
        strv_printf(&restore->problems, "%s", item->error->message);
        error_clear(&item->error);
    }
    if (item->uid)
        plan_existing(restore, item);
    else if (item->node->deleting)
        plan_deleting(restore, item);
}

/* ---- owners */

static bool is_left(const struct backup_item *owner)
{
    return owner && !owner->foreign && owner->step == BACKUP_STEP_LEAVE;
}

/* The owner is neither restored nor there to stay. */
static void judge_missing(struct backup_restore *restore, struct backup_item *item,
                          const struct capi_owner *owner, bool deleting)
{
    auto_free char *label = capi_node_label(item->node);
    auto_free char *name = xasprintf("%s %s", owner->kind, owner->name);
    switch (restore->options.missing) {
    case BACKUP_MISSING_FAIL:
        strv_printf(&restore->problems,
                    "%s belongs to %s, which is %s: choose missing_owner: skip or drop", label,
                    name, deleting ? "being deleted" : "neither in the archive nor in the cluster");
        break;
    case BACKUP_MISSING_SKIP:
        leave(item, "its owner is missing: ", name);
        break;
    case BACKUP_MISSING_DROP:
        strv_printf(&restore->warnings, "%s is created without its owner %s", label, name);
        break;
    }
}

static void plan_owners(struct backup_restore *restore, struct backup_item *item)
{
    const struct capi_node *node = item->node;
    for (size_t i = 0; i < node->owner_count && item->step == BACKUP_STEP_CREATE; i++) {
        const struct capi_owner *owner = &node->owners[i];
        const struct backup_item *found = backup_item_of(restore, owner->node);
        if (is_left(found))
            leave(item, "its owner is left out: ", owner->name);
        else if (!found || (found->foreign && !found->uid))
            judge_missing(restore, item, owner, found && found->live_deleting);
    }
    for (size_t i = 0; i < node->soft_owner_count && item->step == BACKUP_STEP_CREATE; i++)
        if (is_left(backup_item_of(restore, node->soft_owners[i])))
            leave(item, "it belongs to what is left out: ", node->soft_owners[i]->name);
}

/* ---- live clusters that would be completed or changed behind the back of their controllers */

static void judge_live_cluster(struct backup_restore *restore, struct backup_item *item)
{
    size_t created = 0, updated = 0;
    for (size_t i = 0; i < restore->count; i++) {
        const struct backup_item *child = &restore->items[i];
        if (child->foreign || !capi_node_has_tenant(child->node, item->node))
            continue;
        created += child->step == BACKUP_STEP_CREATE;
        /* The update of the Cluster itself pauses it. */
        updated += child->step == BACKUP_STEP_UPDATE && child != item;
    }
    if (!(created + updated) || item->live_paused)
        return;
    item->to_pause = restore->options.pause;
    if (item->to_pause)
        return;
    auto_free char *label = capi_node_label(item->node);
    strv_printf(&restore->problems,
                "%s is live and nobody keeps it paused, but %zu of its objects would be created "
                "and %zu updated: its controllers would make others or change them meanwhile; "
                "choose quiesce: pause",
                label, created, updated);
}

void backup_restore_plan(struct backup_restore *restore)
{
    for (size_t i = 0; i < restore->count; i++)
        if (!restore->items[i].foreign)
            plan_item(restore, &restore->items[i]);
    /* Owners come before what they own, so that one walk carries a decision all the way. */
    for (size_t i = 0; i < restore->count; i++)
        if (!restore->items[i].foreign)
            plan_owners(restore, &restore->items[i]);
    for (size_t i = 0; i < restore->count; i++)
        if (!restore->items[i].foreign && restore->items[i].node->cluster && restore->items[i].uid)
            judge_live_cluster(restore, &restore->items[i]);
}
