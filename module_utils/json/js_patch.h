/*
 * JSON Patch, RFC 6902, evaluated the way kube-apiserver's library evanphx/json-patch does, to
 * predict a result and to explain which operation fails: the server itself does not say.
 *
 * Like that library: negative list indices count from the end, "add" on an existing member
 * replaces it, "-" appends. Numbers compare by value.
 */
#ifndef JSON_JS_PATCH_H
#define JSON_JS_PATCH_H

#include <jansson.h>
#include <stddef.h>

#include "base/error.h"

/*
 * DOC with the list OPS applied: a new value that shares nothing with DOC or OPS; both unchanged.
 * Else NULL; *failed_op (may be NULL) is the index of the culprit, and the error reads
 * "operation 2 (replace /spec/x): the path does not exist". ERROR_USAGE for a malformed
 * operation, ERROR_STATUS with code 422 when one does not apply to this document.
 */
json_t *js_patch_apply(const json_t *doc, const json_t *ops, size_t *failed_op,
                       struct error **err) must_check;

#endif
