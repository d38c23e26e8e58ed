/*
 * YAML or JSON text into JSON values, typed the way kubectl types them.
 *
 * Owns decoding, the typing of scalars, anchors, aliases, merge keys and the caps against hostile
 * input. Knows nothing of Kubernetes objects.
 */
#ifndef YAML_YM_READ_H
#define YAML_YM_READ_H

#include <jansson.h>
#include <stddef.h>

#include "base/error.h"
#include "base/strv.h"

enum {
    YM_READ_DEPTH = 1000,        /* lists and objects within each other */
    YM_READ_NODES = 1000000,     /* values in one stream, those made by aliases included */
    YM_READ_ALIAS_FREE = 100000, /* up to here aliases may multiply freely ... */
    YM_READ_ALIAS_RATIO = 10,    /* ... beyond at most so many values per written one */
};

/*
 * A new list with one element per document, in order; an empty document is a JSON null, a stream
 * without any document an empty list. A stream that starts with "{" or "[" is read as JSON values,
 * one after the other or separated by "---"; anything else, and what then proves not to be JSON,
 * as YAML. No two places of the result share a value.
 *
 * SOURCE names the input in messages. WARNINGS (may be NULL) receives a line per duplicate key
 * and per merge that kubectl would resolve differently. On failure NULL and an ERROR_PARSE:
 * "SOURCE: line 3, column 5: found character that cannot start any token". It never holds a piece
 * of the text, which may be a secret.
 */
json_t *ym_read(const char *bytes, size_t size, const char *source, struct strv *warnings,
                struct error **err) must_check;

/* The same, but of the words only true and false are booleans, in any case that YAML 1.2 knows:
 * yes, no, on, off, y and n stay text, as with go-yaml 3. */
json_t *ym_read_core(const char *bytes, size_t size, const char *source, struct strv *warnings,
                     struct error **err) must_check;

#endif
