/*
 * The only writer of JSON text: every request body and every result goes through it.
 *
 * By default the text is at once JSON and what sigs.k8s.io/yaml reads without loss, because a
 * server parses apply bodies as YAML: UTF-8 stays raw but for U+007F-U+009F, U+2028, U+2029,
 * U+FFFE and U+FFFF, which become \uXXXX; never "\/", never surrogate pairs. Numbers as in
 * js_number.h.
 */
#ifndef JSON_JS_WRITE_H
#define JSON_JS_WRITE_H

#include <jansson.h>

#include "base/buf.h"
#include "base/error.h"

enum js_write_flags {
    JS_WRITE_ASCII = 1,             /* everything above U+007E as \uXXXX, with surrogate pairs */
    JS_WRITE_SORT = 2,              /* members sorted by bytes, at every level */
    JS_WRITE_PYTHON_SEPARATORS = 4, /* ", " and ": " */
    JS_WRITE_HTML = 8,              /* also <, > and & as \uXXXX, as Go does */
};

enum { JS_WRITE_DEPTH = 1000 };

/*
 * Appends VALUE to OUT. ERROR_USAGE when lists and objects are nested deeper than JS_WRITE_DEPTH
 * or a number is not finite; OUT then holds what it held before.
 */
int js_write(struct buf *out, const json_t *value, unsigned flags, struct error **err) must_check;

/* The text, NUL-terminated and owned, or NULL. */
char *js_write_dup(const json_t *value, unsigned flags, struct error **err) must_check;

#endif
