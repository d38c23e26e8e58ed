#include "fs/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "base/mem.h"

enum {
    CHUNK = 16 * 1024,
    MEMORY_DEVICES = 1, /* the major number of null, zero and their kin */
};

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

int file_read_stream(const char *path, size_t limit, struct buf *out, struct error **err)
{
    auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        error_make_errno(err, errno, "cannot read %s", path);
        return -1;
    }
    return file_read_fd(fd, path, limit, out, err);
}

/* What a file is that may keep its reader waiting; NULL for one that does not. */
static const char *waiting_type(const struct stat *status)
{
    /* The memory devices answer at once: /dev/null is a common way to say "nothing". */
    if (S_ISCHR(status->st_mode) && major(status->st_rdev) != MEMORY_DEVICES)
        return "a device";
    if (S_ISBLK(status->st_mode))
        return "a device";
    if (S_ISFIFO(status->st_mode))
        return "a named pipe";
    return S_ISSOCK(status->st_mode) ? "a socket" : NULL;
}

static int refuse_type(const char *path, const char *type, struct error **err)
{
    error_make(err, ERROR_IO, "cannot read %s: it is %s, but a regular file is needed", path, type);
    error_code(err, EINVAL);
    return -1;
}

int file_read(const char *path, size_t limit, struct buf *out, struct error **err)
{
    /* Without O_NONBLOCK the opening of a pipe lasts until somebody writes to it. */
    auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0 && errno == ENXIO)
        return refuse_type(path, "a socket, or a device that is not there", err);
    struct stat status;
    if (fd < 0 || fstat(fd, &status) < 0) {
        error_make_errno(err, errno, "cannot read %s", path);
        return -1;
    }
    const char *type = waiting_type(&status);
    return type ? refuse_type(path, type, err) : file_read_fd(fd, path, limit, out, err);
}
