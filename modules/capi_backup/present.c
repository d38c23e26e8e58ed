/* state: present. */
#include <stdlib.h>
#include <time.h>

#include "backup/draft.h"
#include "base/mem.h"
#include "base/str.h"
#include "capi/sequence.h"
#include "capi_backup/archives.h"
#include "capi_backup/export.h"
#include "capi_backup/head.h"
#include "capi_backup/keys.h"
#include "capi_backup/quiesce.h"
#include "capi_backup/state.h"
#include "json/js_get.h"
#include "json/js_list.h"

struct present {
    struct export export;
    struct quiesce quiesce;
    struct cb_recipients recipients;
    struct cb_keys keys;
    struct backup_store store;
    struct backup_draft draft;
    char *run_id;
    time_t now;
    bool quiet;    /* quiesce is set up */
    json_t *story; /* owned: what the result says of the objects; NULL until they were read */
};

/* ---- observe: all that can be wrong before anything is touched */

static int observe(struct cb *cb, struct error **err)
{
    struct present *present = xcalloc(1, sizeof(*present));
    present->store = (struct backup_store){.fd = -1, .lock = -1};
    present->now = time(NULL);
    present->run_id = capi_run_id_new();
    backup_draft_init(&present->draft);
    cb->work = present;
    if (cb_recipients_read(&present->recipients, &cb->args, &cb->context->warnings, err) < 0 ||
        cb_keys_read(&present->keys, &cb->args, err) < 0)
        return -1;
    if (export_init(&present->export, cb, err) < 0 || export_prepare(&present->export, err) < 0)
        return -1;
    quiesce_init(&present->quiesce, cb, &present->export.kinds, present->run_id);
    present->quiet = true;
    return 0;
}

/* ---- reading */

static void warn(struct cb *cb, const struct export *export)
{
    for (size_t i = 0; i < export->snapshot.warnings.count; i++)
        cb_warn(cb, "%s", export->snapshot.warnings.items[i]);
    if (export->unready)
        cb_warn(cb, "%zu clusters are not ready to be moved; see \"clusters\" of the result",
                export->unready);
    if (export->moved.count)
        cb_warn(cb, "the archive is not consistent: %s", export->moved.items[0]);
}

/* The failure of reading is told rather than the one of resuming, but none is lost. */
static int end_pause(struct cb *cb, struct present *present, int result, struct error **err)
{
    auto_error struct error *failure = NULL;
    if (quiesce_end(&present->quiesce, &failure) == 0)
        return result;
    if (result < 0)
        cb_warn(cb, "%s", failure->message);
    else
        error_move_take(err, steal_ptr(failure));
    return -1;
}

static int read_quietly(struct cb *cb, struct present *present, struct error **err)
{
    struct quiesce *quiesce = &present->quiesce;
    if (cb->args.quiesce != CB_QUIESCE_PAUSE) {
        bool compare = cb->args.quiesce == CB_QUIESCE_VERIFY;
        return quiesce_repair(quiesce, err) < 0 ||
                       export_read(&present->export, compare, err) < 0 ||
                       quiesce_repair_graph(quiesce, &present->export.graph, err) < 0
                   ? -1
                   : 0;
    }
    int result = quiesce_begin(quiesce, err);
    if (result == 0)
        result = export_read(&present->export, true, err);
    return end_pause(cb, present, result, err);
}

static void remember(struct present *present)
{
    present->story = json_object();
    head_result(&present->export, present->story);
}

/* The graph is not needed any more: what is written from here on needs its memory. */
static int fill_draft(struct cb *cb, struct present *present, struct error **err)
{
    struct export *export = &present->export;
    remember(present);
    warn(cb, export);
    json_t *head = head_new(export, present->run_id, present->now, err);
    if (!head)
        return -1;
    size_t count = 0;
    auto_free struct capi_node **nodes = capi_sequence_list(&export->graph, &count);
    int filled = backup_draft_fill(&present->draft, nodes, count, head, cb->args.osa_compat, err);
    capi_graph_clear(&export->graph);
    return filled;
}

/* ---- is it worth a new archive? */

static int is_new(struct cb *cb, const struct present *present, struct error **err)
{
    if (!cb->args.only_if_changed || !present->export.consistent)
        return 1;
    auto_backup_catalog struct backup_catalog catalog = {0};
    if (backup_catalog_read(&catalog, cb->args.path, cb->args.name_prefix, &present->keys.cms,
                            err) < 0)
        return -1;
    const struct backup_archive *newest = catalog.count ? &catalog.items[0] : NULL;
    const char *content = js_str(present->draft.manifest, "content_sha256", NULL);
    if (newest && newest->problem)
        cb_warn(cb, "only_if_changed: whether anything changed since %s cannot be told: %s",
                newest->name, newest->problem);
    return !(newest && !newest->problem && newest->consistent == BACKUP_CONSISTENT &&
             newest->encrypted == (cb->args.encryption != NULL) &&
             str_equal(newest->content_sha256, content));
}

/* ---- apply */

static int open_store(struct cb *cb, struct present *present, struct error **err)
{
    struct backup_owner owner = {0};
    return cb_owner(&cb->args, &owner, err) < 0 ||
                   backup_store_open(&present->store, cb->args.path, cb->args.create_path, &owner,
                                     err) < 0 ||
                   backup_store_lock(&present->store, cb->args.lock_timeout_ms,
                                     cb->args.name_prefix, err) < 0
               ? -1
               : 0;
}

static int write_archive(struct cb *cb, struct present *present, char **name, struct error **err)
{
    const struct cb_writing writing = {
        .store = &present->store,
        .recipients = &present->recipients,
        .keys = &present->keys,
        .run_id = present->run_id,
        .time = present->now,
    };
    *name = cb_write(cb, &present->draft, &writing, err);
    if (!*name)
        return -1;
    cb->changed = true;
    return 0;
}

/* What a catalog will say of the archive of this run. */
static enum backup_consistent predicted(const struct cb *cb, const struct present *present)
{
    const struct cms_keys *keys = &present->keys.cms;
    if (cb->args.encryption && !keys->key && !keys->passphrase)
        return BACKUP_UNKNOWN;
    /* Without anything to compare with, check mode has not looked twice. */
    bool looks = !cb->args.only_if_changed && cb->args.quiesce != CB_QUIESCE_NONE;
    return present->export.consistent || looks ? BACKUP_CONSISTENT : BACKUP_MOVED;
}

/* NAME is the archive that was written, with DRY the one that would be; NULL: none. */
static int prune(struct cb *cb, struct present *present, const char *name, bool dry,
                 struct error **err)
{
    auto_strv struct strv removed;
    strv_init(&removed);
    const struct backup_age fresh = {
        .name = name,
        .time = present->now,
        .consistent = predicted(cb, present),
        .fresh = true,
    };
    const struct cb_pruning pruning = {
        .store = dry ? NULL : &present->store,
        .keys = &present->keys,
        .fresh = name ? &fresh : NULL,
    };
    if (cb_prune(&cb->args, &pruning, &removed, err) < 0)
        return -1;
    json_t *names = js_strv(&removed);
    cb->changed = cb->changed || removed.count;
    json_object_set_new(cb->result, "pruned", names);
    return 0;
}

static int apply(struct cb *cb, struct error **err)
{
    struct present *present = cb->work;
    auto_free char *name = NULL;
    if (open_store(cb, present, err) < 0 || read_quietly(cb, present, err) < 0 ||
        fill_draft(cb, present, err) < 0)
        return -1;
    int worth = is_new(cb, present, err);
    if (worth < 0 || (worth && write_archive(cb, present, &name, err) < 0))
        return -1;
    return prune(cb, present, name, false, err);
}

static int predict(struct cb *cb, struct error **err)
{
    struct present *present = cb->work;
    if (export_read(&present->export, cb->args.only_if_changed, err) < 0 ||
        fill_draft(cb, present, err) < 0)
        return -1;
    int worth = is_new(cb, present, err);
    if (worth < 0)
        return -1;
    cb->changed = worth;
    auto_free char *name =
        worth ? backup_name_make(cb->args.name_prefix, present->now, cb->args.encryption != NULL)
              : NULL;
    return prune(cb, present, name, true, err);
}

/* ---- */

static void left_paused(const struct present *present, json_t *result)
{
    json_t *left = json_array();
    size_t index = 0;
    json_t *entry = NULL;
    json_array_foreach (present->quiesce.pause.entries, index, entry)
        json_array_append_new(left, json_pack("{ss ss ss ss}", "kind", js_str(entry, "kind", NULL),
                                              "namespace", js_str(entry, "namespace", NULL), "name",
                                              js_str(entry, "name", NULL), "reason",
                                              "resuming it failed"));
    json_object_set_new(result, "left_paused", left);
}

static void tell(struct cb *cb, const struct error *failure, json_t *result)
{
    (void)failure;
    const struct present *present = cb->work;
    if (!present)
        return;
    if (present->story)
        json_object_update(result, present->story);
    if (present->quiet)
        left_paused(present, result);
}

static void finish(struct cb *cb)
{
    struct present *present = cb->work;
    if (present->quiet)
        quiesce_clear(&present->quiesce);
    export_clear(&present->export);
    backup_draft_clear(&present->draft);
    backup_store_close(&present->store);
    cb_recipients_clear(&present->recipients);
    cb_keys_clear(&present->keys);
    json_decref(present->story);
    free(present->run_id);
    free(present);
}

const struct cb_way cb_present = {
    .observe = observe,
    .apply = apply,
    .predict = predict,
    .result = tell,
    .close = finish,
};
