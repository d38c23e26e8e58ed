#include "yaml/ym_merge_priv.h"

#include "json/js_equal.h"
#include "json/js_get.h"

bool ym_merge_accepts(const json_t *value, bool alias)
{
    if (!json_is_array(value))
        return json_is_object(value);
    if (alias)
        return false;
    for (size_t i = 0; i < json_array_size(value); i++)
        if (!json_is_object(json_array_get(value, i)))
            return false;
    return true;
}

void ym_merge_warn(struct ym_stream *stream, const json_t *members, const json_t *merged,
                   struct ym_place place)
{
    for (size_t i = 0; i < json_array_size(merged); i++)
        ym_merge_warn(stream, members, json_array_get(merged, i), place);
    json_t *walked = js_iterable(merged);
    for (void *i = json_object_iter(walked); i; i = json_object_iter_next(walked, i)) {
        const char *name = json_object_iter_key(i);
        const json_t *own = json_object_getn(members, name, json_object_iter_key_len(i));
        if (own && !js_equal(own, json_object_iter_value(i)))
            ym_warn(stream, place,
                    "key \"%s\" stands before this \"<<\" and keeps its value; kubectl would take "
                    "the merged one",
                    name);
    }
}

static void add_missing(json_t *members, const json_t *merged)
{
    for (size_t i = 0; i < json_array_size(merged); i++)
        add_missing(members, json_array_get(merged, i));
    json_t *walked = js_iterable(merged);
    for (void *i = json_object_iter(walked); i; i = json_object_iter_next(walked, i)) {
        const char *name = json_object_iter_key(i);
        size_t length = json_object_iter_key_len(i);
        if (!json_object_getn(members, name, length))
            json_object_setn_nocheck(members, name, length, json_object_iter_value(i));
    }
}

void ym_merge_apply(json_t *members, const json_t *merges)
{
    for (size_t i = json_array_size(merges); i-- > 0;)
        add_missing(members, json_array_get(merges, i));
}
