#include "archive/gzip.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "archive/gzip_priv.h"
#include "base/mem.h"

bool gzip_is(const void *bytes, size_t length)
{
    return length >= 3 && memcmp(bytes, "\x1f\x8b\x08", 3) == 0;
}

/* ---- the stream */

static void *allocate(void *context, unsigned count, unsigned size)
{
    (void)context;
    return xcalloc(count, size);
}

static void release(void *context, void *pointer)
{
    (void)context;
    mem_cleanup_free(&pointer);
}

z_stream gzip_stream(void)
{
    return (z_stream){.zalloc = allocate, .zfree = release};
}

/* zlib counts in unsigned int. */
static unsigned at_most(size_t length)
{
    return length > GZIP_CHUNK ? GZIP_CHUNK : (unsigned)length;
}

/* zlib's member for the input lacks const unless ZLIB_CONST says so. */
void gzip_feed(z_stream *stream, const unsigned char **next, size_t *left)
{
    if (stream->avail_in > 0)
        return;
    unsigned length = at_most(*left);
    memcpy(&stream->next_in, next, sizeof(stream->next_in));
    stream->avail_in = length;
    *next += length;
    *left -= length;
}

/* ---- unpacking */

struct gzip_unpacker {
    z_stream stream;
    const unsigned char *next; /* borrowed */
    size_t left;               /* bytes at next */
    size_t limit, total;       /* of unpacked bytes */
    int status;                /* of inflate */
    unsigned char chunk[GZIP_CHUNK];
};

struct gzip_unpacker *gzip_unpacker_new(const void *bytes, size_t length, size_t limit)
{
    struct gzip_unpacker *unpacker = xcalloc(1, sizeof(*unpacker));
    unpacker->stream = gzip_stream();
    unpacker->next = bytes;
    unpacker->left = length;
    unpacker->limit = limit;
    unpacker->status = inflateInit2(&unpacker->stream, GZIP_WINDOW);
    return unpacker;
}

void gzip_unpacker_free(struct gzip_unpacker *unpacker)
{
    if (!unpacker)
        return;
    inflateEnd(&unpacker->stream);
    mem_wipe(unpacker->chunk, sizeof(unpacker->chunk));
    free(unpacker);
}

static int fail(const struct gzip_unpacker *unpacker, struct error **err)
{
    const char *reason = unpacker->stream.msg;
    if (unpacker->status == Z_BUF_ERROR)
        error_make(err, ERROR_PARSE, "gzip data ends too early");
    else
        error_make(err, ERROR_PARSE, "gzip data is damaged: %s",
                   reason ? reason : "unknown method");
    return -1;
}

/* One step: how many bytes it gave. */
static size_t step(struct gzip_unpacker *unpacker)
{
    z_stream *stream = &unpacker->stream;
    gzip_feed(stream, &unpacker->next, &unpacker->left);
    stream->next_out = unpacker->chunk;
    stream->avail_out = sizeof(unpacker->chunk);
    unpacker->status = inflate(stream, Z_NO_FLUSH);
    size_t length = sizeof(unpacker->chunk) - stream->avail_out;
    if (unpacker->status == Z_STREAM_END && (stream->avail_in > 0 || unpacker->left > 0))
        unpacker->status = inflateReset(stream); /* one more member must follow, nothing else */
    unpacker->total += length;
    return length;
}

static int next(void *context, const void **bytes, size_t *length, struct error **err)
{
    struct gzip_unpacker *unpacker = context;
    size_t given = 0;
    while (unpacker->status == Z_OK && !given)
        given = step(unpacker);
    if (unpacker->total > unpacker->limit) {
        error_make(err, ERROR_IO, "unpacked it has more than %zu bytes", unpacker->limit);
        error_code(err, EFBIG);
        return -1;
    }
    if (!given)
        return unpacker->status == Z_STREAM_END ? 0 : fail(unpacker, err);
    *bytes = unpacker->chunk;
    *length = given;
    return 1;
}

struct source gzip_unpacker_source(struct gzip_unpacker *unpacker)
{
    return (struct source){.next = next, .context = unpacker};
}
