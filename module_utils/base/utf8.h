/*
 * Characters of UTF-8: where one begins, which one it is, how it is written. Whether bytes are
 * UTF-8 at all is asked by str_is_utf8.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/compiler.h"

/* Whether BYTE is not the first one of its character: text may not be cut before it. */
static inline bool utf8_is_continuation(char byte)
{
    return ((unsigned char)byte & 0xC0) == 0x80;
}

/* Bytes of the well-formed character at the start of TEXT (LENGTH bytes, 1 at least), or 0. */
size_t utf8_sequence(const char *text, size_t length) nonnull_all;

/*
 * The code point at TEXT, which is well-formed and has LEFT bytes, 1 at least; *length becomes the
 * number of its bytes, never more than LEFT.
 */
uint32_t utf8_decode(const char *text, size_t left, size_t *length) nonnull_all;

/* The same of a string; at its end the point is 0 and *length 1. */
static inline uint32_t utf8_first(const char *text, size_t *length)
{
    return utf8_decode(text, strnlen(text, 4) + 1, length);
}

/* Characters in TEXT, which is well-formed. */
size_t utf8_count(const char *text) nonnull_all;

/* Adds the character POINT, 0x10FFFF at most. */
void utf8_add(struct buf *out, uint32_t point) nonnull_all;

#endif
