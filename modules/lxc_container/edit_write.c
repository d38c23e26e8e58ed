/* Replaces the configuration file in one step, beside liblxc and its tools. */
#include "lxc_container/edit.h"
#include "lxc_container/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "fs/atomic.h"
#include "fs/file.h"

enum { TRIES = 3 };

/* liblxc's own lock of this container, as lxclock.c of LXC 4.0 to 6.0 names it. It protects a
 * single reading or writing of the file. -1 where there is none: then nobody else uses it. */
static int lock_file(const struct ct *ct)
{
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    bool root = geteuid() == 0;
    auto_free char *path = xasprintf("%s/lxc/lock/%s/.%s", root || !runtime ? "/run" : runtime,
                                     ct->lxcpath, ct->args.name);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fd >= 0 && fcntl(fd, F_OFD_SETLKW, &whole) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static int keep_backup(const struct ct *ct, mode_t mode, struct error **err)
{
    char stamp[32];
    time_t now = time(NULL);
    struct tm parts;
    localtime_r(&now, &parts);
    strftime(stamp, sizeof(stamp), "%Y-%m-%d@%H:%M:%S", &parts);
    auto_free char *path = xasprintf("%s.%s~", ct->config_path, stamp);
    return file_write_atomic(path, ct->config.before, strlen(ct->config.before), mode, err);
}

static int replace(const struct ct *ct, const struct stat *status, struct error **err)
{
    mode_t mode = status->st_mode & 07777;
    const char *text = ct->config.after;
    auto_atomic_file struct atomic_file file = {.fd = -1};
    if (ct->args.backup && keep_backup(ct, mode, err) < 0)
        return -1;
    if (atomic_file_open(&file, ct->config_path, mode, err) < 0 ||
        atomic_file_add(&file, text, strlen(text), err) < 0)
        return -1;
    if (fchown(file.fd, status->st_uid, status->st_gid) < 0 && geteuid() == 0) {
        error_make_errno(err, errno, "cannot keep the owner of %s", ct->config_path);
        return -1;
    }
    if (fchmod(file.fd, mode) < 0) {
        error_make_errno(err, errno, "cannot keep the mode of %s", ct->config_path);
        return -1;
    }
    return atomic_file_commit(&file, err);
}

/* 1: written; 0: somebody changed the file since it was read. */
static int try_write(const struct ct *ct, struct error **err)
{
    auto_close maybe_unused int lock = lock_file(ct);
    struct stat status;
    auto_buf struct buf now;
    buf_init(&now);
    if (stat(ct->config_path, &status) < 0) {
        error_make_errno(err, errno, "cannot look at %s", ct->config_path);
        return -1;
    }
    if (file_read(ct->config_path, TEXT_LARGEST, &now, err) < 0)
        return -1;
    if (!str_equal(buf_str(&now), ct->config.before))
        return 0;
    return replace(ct, &status, err) < 0 ? -1 : 1;
}

int edit_write(struct ct *ct, struct error **err)
{
    for (int i = 0; i < TRIES; i++) {
        int wrote = try_write(ct, err);
        if (wrote)
            return wrote < 0 ? -1 : 0;
        if (edit_prepare(ct, err) < 0)
            return -1;
        if (!ct->config.changed)
            return 0;
    }
    error_make(err, ERROR_IO, "%s changes all the time", ct->config_path);
    return -1;
}
