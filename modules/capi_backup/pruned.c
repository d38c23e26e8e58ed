/* state: pruned. */
#include "backup/catalog.h"
#include "base/strv.h"
#include "capi_backup/archives.h"
#include "capi_backup/keys.h"
#include "capi_backup/state.h"
#include "json/js_list.h"

static int list(struct cb *cb, const struct cb_keys *keys, struct error **err)
{
    auto_backup_catalog struct backup_catalog catalog = {0};
    if (backup_catalog_read(&catalog, cb->args.path, cb->args.name_prefix, &keys->cms, err) < 0)
        return -1;
    json_object_set_new(cb->result, "archives", backup_catalog_json(&catalog));
    return 0;
}

/* STORE may be NULL: then it is only told what would be removed. */
static int remove_old(struct cb *cb, struct backup_store *store, struct error **err)
{
    auto_cb_keys struct cb_keys keys = {0};
    auto_strv struct strv removed;
    strv_init(&removed);
    if (cb_keys_read(&keys, &cb->args, err) < 0)
        return -1;
    const struct cb_pruning pruning = {.store = store, .keys = &keys};
    int result = cb_prune(&cb->args, &pruning, &removed, err);
    json_t *names = js_strv(&removed);
    cb->changed = removed.count > 0;
    json_object_set_new(cb->result, "pruned", names);
    return result < 0 ? -1 : list(cb, &keys, err);
}

static int apply(struct cb *cb, struct error **err)
{
    auto_backup_store struct backup_store store = {.fd = -1, .lock = -1};
    if (backup_store_open(&store, cb->args.path, false, NULL, err) < 0 ||
        backup_store_lock(&store, cb->args.lock_timeout_ms, cb->args.name_prefix, err) < 0)
        return -1;
    return remove_old(cb, &store, err);
}

static int predict(struct cb *cb, struct error **err)
{
    return remove_old(cb, NULL, err);
}

const struct cb_way cb_pruned = {.apply = apply, .predict = predict};
