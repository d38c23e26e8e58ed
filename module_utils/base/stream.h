/*
 * Bytes on their way from one unit to the next, piece by piece, so that nobody has to hold all of
 * them: sinks take, sources give.
 */
#ifndef BASE_STREAM_H
#define BASE_STREAM_H

#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

struct sink {
    int (*add)(void *context, const void *bytes, size_t length, struct error **err);
    void *context; /* borrowed */
};

/* Hands LENGTH bytes to SINK, which copies what it keeps. */
int sink_add(const struct sink *sink, const void *bytes, size_t length, struct error **err)
    must_check;
/* Adds to OUT, borrowed. Never fails. */
struct sink sink_of_buf(struct buf *out);

struct source {
    /* 1: the next piece, of at least one byte, borrowed until the next call; 0: the end; -1. */
    int (*next)(void *context, const void **bytes, size_t *length, struct error **err);
    void *context; /* borrowed */
};

int source_next(const struct source *source, const void **bytes, size_t *length, struct error **err)
    must_check;
/* Passes over what is left, for what a source checks at its end. */
int source_drain(const struct source *source, struct error **err) must_check;

/* Bytes in memory, borrowed, as one piece. */
struct source_bytes {
    const void *bytes;
    size_t length;
};
struct source source_of_bytes(struct source_bytes *bytes);

#endif
