/*
 * JSON Patch, RFC 6902, evaluated the way kube-apiserver's library evanphx/json-patch does, to
 * predict a result and to explain which operation fails: the server itself does not say.
 *
 * Like that library (4.x): negative list indices count from the end, "add" on an existing member
 * replaces it, "-" appends, "replace" of an absent member of an object adds it, "test" for null
 * holds for an absent member, an absent "value" is null. Numbers compare by value.
 */
#ifndef JSON_JS_PATCH_H
#define JSON_JS_PATCH_H

#include <jansson.h>
#include <stddef.h>

#include "base/error.h"

/*
 * DOC with the list OPS applied: a new value that shares nothing with DOC or OPS; both unchanged.
 * Else NULL; *failed_op (may be NULL) is the index of the culprit, and the error reads
 * "operation 2 (remove /spec/x): there is no \"x\"". ERROR_USAGE for a malformed
 * operation, ERROR_STATUS with code 422 when one does not apply to this document.
 */
json_t *js_patch_apply(const json_t *doc, const json_t *ops, size_t *failed_op, struct error **err)
    must_check;

#endif
