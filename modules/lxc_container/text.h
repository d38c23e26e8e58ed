/*
 * A configuration file as lines. What is not touched stays as it is, byte for byte: comments,
 * blank lines, other spellings, ends of lines. Understands lines as liblxc's parser does.
 */
#ifndef LXC_CONTAINER_TEXT_H
#define LXC_CONTAINER_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/strv.h"

/* The longest file that is read, in bytes. */
enum { TEXT_LARGEST = 16 << 20 };

struct text_line {
    char *raw;   /* owned, with its end of line if it has one */
    char *key;   /* owned; NULL: no "key = value" */
    char *value; /* owned: trimmed, without quotes around it */
};

struct text {
    struct text_line *lines; /* owned */
    size_t count;
    size_t room; /* lines that fit */
};

void text_init(struct text *text);
void text_clear(struct text *text);
#define auto_text cleanup_with(text_clear)

/* Fills TEXT from NUL-terminated BYTES. */
void text_read(struct text *text, const char *bytes);
/* All lines together, owned. */
char *text_write(const struct text *text) must_check;

/* The lines "key = value". AT may be the count: behind the last line, which gets its end. */
void text_insert(struct text *text, size_t at, const char *key, const char *value);
void text_replace(struct text *text, size_t at, const char *key, const char *value);
void text_remove(struct text *text, size_t at);

/* The first or last line with KEY, or text->count. */
size_t text_first(const struct text *text, const char *key);
size_t text_last(const struct text *text, const char *key);
/* A line lxc.include stands at or behind AT. */
bool text_includes_behind(const struct text *text, size_t at);
/* Adds the values of KEY in order. */
void text_values(const struct text *text, const char *key, struct strv *out);
/* Adds every key once, in order. */
void text_keys(const struct text *text, struct strv *out);

/* VALUE as the parser takes it: trimmed, one pair of quotes removed. Owned. */
char *text_unquote(const char *value) must_check;

#endif
