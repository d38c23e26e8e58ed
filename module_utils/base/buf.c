#include "base/buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { BUF_FIRST = 64 };

void buf_init(struct buf *buf)
{
    *buf = (struct buf){0};
}

void buf_clear(struct buf *buf)
{
    mem_cleanup_free(&buf->data);
    *buf = (struct buf){0};
}

void buf_wipe(struct buf *buf)
{
    mem_wipe(buf->data, buf->room);
    buf_clear(buf);
}

void buf_reserve(struct buf *buf, size_t more)
{
    size_t need = buf->size + more + 1;
    if (need < more)
        need = SIZE_MAX; /* xrealloc ends the process */
    if (need <= buf->room)
        return;
    size_t room = buf->room ? buf->room : BUF_FIRST;
    while (room < need && room <= SIZE_MAX / 2)
        room *= 2;
    if (room < need)
        room = need;
    buf->data = xrealloc(buf->data, room);
    buf->room = room;
}

void buf_add(struct buf *buf, const void *bytes, size_t length)
{
    buf_reserve(buf, length);
    if (length)
        memcpy(buf->data + buf->size, bytes, length);
    buf->size += length;
    buf->data[buf->size] = '\0';
}

void buf_add_str(struct buf *buf, const char *text)
{
    buf_add(buf, text, strlen(text));
}

void buf_add_char(struct buf *buf, char c)
{
    buf_add(buf, &c, 1);
}

void buf_printf(struct buf *buf, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    auto_free char *text = xvasprintf(format, arguments);
    va_end(arguments);
    buf_add_str(buf, text);
}

const char *buf_str(const struct buf *buf)
{
    return buf->data ? buf->data : "";
}

char *buf_steal(struct buf *buf)
{
    buf_reserve(buf, 0);
    buf->data[buf->size] = '\0';
    char *data = steal_ptr(buf->data);
    buf_init(buf);
    return data;
}
