/* state: restored. */
#include <stdlib.h>
#include <string.h>

#include "backup/contents.h"
#include "backup/draft.h"
#include "backup/restore.h"
#include "backup/source.h"
#include "base/mem.h"
#include "base/str.h"
#include "capi_backup/archives.h"
#include "capi_backup/keys.h"
#include "capi_backup/state.h"
#include "capi_backup/wait.h"
#include "json/js_get.h"
#include "json/js_list.h"

enum { LEFT_OUT_MAX = 200 };

struct restored {
    struct backup_source source;
    struct capi_kinds kinds; /* of the cluster */
    bool unseen;             /* who asks may not see them */
    struct backup_contents contents;
    struct backup_restore restore;
    bool begun; /* restore is initialised */
};

/* ---- observe */

static int read_members(struct cb *cb, struct restored *work, struct backup_members *members,
                        struct error **err)
{
    auto_cb_keys struct cb_keys keys = {0};
    if (cb_keys_read(&keys, &cb->args, err) < 0)
        return -1;
    auto_free char *path = cb_source_path(&cb->args, &keys, err);
    const struct backup_source_options options = {
        .keys = &keys.cms,
        .authorities = keys.authorities,
    };
    return path ? backup_source_read(&work->source, path, &options, members, err) : -1;
}

/* A cluster whose definitions are not clusterctl's can be restored into, but says less. So does one
 * that shows its definitions to others only, if the archive says itself what its kinds are. */
static int read_kinds(struct cb *cb, struct restored *work, bool needed, struct error **err)
{
    auto_error struct error *problem = NULL;
    if (capi_kinds_read(&work->kinds, cb->client, &problem) == 0)
        return 0;
    work->unseen = problem->code == 403 && !needed;
    if (problem->kind != ERROR_NOT_FOUND && !work->unseen) {
        error_move_take(err, steal_ptr(problem));
        return -1;
    }
    if (!work->unseen)
        cb_warn(cb, "no definition in the cluster has clusterctl's label");
    capi_kinds_add_core(&work->kinds);
    return 0;
}

static bool has_manifest(const struct backup_members *members)
{
    for (size_t i = 0; i < members->count; i++)
        if (str_equal(members->items[i].path, BACKUP_MANIFEST))
            return true;
    return false;
}

static int read_archive(struct cb *cb, struct restored *work, struct error **err)
{
    auto_backup_members struct backup_members members = {0};
    if (read_members(cb, work, &members, err) < 0 || cb_connect(cb, err) < 0 ||
        read_kinds(cb, work, !has_manifest(&members), err) < 0)
        return -1;
    const struct backup_read_options options = {
        .kinds = &work->kinds,
        .ignore_unknown = cb->args.ignore_unknown_files,
    };
    if (backup_contents_read(&work->contents, &members, &options, err) < 0) {
        error_wrap(err, "%s", work->source.path);
        return -1;
    }
    if (!work->contents.manifest)
        cb_warn(cb, "%s has no manifest: whether it is complete cannot be told", work->source.path);
    return 0;
}

static struct backup_restore_options options_of(const struct cb_args *args)
{
    return (struct backup_restore_options){
        .clusters = &args->clusters,
        .conflict = args->conflict,
        .missing = args->missing_owner,
        .deleting = args->deleting,
        .resume = args->resume,
        .providers = args->provider_check,
        .go_on = args->go_on,
        .managed_fields = args->restore_managed_fields,
        .namespaces = args->restore_namespaces,
        .force = args->force,
        .pause = args->quiesce == CB_QUIESCE_PAUSE,
        .pause_timeout_ms = args->pause_timeout_ms,
        .max_age_s = args->max_age_s,
        .webhook_timeout_ms = args->webhook_timeout_ms,
        .attempts = args->retries + 1,
    };
}

static int observe(struct cb *cb, struct error **err)
{
    struct restored *work = xcalloc(1, sizeof(*work));
    cb->work = work;
    if (read_archive(cb, work, err) < 0)
        return -1;
    struct backup_restore_options options = options_of(&cb->args);
    options.kinds = work->unseen ? NULL : &work->kinds;
    backup_restore_init(&work->restore, &work->contents, cb->client, cb->discovery, &options);
    work->begun = true;
    if (backup_restore_choose(&work->restore, err) < 0 ||
        backup_restore_look(&work->restore, err) < 0)
        return -1;
    backup_restore_plan(&work->restore);
    return backup_restore_preflight(&work->restore, err);
}

/* ---- plan */

static int plan(struct cb *cb, struct error **err)
{
    const struct restored *work = cb->work;
    const struct strv *problems = &work->restore.problems;
    if (!problems->count)
        return 0;
    json_t *list = js_strv(problems);
    error_make(err, ERROR_USAGE, "nothing was restored: %s%s", problems->items[0],
               problems->count > 1 ? "; see problems for more" : "");
    error_detail_take(err, "problems", list);
    return -1;
}

/* ---- apply */

static int apply(struct cb *cb, struct error **err)
{
    struct restored *work = cb->work;
    int result = backup_restore_run(&work->restore, err);
    cb->changed = work->restore.writes > 0;
    if (result < 0 || !cb->args.wait)
        return result;
    return cb_wait_for_clusters(cb, &work->restore, err);
}

/* Whether a restore writes ITEM, or resumes what one that was cut off has left. */
static bool is_changed(const struct backup_restore *restore, const struct backup_item *item)
{
    if (item->foreign)
        return false;
    return item->step == BACKUP_STEP_CREATE || item->step == BACKUP_STEP_UPDATE ||
           (backup_is_restoring(restore, item) && restore->options.resume != BACKUP_RESUME_NEVER);
}

static int predict(struct cb *cb, struct error **err)
{
    (void)err;
    const struct restored *work = cb->work;
    const struct backup_restore *restore = &work->restore;
    const char *name = NULL;
    json_t *value = NULL;
    for (size_t i = 0; i < restore->count; i++)
        cb->changed = cb->changed || is_changed(restore, &restore->items[i]);
    json_object_foreach (restore->namespaces, name, value)
        cb->changed = cb->changed || json_is_object(value);
    json_object_set_new(cb->result, "plan", backup_restore_plan_json(restore));
    return 0;
}

/* ---- result */

static json_t *counts_of(const struct backup_restore *restore)
{
    size_t objects = 0, skipped = 0;
    for (size_t i = 0; i < restore->count; i++) {
        objects += !restore->items[i].foreign;
        skipped += !restore->items[i].foreign && restore->items[i].step == BACKUP_STEP_LINK;
    }
    return json_pack("{sI sI sI sI sI}", "objects", (json_int_t)objects, "created",
                     (json_int_t)restore->created, "updated", (json_int_t)restore->updated,
                     "skipped", (json_int_t)skipped, "resumed", (json_int_t)restore->resumed);
}

static const char *action_of(const struct backup_item *item)
{
    if (item->resumed)
        return "resumed";
    if (item->error)
        return "failed";
    return item->written ? "restored" : backup_step_text(item->step);
}

static json_t *clusters_of(const struct backup_restore *restore)
{
    json_t *list = json_array();
    for (size_t i = 0; i < restore->count; i++) {
        const struct backup_item *item = &restore->items[i];
        if (!item->foreign && item->node->cluster)
            json_array_append_new(list,
                                  json_pack("{ss ss ss}", "namespace", item->node->namespace_,
                                            "name", item->node->name, "action", action_of(item)));
    }
    return list;
}

static void add_left_out(json_t *list, const struct capi_node *node, const char *reason)
{
    if (json_array_size(list) < LEFT_OUT_MAX)
        json_array_append_new(list,
                              json_pack("{ss ss ss ss}", "kind", node->kind, "namespace",
                                        node->namespace_, "name", node->name, "reason", reason));
}

/* What the archive holds and was not brought back, with errors. */
static json_t *left_out_of(const struct backup_restore *restore)
{
    json_t *list = json_deep_copy(restore->unplaced);
    for (size_t i = 0; i < restore->count; i++) {
        const struct backup_item *item = &restore->items[i];
        if (item->error)
            add_left_out(list, item->node, item->error->message);
        else if (!item->foreign && item->reason)
            add_left_out(list, item->node, item->reason);
        else if (!item->foreign && item->step == BACKUP_STEP_LINK && item->differs)
            add_left_out(list, item->node, "it exists and differs");
    }
    return list;
}

static json_t *diff_of(const struct backup_restore *restore)
{
    struct buf after;
    buf_init(&after);
    for (size_t i = 0; i < restore->count; i++) {
        const struct backup_item *item = &restore->items[i];
        if (item->foreign || (item->step != BACKUP_STEP_CREATE && item->step != BACKUP_STEP_UPDATE))
            continue;
        auto_free char *label = capi_node_label(item->node);
        buf_printf(&after, "%s: %s\n", label, backup_step_text(item->step));
    }
    json_t *diff = json_pack("{ss ss}", "before", "", "after", buf_str(&after));
    buf_clear(&after);
    return diff;
}

static void tell_texts(struct cb *cb, const struct backup_restore *restore)
{
    for (size_t i = 0; i < restore->warnings.count; i++)
        cb_warn(cb, "%s", restore->warnings.items[i]);
    for (size_t i = 0; i < restore->notes.count; i++)
        cb_note(cb, "%s", restore->notes.items[i]);
    if (restore->created)
        cb_note(cb, "start the conductors of Magnum again when the clusters are as they should be");
}

static bool is_listed(const json_t *list, const struct capi_node *node)
{
    size_t index = 0;
    json_t *entry = NULL;
    json_array_foreach (js_iterable(list), index, entry)
        if (str_equal(js_str(entry, "kind", NULL), node->kind) &&
            str_equal(js_str(entry, "namespace", NULL), node->namespace_) &&
            str_equal(js_str(entry, "name", NULL), node->name))
            return true;
    return false;
}

/* Also those that a run which was cut off did not come to. */
static json_t *left_paused_of(const struct backup_restore *restore)
{
    json_t *list = json_copy(restore->left_paused);
    for (size_t i = 0; i < restore->count; i++) {
        const struct backup_item *item = &restore->items[i];
        bool pauses = item->node->cluster || capi_node_is_class(item->node);
        if (item->foreign || !pauses || item->resumed ||
            !(item->written || backup_is_restoring(restore, item)) || is_listed(list, item->node))
            continue;
        json_array_append_new(list,
                              json_pack("{ss ss ss ss}", "kind", item->node->kind, "namespace",
                                        item->node->namespace_, "name", item->node->name, "reason",
                                        "the restore did not get so far"));
    }
    return list;
}

static void result(struct cb *cb, const struct error *failure, json_t *out)
{
    (void)failure;
    const struct restored *work = cb->work;
    if (!work)
        return;
    if (work->source.path)
        json_object_set_new(out, "archive",
                            cb_archive_json(work->source.path, work->source.size,
                                            work->source.directory ? NULL : work->source.sha256,
                                            work->source.encrypted, work->contents.manifest));
    for (size_t i = 0; i < work->contents.warnings.count; i++)
        cb_warn(cb, "%s", work->contents.warnings.items[i]);
    if (!work->begun)
        return;
    const struct backup_restore *restore = &work->restore;
    json_object_set_new(out, "counts", counts_of(restore));
    json_object_set_new(out, "clusters", clusters_of(restore));
    json_object_set_new(out, "left_out", left_out_of(restore));
    json_object_set_new(out, "left_paused",
                        cb->context->check_mode ? json_array() : left_paused_of(restore));
    json_object_set(out, "preflight", restore->checks);
    if (cb->context->diff)
        json_object_set_new(out, "diff", diff_of(restore));
    tell_texts(cb, restore);
}

static void close_work(struct cb *cb)
{
    struct restored *work = cb->work;
    if (work->begun)
        backup_restore_clear(&work->restore);
    backup_contents_clear(&work->contents);
    capi_kinds_clear(&work->kinds);
    backup_source_clear(&work->source);
    free(work);
}

const struct cb_way cb_restored = {
    .observe = observe,
    .plan = plan,
    .apply = apply,
    .predict = predict,
    .result = result,
    .close = close_work,
};
