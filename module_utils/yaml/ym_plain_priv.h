/*
 * How a string has to be written in YAML so that every common reader gets the same string back.
 */
#ifndef YAML_YM_PLAIN_PRIV_H
#define YAML_YM_PLAIN_PRIV_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

enum ym_style {
    YM_STYLE_PLAIN,
    YM_STYLE_SINGLE,  /* 'it has "quotes" or backslashes' */
    YM_STYLE_DOUBLE,  /* "anything\n" */
    YM_STYLE_LITERAL, /* a block of lines, for values only */
};

enum ym_style ym_style_of(const char *text, size_t length);

/* The string in one line: LITERAL is written as DOUBLE here. */
void ym_put_inline(struct buf *out, const char *text, size_t length, enum ym_style style);

#endif
