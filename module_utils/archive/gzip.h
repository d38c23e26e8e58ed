/*
 * gzip (RFC 1952) in memory. The same bytes give the same result with one version of zlib: the
 * header holds neither a time nor a name.
 *
 * Unpacking here and not in libarchive, which checks neither the CRC nor what follows the end.
 */
#ifndef ARCHIVE_GZIP_H
#define ARCHIVE_GZIP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

/* True when BYTES begin as gzip does. */
bool gzip_is(const void *bytes, size_t length);

/* Adds the packed BYTES to OUT. */
void gzip_pack(const void *bytes, size_t length, struct buf *out);

/*
 * Adds the unpacked BYTES, one or more members, to OUT, at most LIMIT bytes. ERROR_PARSE when they
 * are damaged, end too early, or are followed by something else; ERROR_IO with code EFBIG for more
 * than LIMIT. On failure OUT holds a part.
 */
int gzip_unpack(const void *bytes, size_t length, size_t limit, struct buf *out, struct error **err)
    must_check;

#endif
