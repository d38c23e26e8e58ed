/*
 * JSON merge patch, RFC 7396: null deletes a member, objects merge, everything else replaces.
 */
#ifndef JSON_JS_MERGE_H
#define JSON_JS_MERGE_H

#include <jansson.h>

#include "base/compiler.h"

/* TARGET (NULL = absent) with PATCH applied: a new value that shares nothing with either. */
json_t *js_merge(const json_t *target, const json_t *patch) must_check;

#endif
