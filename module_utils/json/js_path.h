/*
 * Paths of fields that a user names: "metadata.managedFields", "a[b.c/d].e", "x[3]", "x.3".
 *
 * Segments are separated by dots; a segment in brackets may itself hold dots. Quotes around the
 * content of brackets are optional. Whether a segment is a member name or a list index depends
 * on the value it meets, as with kubernetes.core's hidden_fields.
 */
#ifndef JSON_JS_PATH_H
#define JSON_JS_PATH_H

#include <jansson.h>

#include "base/error.h"
#include "base/strv.h"

/* Appends the segments of TEXT to *segments. ERROR_USAGE when it is empty or a bracket is open;
 * *segments is then unchanged. */
int js_path_parse(const char *text, struct strv *segments, struct error **err) must_check;

/*
 * Removes from VALUE, in place, every field that one of PATHS names; absent fields are ignored.
 * All list indices refer to the value as it was given: the highest are removed first. An object
 * or list that a removal leaves empty is removed as well, and so on upwards; VALUE itself stays.
 * ERROR_USAGE names the path that does not parse, and nothing has been removed then.
 */
int js_path_remove(json_t *value, const struct strv *paths, struct error **err) must_check;

#endif
