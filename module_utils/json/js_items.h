/*
 * A long list in JSON text, read item by item: as values all of its items together would take many
 * times the memory of the text.
 */
#ifndef JSON_JS_ITEMS_H
#define JSON_JS_ITEMS_H

#include <jansson.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/error.h"

/* One item, which may be changed, and kept with json_incref. */
typedef int (*js_item_visit)(void *context, json_t *item, struct error **err);

/* Who is given the items; CONTEXT is borrowed. */
struct js_visitor {
    js_item_visit visit;
    void *context;
};

/*
 * Gives each object in the list MEMBER of the object in TEXT to VISITOR, in order. Returns the
 * object without them, an empty list in their place, owned; also when there is no such list.
 * NULL: the text or an item is no JSON, and *where says at which byte of the text, with *err
 * untouched; or VISITOR failed, and *err says how.
 */
json_t *js_items(const char *text, size_t size, const char *member, struct js_visitor visitor,
                 json_error_t *where, struct error **err) must_check;

#endif
