/* state: verified. */
#include <stdlib.h>

#include "backup/check.h"
#include "backup/contents.h"
#include "backup/drill.h"
#include "backup/extra.h"
#include "backup/restore.h"
#include "backup/source.h"
#include "base/mem.h"
#include "base/str.h"
#include "capi_backup/archives.h"
#include "capi_backup/keys.h"
#include "capi_backup/state.h"
#include "json/js_get.h"
#include "json/js_list.h"

/* ---- without a cluster */

static int read_archive(struct cb *cb, struct backup_contents *contents, struct error **err)
{
    auto_cb_keys struct cb_keys keys = {0};
    auto_backup_source struct backup_source source = {0};
    auto_backup_members struct backup_members members = {0};
    if (cb_keys_read(&keys, &cb->args, err) < 0)
        return -1;
    auto_free char *path = cb_source_path(&cb->args, &keys, err);
    const struct backup_source_options from = {.keys = &keys.cms, .authorities = keys.authorities};
    const struct backup_read_options how = {.ignore_unknown = cb->args.ignore_unknown_files};
    if (!path || backup_source_read(&source, path, &from, &members, err) < 0)
        return -1;
    if (backup_contents_read(contents, &members, &how, err) < 0) {
        error_wrap(err, "%s", path);
        return -1;
    }
    json_object_set_new(cb->result, "archive",
                        cb_archive_json(path, source.size, source.directory ? NULL : source.sha256,
                                        source.encrypted, contents->manifest));
    if (!contents->manifest)
        cb_warn(cb, "%s has no manifest: whether it is complete cannot be told", path);
    return 0;
}

static void tell_contents(struct cb *cb, const struct backup_contents *contents)
{
    const json_t *clusters = js_get(contents->manifest, "clusters", NULL);
    json_object_set_new(cb->result, "counts",
                        json_pack("{sI}", "objects", (json_int_t)contents->count));
    json_object_set_new(cb->result, "clusters", clusters ? json_deep_copy(clusters) : json_array());
    json_object_set_new(cb->result, "expires", backup_expires(contents));
    for (size_t i = 0; i < contents->warnings.count; i++)
        cb_warn(cb, "%s", contents->warnings.items[i]);
}

/* ---- beside a cluster */

static const char *verdict_of(const struct backup_item *item)
{
    if (!item->uid)
        return "missing";
    return item->differs ? "differs" : "same";
}

static int tell_comparison(struct cb *cb, const struct backup_restore *restore, struct error **err)
{
    json_auto_t *list = json_array();
    size_t same = 0;
    for (size_t i = 0; i < restore->count; i++) {
        const struct backup_item *item = &restore->items[i];
        if (item->foreign)
            continue;
        const char *verdict = verdict_of(item);
        same += item->uid && !item->differs;
        if (!item->uid || item->differs)
            json_array_append_new(list, json_pack("{ss ss ss ss}", "kind", item->node->kind,
                                                  "namespace", item->node->namespace_, "name",
                                                  item->node->name, "verdict", verdict));
    }
    if (backup_extra(restore, list, err) < 0)
        return -1;
    json_object_set(cb->result, "compared", list);
    json_object_set_new(json_object_get(cb->result, "counts"), "same",
                        json_integer((json_int_t)same));
    json_object_set(cb->result, "preflight", restore->checks);
    return 0;
}

static struct backup_restore_options options_of(const struct cb_args *args)
{
    return (struct backup_restore_options){
        .clusters = &args->clusters,
        .missing = BACKUP_MISSING_FAIL,
        .providers = args->provider_check,
        .managed_fields = args->restore_managed_fields,
        .force = args->force,
        .max_age_s = args->max_age_s,
    };
}

static int compare(struct cb *cb, struct backup_contents *contents, struct strv *problems,
                   struct error **err)
{
    if (cb_connect(cb, err) < 0)
        return -1;
    const struct backup_restore_options options = options_of(&cb->args);
    auto_backup_restore struct backup_restore restore = {0};
    backup_restore_init(&restore, contents, cb->client, cb->discovery, &options);
    if (backup_restore_choose(&restore, err) < 0 || backup_restore_look(&restore, err) < 0)
        return -1;
    backup_restore_plan(&restore);
    /* That objects are live is no fault of an archive: only what the drill finds is. */
    strv_clear(&restore.problems);
    if (cb->args.compare && backup_restore_preflight(&restore, err) < 0)
        return -1;
    strv_clear(&restore.problems);
    if (cb->args.drill && backup_drill(&restore, err) < 0)
        return -1;
    for (size_t i = 0; i < restore.problems.count; i++)
        strv_add(problems, restore.problems.items[i]);
    for (size_t i = 0; i < restore.warnings.count; i++)
        cb_warn(cb, "%s", restore.warnings.items[i]);
    return cb->args.compare ? tell_comparison(cb, &restore, err) : 0;
}

/* ---- */

static int fail(struct cb *cb, const struct strv *problems, struct error **err)
{
    json_t *list = js_strv(problems);
    json_object_set_new(cb->result, "problems", list);
    if (!problems->count)
        return 0;
    error_make(err, ERROR_PARSE, "%zu things are wrong with the archive: %s%s", problems->count,
               problems->items[0], problems->count > 1 ? "; see problems for the others" : "");
    return -1;
}

static int observe(struct cb *cb, struct error **err)
{
    auto_backup_contents struct backup_contents contents = {0};
    auto_strv struct strv problems;
    strv_init(&problems);
    if (read_archive(cb, &contents, err) < 0 || backup_check(&contents, &problems, err) < 0)
        return -1;
    tell_contents(cb, &contents);
    if ((cb->args.compare || cb->args.drill) && compare(cb, &contents, &problems, err) < 0)
        return -1;
    return fail(cb, &problems, err);
}

const struct cb_way cb_verified = {.observe = observe};
