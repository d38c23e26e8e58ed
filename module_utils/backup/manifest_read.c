#include "backup/manifest_read.h"

#include <errno.h>
#include <string.h>

#include "backup/draft.h"
#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"
#include "json/js_items.h"

static int check_manifest(const json_t *manifest, const json_error_t *where, struct error **err)
{
    if (!json_is_object(manifest)) {
        error_make(err, ERROR_PARSE, BACKUP_MANIFEST ": line %d, column %d: no JSON object",
                   where->line, where->column);
        return -1;
    }
    const char *format = js_str(manifest, "format", NULL);
    if (!str_equal(format, BACKUP_FORMAT)) {
        error_make(err, ERROR_PARSE,
                   BACKUP_MANIFEST ": format %s is not known here, only " BACKUP_FORMAT
                                   ": use a newer version of the module",
                   format && strlen(format) < 64 ? format : "of another type");
        error_code(err, ENOTSUP);
        return -1;
    }
    if (js_want(manifest, "objects", JSON_ARRAY, NULL, err) < 0 ||
        js_want(manifest, "crds", JSON_ARRAY, NULL, err) < 0) {
        error_wrap(err, BACKUP_MANIFEST);
        return -1;
    }
    return 0;
}

json_t *backup_manifest_read(const char *bytes, size_t size, struct error **err)
{
    json_error_t where = {0};
    json_auto_t *manifest =
        json_loadb(bytes, size, JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, &where);
    return check_manifest(manifest, &where, err) < 0 ? NULL : steal_ptr(manifest);
}

static int count_object(void *context, json_t *item, struct error **err)
{
    (void)item, (void)err;
    ++*(size_t *)context;
    return 0;
}

json_t *backup_manifest_glance(const char *bytes, size_t size, size_t *objects, struct error **err)
{
    json_error_t where = {0};
    *objects = 0;
    json_auto_t *manifest =
        js_items(bytes, size, "objects", (struct js_visitor){count_object, objects}, &where, err);
    return check_manifest(manifest, &where, err) < 0 ? NULL : steal_ptr(manifest);
}
