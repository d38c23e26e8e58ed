/* state: listed. */
#include "backup/catalog.h"
#include "capi_backup/archives.h"
#include "capi_backup/keys.h"
#include "capi_backup/state.h"

static int observe(struct cb *cb, struct error **err)
{
    auto_cb_keys struct cb_keys keys = {0};
    auto_backup_catalog struct backup_catalog catalog = {0};
    if (cb_keys_read(&keys, &cb->args, err) < 0 ||
        backup_catalog_read(&catalog, cb->args.path, cb->args.name_prefix, &keys.cms, err) < 0)
        return -1;
    if (!cb_is_folder(cb->args.path))
        cb_warn(cb, "there is no folder %s: set path to where the archives are", cb->args.path);
    json_object_set_new(cb->result, "archives", backup_catalog_json(&catalog));
    return 0;
}

const struct cb_way cb_listed = {.observe = observe};
