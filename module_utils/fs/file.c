#include "fs/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "base/mem.h"

enum { CHUNK = 16 * 1024 };

/* A regular file's size is known: room is made once, for one byte more than it holds. */
static void reserve_for(int fd, size_t limit, struct buf *out)
{
    struct stat status;
    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0 &&
        (unsigned long long)status.st_size <= limit)
        buf_reserve(out, (size_t)status.st_size + 1);
}

/* One read: 1 when there were bytes, 0 at the end, -1 with errno. */
static int read_chunk(int fd, struct buf *out)
{
    if (out->room < out->size + 2)
        buf_reserve(out, CHUNK);
    ssize_t got = read(fd, out->data + out->size, out->room - out->size - 1);
    if (got <= 0)
        return (int)got;
    out->size += (size_t)got;
    return 1;
}

static int read_all(int fd, const char *path, size_t limit, struct buf *out, struct error **err)
{
    size_t before = out->size;
    reserve_for(fd, limit, out);
    for (;;) {
        int more = read_chunk(fd, out);
        if (more == 0)
            return 0;
        if (more < 0 && errno == EINTR) {
            if (interrupt_check(err) < 0)
                return -1;
        } else if (more < 0) {
            error_make_errno(err, errno, "cannot read %s", path);
            return -1;
        } else if (out->size - before > limit) {
            error_make(err, ERROR_IO, "cannot read %s: it is larger than %zu bytes", path, limit);
            error_code(err, EFBIG);
            return -1;
        }
    }
}

int file_read_fd(int fd, const char *path, size_t limit, struct buf *out, struct error **err)
{
    size_t before = out->size;
    int result = read_all(fd, path, limit, out, err);
    if (result < 0)
        out->size = before;
    if (out->data)
        out->data[out->size] = '\0';
    return result;
}

int file_read(const char *path, size_t limit, struct buf *out, struct error **err)
{
    auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        error_make_errno(err, errno, "cannot read %s", path);
        return -1;
    }
    return file_read_fd(fd, path, limit, out, err);
}
