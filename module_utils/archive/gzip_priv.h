/* What the files of archive/gzip share. */
#ifndef ARCHIVE_GZIP_PRIV_H
#define ARCHIVE_GZIP_PRIV_H

#include <stddef.h>
#include <zlib.h>

enum {
    GZIP_WINDOW = 15 + 16, /* the largest window, with gzip's header and trailer */
    GZIP_CHUNK = 64 << 10,
};

/* A stream that allocates through base/mem.h. */
z_stream gzip_stream(void);

/* Gives STREAM, when it has used up its input, the next of *LEFT bytes at *NEXT. */
void gzip_feed(z_stream *stream, const unsigned char **next, size_t *left);

#endif
