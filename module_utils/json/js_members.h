/*
 * The members of an object in a chosen order, for writers of text.
 */
#ifndef JSON_JS_MEMBERS_H
#define JSON_JS_MEMBERS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"

/*
 * Iterators of jansson, for json_object_iter_key, _key_len and _value: as they stand in OBJECT or
 * sorted by the bytes of their keys, which may hold NUL. *count becomes their number. The array is
 * owned, its insides live until OBJECT changes.
 */
void **js_members(json_t *object, bool sorted, size_t *count) must_check;

#endif
