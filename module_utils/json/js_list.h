/*
 * JSON arrays that are made of lists of this program.
 */
#ifndef JSON_JS_LIST_H
#define JSON_JS_LIST_H

#include <jansson.h>

#include "base/compiler.h"
#include "base/strv.h"

/* The texts in their order, new. Those that are no UTF-8 are left out. */
json_t *js_strv(const struct strv *texts) must_check;

#endif
