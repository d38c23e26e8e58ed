/*
 * A growing byte buffer, always NUL-terminated behind its length.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stddef.h>

#include "base/compiler.h"

struct buf {
    char *data;  /* owned; NULL while nothing was ever added */
    size_t size; /* bytes in use, without the NUL */
    size_t room; /* bytes allocated */
};

void buf_init(struct buf *buf);
void buf_clear(struct buf *buf);
/* Wipes the bytes before they are freed: for buffers that held secrets. */
void buf_wipe(struct buf *buf);
/* Makes room for at least MORE further bytes. */
void buf_reserve(struct buf *buf, size_t more);
void buf_add(struct buf *buf, const void *bytes, size_t length);
void buf_add_str(struct buf *buf, const char *text);
void buf_add_char(struct buf *buf, char c);
void buf_printf(struct buf *buf, const char *format, ...) printf_like(2, 3);
/* The text so far, borrowed until the next change; never NULL. */
const char *buf_str(const struct buf *buf);
/* The bytes, NUL-terminated, now owned by the caller; the buffer is empty again. Never NULL. */
char *buf_steal(struct buf *buf) must_check;

#define auto_buf cleanup_with(buf_clear)

#endif
