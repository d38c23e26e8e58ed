/*
 * JSON in tests, written with ' for " so that it can be read.
 */
#ifndef SUPPORT_JSON_TEXT_H
#define SUPPORT_JSON_TEXT_H

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/compiler.h"
#include "base/mem.h"

/* The value that TEXT spells, owned; any value, not only objects and lists. */
static inline maybe_unused json_t *json_from(const char *text)
{
    char *copy = xstrdup(text);
    for (char *at = copy; *at; at++)
        if (*at == '\'')
            *at = '"';
    json_error_t where;
    json_t *value = json_loads(copy, JSON_DECODE_ANY | JSON_ALLOW_NUL, &where);
    if (!value)
        fail_msg("test data: %s at byte %d of %s", where.text, where.position, text);
    free(copy);
    return value;
}

/* ACTUAL, which is borrowed, is what EXPECTED spells. */
static inline maybe_unused void assert_json(const json_t *actual, const char *expected)
{
    json_t *wanted = json_from(expected);
    char *got = actual ? json_dumps(actual, JSON_ENCODE_ANY | JSON_SORT_KEYS) : xstrdup("nothing");
    char *want = json_dumps(wanted, JSON_ENCODE_ANY | JSON_SORT_KEYS);
    if (strcmp(got, want) != 0)
        fail_msg("JSON differs\n  got  %s\n  want %s", got, want);
    json_decref(wanted);
    free(got);
    free(want);
}

#endif
