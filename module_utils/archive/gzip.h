/*
 * gzip (RFC 1952), in pieces. The same bytes give the same result with one version of
 * zlib, however they were cut into pieces: the header holds neither a time nor a name.
 *
 * Unpacking here and not in libarchive, which checks neither the CRC nor what follows the end.
 */
#ifndef ARCHIVE_GZIP_H
#define ARCHIVE_GZIP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/error.h"
#include "base/stream.h"

/* True when BYTES begin as gzip does. */
bool gzip_is(const void *bytes, size_t length);

/* ---- packing; fails only as the sink does */

struct gzip_packer;

/* OUT is copied; what it refers to has to outlive the packer. */
struct gzip_packer *gzip_packer_new(const struct sink *out) must_check;
void gzip_packer_free(struct gzip_packer *packer);
define_cleanup(gzip_packer, struct gzip_packer *, gzip_packer_free)
#define auto_gzip_packer cleanup_with(gzip_packer_cleanup)

/* What packs the bytes that it is given. */
struct sink gzip_packer_sink(struct gzip_packer *packer);
/* Writes the end. Nothing may be added afterwards. */
int gzip_packer_finish(struct gzip_packer *packer, struct error **err) must_check;

/* ---- unpacking, of one member or more */

struct gzip_unpacker;

/* BYTES are borrowed. */
struct gzip_unpacker *gzip_unpacker_new(const void *bytes, size_t length, size_t limit) must_check;
void gzip_unpacker_free(struct gzip_unpacker *unpacker);
define_cleanup(gzip_unpacker, struct gzip_unpacker *, gzip_unpacker_free)
#define auto_gzip_unpacker cleanup_with(gzip_unpacker_cleanup)

/*
 * What gives the unpacked bytes, at most LIMIT. ERROR_PARSE, with the end at the latest, when they
 * are damaged, end too early, or are followed by something else; ERROR_IO with code EFBIG for more
 * than LIMIT.
 */
struct source gzip_unpacker_source(struct gzip_unpacker *unpacker);

#endif
