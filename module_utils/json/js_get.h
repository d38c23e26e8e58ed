/*
 * Typed, NULL-safe access into JSON values by a list of member names.
 *
 * Everything handed out is borrowed from the value. Nothing here changes a value. Only objects
 * are walked: a name never reaches into a list.
 */
#ifndef JSON_JS_GET_H
#define JSON_JS_GET_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* The names of every function below are const char *, ended by NULL. */
#define js_names_end __attribute__((sentinel))

/*
 * js_get(v, "metadata", "name", NULL): the member, or NULL when VALUE is NULL, when a name is
 * absent at any level or when something on the way is no object. A JSON null is returned as such.
 */
json_t *js_get(const json_t *value, ...) js_names_end;
/* The text when the member is a string, else NULL. Text behind a NUL byte is not seen. */
const char *js_str(const json_t *value, ...) js_names_end;
/* Writes *out and returns true when the member is an integer, or a real without fraction that
 * fits; otherwise *out is untouched. OUT may be NULL. */
bool js_int(const json_t *value, long long *out, ...) js_names_end;
/* True when the member is the JSON value true. */
bool js_true(const json_t *value, ...) js_names_end;

/* The first object in ARRAY whose member NAME is TEXT, borrowed, or NULL; always without a TEXT. */
json_t *js_find(const json_t *array, const char *name, const char *text);

/*
 * The member at the dotted PATH must exist and have TYPE. *out is borrowed. Otherwise -1 and an
 * ERROR_PARSE that says where and which types: "spec.template: expected object, got string";
 * an absent member counts as "nothing". JSON_TRUE and JSON_FALSE as TYPE both mean "boolean",
 * JSON_INTEGER and JSON_REAL both mean "number" of either kind. OUT may be NULL.
 * An empty PATH means VALUE itself. Names that hold a dot cannot be reached: use js_get first.
 */
int js_want(const json_t *value, const char *path, json_type type, json_t **out, struct error **err)
    must_check;

/* Like js_want, but an absent member or a JSON null is fine: 0 with *out untouched; 1 when found.
 */
int js_want_lookup(const json_t *value, const char *path, json_type type, json_t **out,
                   struct error **err) must_check;

/* VALUE for jansson's iterators, which want it without const although they change nothing. */
static inline json_t *js_iterable(const json_t *value)
{
    return (json_t *)(uintptr_t)value;
}

/* "object", "list", "string", "number", "boolean", "null"; "nothing" for NULL. */
const char *js_type_name(const json_t *value);

#endif
