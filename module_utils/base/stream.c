#include "base/stream.h"

int sink_add(const struct sink *sink, const void *bytes, size_t length, struct error **err)
{
    return sink->add(sink->context, bytes, length, err);
}

static int add_to_buf(void *context, const void *bytes, size_t length, struct error **err)
{
    (void)err;
    buf_add(context, bytes, length);
    return 0;
}

struct sink sink_of_buf(struct buf *out)
{
    return (struct sink){.add = add_to_buf, .context = out};
}

int source_next(const struct source *source, const void **bytes, size_t *length, struct error **err)
{
    return source->next(source->context, bytes, length, err);
}

int source_drain(const struct source *source, struct error **err)
{
    const void *bytes = NULL;
    size_t length = 0;
    int more = 1;
    while (more > 0)
        more = source_next(source, &bytes, &length, err);
    return more;
}

static int take_bytes(void *context, const void **bytes, size_t *length, struct error **err)
{
    (void)err;
    struct source_bytes *left = context;
    *bytes = left->bytes;
    *length = left->length;
    left->length = 0;
    return *length > 0;
}

struct source source_of_bytes(struct source_bytes *bytes)
{
    return (struct source){.next = take_bytes, .context = bytes};
}
