/*
 * Deep equality by meaning: numbers compare by value (1 equals 1.0), the order of members does
 * not matter. jansson's own json_equal tells 1 from 1.0.
 */
#ifndef JSON_JS_EQUAL_H
#define JSON_JS_EQUAL_H

#include <jansson.h>
#include <stdbool.h>

/* Two NULLs are equal; NULL differs from every value. */
bool js_equal(const json_t *a, const json_t *b);

#endif
