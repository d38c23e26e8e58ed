/* Creates what is missing, group by group. */
#include "backup/restore_priv.h"
#include "base/mem.h"

#define MANAGED_BY "?fieldManager=" BACKUP_MANAGER

/* ---- groups */

struct group {
    struct backup_restore *restore;
    size_t first; /* item */
};

static struct backup_item *item_at(const struct group *group, size_t index)
{
    return &group->restore->items[group->first + index];
}

static bool start(void *context, size_t index, struct kube_call *call)
{
    const struct group *group = context;
    return backup_item_start(group->restore, item_at(group, index), call);
}

static bool again(void *context, size_t index, struct kube_call *call, long long *wait_ms)
{
    const struct group *group = context;
    return backup_item_again(group->restore, item_at(group, index), call, wait_ms);
}

static bool finish(void *context, size_t index, struct kube_call *call)
{
    const struct group *group = context;
    return backup_item_finish(group->restore, item_at(group, index), call);
}

/* The first error of the items of a group, or NULL. */
static const struct error *error_among(const struct backup_restore *restore, size_t first,
                                       size_t count)
{
    for (size_t i = first; i < first + count; i++)
        if (restore->items[i].error)
            return restore->items[i].error;
    return NULL;
}

static size_t group_size(const struct backup_restore *restore, size_t first)
{
    size_t count = 0;
    while (first + count < restore->count && !restore->items[first + count].foreign &&
           restore->items[first + count].node->group_index ==
               restore->items[first].node->group_index)
        count++;
    return count;
}

static int run_group(struct backup_restore *restore, size_t first, size_t count, struct error **err)
{
    struct group group = {.restore = restore, .first = first};
    struct backup_batch batch = {
        .client = restore->client,
        .context = &group,
        .count = count,
        .start = start,
        .again = again,
        .finish = finish,
    };
    return backup_batch_run(&batch, err);
}

static int run_groups(struct backup_restore *restore, struct error **err)
{
    size_t first = 0;
    for (size_t count = 0; (count = group_size(restore, first)) > 0; first += count) {
        if (run_group(restore, first, count, err) < 0)
            return -1;
        if (restore->gone || (!restore->options.go_on && error_among(restore, first, count)))
            return 0;
    }
    return 0;
}

/* ---- before them */

static int create_namespaces(struct backup_restore *restore, struct error **err)
{
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach (restore->namespaces, name, value) {
        auto_kube_call struct kube_call call = {0};
        if (!json_is_object(value))
            continue;
        if (backup_call_json(&call, "POST", "/api/v1/namespaces", MANAGED_BY, value, err) < 0)
            return -1;
        /* Once more does no harm: it is there then. */
        call.idempotent = true;
        if (kube_client_call(restore->client, &call, err) < 0)
            return -1;
        restore->writes += call.error == NULL;
        if (!call.error || kube_call_status(&call) == 409)
            continue;
        kube_call_error_move(&call, err);
        error_wrap(err, "Namespace %s cannot be created", name);
        return -1;
    }
    return 0;
}

/* ---- */

static int first_error(const struct backup_restore *restore, struct error **err)
{
    size_t failed = 0;
    const struct error *first = error_among(restore, 0, restore->count);
    for (size_t i = 0; i < restore->count; i++)
        failed += restore->items[i].error != NULL;
    if (!first)
        return 0;
    error_make(err, first->kind, "%s%s", first->message, failed > 1 ? ", and others" : "");
    error_code(err, first->code);
    return -1;
}

int backup_restore_run(struct backup_restore *restore, struct error **err)
{
    if (create_namespaces(restore, err) < 0 || backup_restore_pause(restore, err) < 0 ||
        run_groups(restore, err) < 0)
        return -1;
    auto_error struct error *unresumed = NULL;
    int result = restore->gone ? 0 : backup_restore_finish(restore, &unresumed);
    if (first_error(restore, err) < 0) {
        if (unresumed)
            strv_add(&restore->warnings, unresumed->message);
        return -1;
    }
    error_move_take(err, steal_ptr(unresumed));
    return result;
}
