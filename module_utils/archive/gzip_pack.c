#include <stdlib.h>

#include "archive/gzip.h"
#include "archive/gzip_priv.h"
#include "base/mem.h"

struct gzip_packer {
    struct sink out;
    z_stream stream;
    unsigned char chunk[GZIP_CHUNK]; /* of packed bytes */
};

struct gzip_packer *gzip_packer_new(const struct sink *out)
{
    struct gzip_packer *packer = xcalloc(1, sizeof(*packer));
    packer->out = *out;
    packer->stream = gzip_stream();
    /* Fails for want of memory alone, and there the allocator ends the process. */
    if (deflateInit2(&packer->stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP_WINDOW, 8,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        abort();
    return packer;
}

void gzip_packer_free(struct gzip_packer *packer)
{
    if (!packer)
        return;
    deflateEnd(&packer->stream);
    mem_wipe(packer->chunk, sizeof(packer->chunk));
    free(packer);
}

/* One step of the stream; what comes out goes on. The status of deflate, or -1. */
static int step(struct gzip_packer *packer, int flush, struct error **err)
{
    packer->stream.next_out = packer->chunk;
    packer->stream.avail_out = sizeof(packer->chunk);
    int status = deflate(&packer->stream, flush);
    size_t length = sizeof(packer->chunk) - packer->stream.avail_out;
    if (length && sink_add(&packer->out, packer->chunk, length, err) < 0)
        return -1;
    return status;
}

static int add(void *context, const void *bytes, size_t length, struct error **err)
{
    struct gzip_packer *packer = context;
    const unsigned char *next = bytes;
    while (length || packer->stream.avail_in) {
        gzip_feed(&packer->stream, &next, &length);
        if (step(packer, Z_NO_FLUSH, err) < 0)
            return -1;
    }
    return 0;
}

struct sink gzip_packer_sink(struct gzip_packer *packer)
{
    return (struct sink){.add = add, .context = packer};
}

int gzip_packer_finish(struct gzip_packer *packer, struct error **err)
{
    int status = Z_OK;
    while (status == Z_OK)
        status = step(packer, Z_FINISH, err);
    return status == Z_STREAM_END ? 0 : -1;
}
