/*
 * Reading whole files, never more than the caller is ready for.
 */
#ifndef FS_FILE_H
#define FS_FILE_H

#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

/*
 * Adds the bytes of the file PATH to OUT. Never waits for a writer: a named pipe, a socket or a
 * device is an ERROR_IO with code EINVAL that says so; files without a size (/proc) and /dev/null
 * are read. LIMIT is in bytes; a larger file is an ERROR_IO with code EFBIG that names the limit.
 * A directory is an ERROR_IO with code EISDIR, anything else one with its errno. On failure OUT is
 * as it was.
 */
int file_read(const char *path, size_t limit, struct buf *out, struct error **err) must_check;

/* The same for whatever can be read, pipes and terminals too, for as long as it takes. */
int file_read_stream(const char *path, size_t limit, struct buf *out, struct error **err)
    must_check;

/* The same for an open descriptor, which stays open; PATH is for messages. */
int file_read_fd(int fd, const char *path, size_t limit, struct buf *out, struct error **err)
    must_check;

#endif
