/* The parsed form of a template, shared by its parser and its evaluation. */
#ifndef CAPI_VARIABLES_PRIV_H
#define CAPI_VARIABLES_PRIV_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

enum { CAPI_TEMPLATE_DEPTH = 100 }; /* functions within the defaults of others */

/* What stands behind the name. Signs without meaning of their own ("^,") are OP_DEFAULT. */
enum capi_op {
    OP_DEFAULT, /* none, "=", ":=", ":-", ":?", ":+": the arguments when the value is empty */
    OP_LENGTH,
    OP_SUBSTRING,
    OP_UPPER_FIRST,
    OP_UPPER,
    OP_LOWER_FIRST,
    OP_LOWER,
    OP_TRIM_PREFIX_SHORTEST,
    OP_TRIM_PREFIX_LONGEST,
    OP_TRIM_SUFFIX_SHORTEST,
    OP_TRIM_SUFFIX_LONGEST,
    OP_REPLACE_FIRST,
    OP_REPLACE_ALL,
    OP_REPLACE_PREFIX,
    OP_REPLACE_SUFFIX,
};

struct capi_function;

/* A text or a function. */
struct capi_piece {
    const char *text; /* borrowed from the template or from escaped */
    size_t size;
    char *escaped;                  /* owned, or NULL */
    struct capi_function *function; /* owned, or NULL for a text */
};

struct capi_pieces {
    struct capi_piece *items; /* owned */
    size_t count;
    size_t room;
};

struct capi_function {
    enum capi_op op;
    char *name; /* owned */
    struct capi_pieces arguments;
};

void capi_pieces_clear(struct capi_pieces *pieces);

/* The pieces of SIZE bytes at TEXT, which have to stay. ERROR_PARSE with the line in its detail. */
int capi_pieces_parse(const char *text, size_t size, struct capi_pieces *pieces, struct error **err)
    must_check;

/*
 * Adds what function OP makes of VALUE with COUNT arguments to OUT. ERROR_PARSE "bad substitution"
 * for a substring whose end lies before its start.
 */
int capi_apply(enum capi_op op, const char *value, const struct buf *arguments, size_t count,
               struct buf *out, struct error **err) must_check;

/* The code point at TEXT (SIZE bytes left, at least 1) and its length; a byte that is no UTF-8 is a
 * code point of its own above 0x10FFFF. */
unsigned capi_rune(const char *text, size_t size, size_t *length);
void capi_rune_add(struct buf *out, unsigned rune);
/* Letters and digits of any script, and '_'. */
bool capi_rune_in_name(unsigned rune);

/* True when the glob PATTERN (*, ?, [a-z], [^x], \) matches all of NAME; both are code points. A
 * malformed pattern matches nothing. */
bool capi_glob(const unsigned *pattern, size_t pattern_size, const unsigned *name,
               size_t name_size);

#endif
