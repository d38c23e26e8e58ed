#include "yaml/ym_anchor_priv.h"

#include <stdlib.h>

#include "base/mem.h"
#include "json/js_get.h"

void ym_anchors_clear(struct ym_anchors *anchors)
{
    for (size_t i = 0; i < anchors->count; i++)
        json_decref(anchors->items[i].value);
    free(anchors->items);
    json_decref(anchors->places);
    *anchors = (struct ym_anchors){0};
}

static bool is_power_of_two(size_t number)
{
    return (number & (number - 1)) == 0;
}

size_t ym_anchors_add(struct ym_anchors *anchors, const char *name)
{
    size_t place = anchors->count;
    if (!anchors->places)
        anchors->places = json_object();
    if (is_power_of_two(place))
        anchors->items =
            xreallocarray(anchors->items, place ? place * 2 : 1, sizeof(anchors->items[0]));
    anchors->items[anchors->count++] = (struct ym_anchor){0};
    json_object_set_new_nocheck(anchors->places, name, json_integer((json_int_t)place));
    return place;
}

struct ym_anchor *ym_anchor_at(struct ym_anchors *anchors, size_t place)
{
    return &anchors->items[place];
}

const struct ym_anchor *ym_anchors_find(const struct ym_anchors *anchors, const char *name)
{
    const json_t *place = json_object_get(anchors->places, name);
    return place ? &anchors->items[json_integer_value(place)] : NULL;
}

static json_t *copy_object(const json_t *value)
{
    json_t *object = json_object();
    json_t *walked = js_iterable(value);
    for (void *i = json_object_iter(walked); i; i = json_object_iter_next(walked, i))
        json_object_setn_new_nocheck(object, json_object_iter_key(i), json_object_iter_key_len(i),
                                     ym_copy(json_object_iter_value(i)));
    return object;
}

static json_t *copy_list(const json_t *value)
{
    json_t *list = json_array();
    for (size_t i = 0; i < json_array_size(value); i++)
        json_array_append_new(list, ym_copy(json_array_get(value, i)));
    return list;
}

json_t *ym_copy(const json_t *value)
{
    if (json_is_object(value))
        return copy_object(value);
    return json_is_array(value) ? copy_list(value) : json_copy(js_iterable(value));
}
