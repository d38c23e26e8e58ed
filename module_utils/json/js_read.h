/*
 * JSON text of Go programs as values: an integer that fits no 64 bits is a number like any other
 * for them, while jansson refuses it. (A reader of everything else about a text is jansson itself.)
 */
#ifndef JSON_JS_READ_H
#define JSON_JS_READ_H

#include <jansson.h>
#include <stddef.h>

#include "base/compiler.h"

/*
 * An object or array, owned, or NULL with *WHERE filled in, without a piece of TEXT. Integers
 * beyond 64 bits become reals. U+0000 is allowed in strings. TEXT needs no NUL behind it.
 */
json_t *js_read(const char *text, size_t size, json_error_t *where) must_check;

/*
 * A copy of the JSON TEXT, owned, in which integers beyond 64 bits have got a fraction, so that
 * jansson reads them as reals. *new_size is its length. What is no JSON is copied somehow.
 */
char *js_read_widen(const char *text, size_t size, size_t *new_size) must_check;

/* Takes the piece of the text away that jansson quotes in its message: it may be of a secret. */
void js_read_unquote(json_error_t *where);

/* The ends of a string that starts at AT, of a number or a word: past its last byte, or SIZE. */
size_t js_read_string_end(const char *text, size_t size, size_t at);
size_t js_read_word_end(const char *text, size_t size, size_t at);

#endif
