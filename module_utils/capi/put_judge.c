/* What a write would change: the pure part of capi/put.h. */
#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "capi/put_priv.h"
#include "json/js_equal.h"
#include "json/js_get.h"
#include "json/js_read.h"
#include "kube/applied.h"
#include "kube/strip.h"

/* Whether TARGET with the JSON merge PATCH applied differs from TARGET; js_merge would copy both,
 * and definitions are large. */
static bool patch_changes(const json_t *target, const json_t *patch)
{
    const char *key = NULL;
    json_t *wanted = NULL;
    json_object_foreach (js_iterable(patch), key, wanted) {
        const json_t *there = json_object_get(target, key);
        bool differs = false;
        if (json_is_null(wanted))
            differs = there != NULL;
        else if (json_is_object(wanted))
            differs = !json_is_object(there) || patch_changes(there, wanted);
        else
            differs = !js_equal(there, wanted);
        if (differs)
            return true;
    }
    return false;
}

/* The wanted object without what the server never takes from a body. */
static json_t *wanted_of(const struct capi_put *item)
{
    json_error_t where;
    json_t *wanted = js_read(buf_str(&item->body), item->body.size, &where);
    kube_strip_for_write(wanted, item->id.resource.plain_status);
    return wanted;
}

void put_judge(struct capi_put *item, const struct capi_put_options *options, const json_t *before)
{
    free(steal_ptr(item->version));
    json_decref(steal_ptr(item->before));
    item->exists = before != NULL;
    item->terminating = js_get(before, "metadata", "deletionTimestamp", NULL) != NULL;
    item->differs = true;
    if (!before)
        return;
    const char *version = js_str(before, "metadata", "resourceVersion", NULL);
    item->version = xstrdup(version ? version : "");
    if (item->way == CAPI_WAY_REPLACE)
        return;
    json_auto_t *wanted = wanted_of(item);
    item->differs = item->way == CAPI_WAY_APPLY
                        ? !kube_applied_holds(wanted, before, options->manager)
                        : patch_changes(before, wanted);
}
