/*
 * What one call of ym_read knows while it works: where messages go and how much was made.
 */
#ifndef YAML_YM_STREAM_PRIV_H
#define YAML_YM_STREAM_PRIV_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/strv.h"

struct ym_place {
    size_t line; /* both from 1 */
    size_t column;
};

struct ym_stream {
    const char *source;    /* borrowed */
    struct strv *warnings; /* borrowed, may be NULL */
    json_t *documents;     /* owned list */
    size_t written;        /* values that stand in the text */
    size_t made;           /* values that aliases made */
    struct error **err;    /* never NULL */
    bool core;             /* words other than true and false are no booleans */
};

/* -1 with an ERROR_PARSE "SOURCE: line 3, column 5: ...". */
int ym_fail(struct ym_stream *stream, struct ym_place place, const char *format, ...)
    printf_like(3, 4);
/* Puts source and place before an error that exists already; -1. */
int ym_fail_wrap(struct ym_stream *stream, struct ym_place place);

/* A warning in the same shape. Beyond a sensible number they are only counted as "more". */
void ym_warn(struct ym_stream *stream, struct ym_place place, const char *format, ...)
    printf_like(3, 4);

/* Accounts for values; -1 when the text holds, or its aliases make, too many. */
int ym_count(struct ym_stream *stream, size_t written, size_t made, struct ym_place place)
    must_check;

/* Moves PLACE over LENGTH bytes of UTF-8; columns count characters. */
void ym_place_advance(struct ym_place *place, const char *text, size_t length);
/* The place of the byte at OFFSET, for readers that only know offsets. */
struct ym_place ym_place_of(const char *text, size_t offset);

#endif
