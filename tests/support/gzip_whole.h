/* gzip of bytes that are all at hand: what tests pack and unpack. */
#ifndef SUPPORT_GZIP_WHOLE_H
#define SUPPORT_GZIP_WHOLE_H

#include <stdlib.h>

#include "archive/gzip.h"
#include "base/buf.h"

/* Adds the packed BYTES to OUT. */
static inline void gzip_whole(const void *bytes, size_t length, struct buf *out)
{
    const struct sink sink = sink_of_buf(out);
    auto_error struct error *never = NULL;
    auto_gzip_packer struct gzip_packer *packer = gzip_packer_new(&sink);
    const struct sink in = gzip_packer_sink(packer);
    if (sink_add(&in, bytes, length, &never) < 0 || gzip_packer_finish(packer, &never) < 0)
        abort(); /* a buffer takes everything */
}

/* Adds the unpacked BYTES to OUT, at most LIMIT bytes; on failure a part. Fails as the unpacker. */
static inline int gunzip_whole(const void *bytes, size_t length, size_t limit, struct buf *out,
                               struct error **err)
{
    auto_gzip_unpacker struct gzip_unpacker *unpacker = gzip_unpacker_new(bytes, length, limit);
    const struct source source = gzip_unpacker_source(unpacker);
    const void *piece = NULL;
    size_t size = 0;
    buf_add(out, "", 0); /* the NUL behind */
    int more = source_next(&source, &piece, &size, err);
    for (; more > 0; more = source_next(&source, &piece, &size, err))
        buf_add(out, piece, size);
    return more;
}

#endif
