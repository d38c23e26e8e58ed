#include "kube/watch_line.h"

#include <string.h>

enum { BYTES_PER_MB = 1000 * 1000 };

int kube_watch_line(struct buf *line, const char **bytes, size_t *length, struct error **err)
{
    const char *end = memchr(*bytes, '\n', *length);
    size_t part = end ? (size_t)(end - *bytes) : *length;
    if (part > (size_t)KUBE_EVENT_MAX_MB * BYTES_PER_MB - line->size) {
        buf_clear(line);
        error_make(err, ERROR_HTTP, "the server sent an event of a watch that is larger than %d MB",
                   KUBE_EVENT_MAX_MB);
        return -1;
    }
    buf_add(line, *bytes, part);
    *bytes += part + (end != NULL);
    *length -= part + (end != NULL);
    return end != NULL;
}
