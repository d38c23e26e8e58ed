#include "json/js_merge.h"

#include "json/js_get.h"

static void merge_member(json_t *result, const char *key, size_t length, const json_t *patch)
{
    if (json_is_null(patch)) {
        json_object_deln(result, key, length);
        return;
    }
    json_t *before = json_object_getn(result, key, length);
    json_object_setn_new_nocheck(result, key, length, js_merge(before, patch));
}

json_t *js_merge(const json_t *target, const json_t *patch)
{
    if (!json_is_object(patch))
        return json_deep_copy(patch);
    json_t *result = json_is_object(target) ? json_deep_copy(target) : json_object();
    json_t *walked = js_iterable(patch);
    for (void *i = json_object_iter(walked); i; i = json_object_iter_next(walked, i))
        merge_member(result, json_object_iter_key(i), json_object_iter_key_len(i),
                     json_object_iter_value(i));
    return result;
}
