#include "archive/gzip.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <zlib.h>

#include "base/mem.h"

enum {
    GZIP_WINDOW = 15 + 16, /* the largest window, with gzip's header and trailer */
    CHUNK = 64 << 10,
};

bool gzip_is(const void *bytes, size_t length)
{
    return length >= 3 && memcmp(bytes, "\x1f\x8b\x08", 3) == 0;
}

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

/* zlib counts in unsigned int. */
static unsigned at_most(size_t length)
{
    return length > CHUNK ? CHUNK : (unsigned)length;
}

/* zlib's member for the input lacks const unless ZLIB_CONST says so. */
static void feed(z_stream *stream, const unsigned char **next, size_t *left)
{
    if (stream->avail_in > 0)
        return;
    unsigned length = at_most(*left);
    memcpy(&stream->next_in, next, sizeof(stream->next_in));
    stream->avail_in = length;
    *next += length;
    *left -= length;
}

void gzip_pack(const void *bytes, size_t length, struct buf *out)
{
    z_stream stream = {.zalloc = allocate, .zfree = release};
    const unsigned char *next = bytes;
    int status = deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP_WINDOW, 8,
                              Z_DEFAULT_STRATEGY);
    while (status == Z_OK) {
        feed(&stream, &next, &length);
        buf_reserve(out, CHUNK);
        stream.next_out = (unsigned char *)out->data + out->size;
        stream.avail_out = CHUNK;
        status = deflate(&stream, length > 0 ? Z_NO_FLUSH : Z_FINISH);
        out->size += CHUNK - stream.avail_out;
    }
    buf_add(out, "", 0); /* the NUL behind */
    deflateEnd(&stream);
}

static void fail(int status, const z_stream *stream, struct error **err)
{
    if (status == Z_BUF_ERROR)
        error_make(err, ERROR_PARSE, "gzip data ends too early");
    else
        error_make(err, ERROR_PARSE, "gzip data is damaged: %s",
                   stream->msg ? stream->msg : "unknown method");
}

/* One step of STREAM into OUT. The status of inflate, or Z_MEM_ERROR when LIMIT is exceeded. */
static int step(z_stream *stream, size_t limit, struct buf *out)
{
    buf_reserve(out, CHUNK);
    stream->next_out = (unsigned char *)out->data + out->size;
    stream->avail_out = CHUNK;
    int status = inflate(stream, Z_NO_FLUSH);
    out->size += CHUNK - stream->avail_out;
    out->data[out->size] = '\0';
    return out->size > limit ? Z_MEM_ERROR : status;
}

int gzip_unpack(const void *bytes, size_t length, size_t limit, struct buf *out, struct error **err)
{
    z_stream stream = {.zalloc = allocate, .zfree = release};
    const unsigned char *next = bytes;
    size_t most = limit > SIZE_MAX - out->size ? SIZE_MAX : limit + out->size;
    int status = inflateInit2(&stream, GZIP_WINDOW);
    while (status == Z_OK) {
        feed(&stream, &next, &length);
        status = step(&stream, most, out);
        if (status == Z_STREAM_END && (stream.avail_in > 0 || length > 0))
            status = inflateReset(&stream); /* one more member must follow, and nothing else */
    }
    if (status == Z_MEM_ERROR)
        error_make(err, ERROR_IO, "unpacked it has more than %zu bytes", limit);
    else if (status != Z_STREAM_END)
        fail(status, &stream, err);
    if (status == Z_MEM_ERROR)
        error_code(err, EFBIG);
    inflateEnd(&stream);
    return status == Z_STREAM_END ? 0 : -1;
}
