#include "lxc_container/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/mem.h"
#include "base/str.h"
#include "fs/dir.h"

enum { POLL_MS = 50 };

/* FNV-1a: only to make a short name of a path. */
static uint64_t hash_of(const char *text)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    return hash;
}

static char *folder(void)
{
    const char *own = getenv("XDG_RUNTIME_DIR");
    return xasprintf("%s/ansible-lxc", geteuid() == 0 || str_empty(own) ? "/run/lock" : own);
}

int lock_check_folder(const char *path, struct error **err)
{
    struct stat status;
    if (lstat(path, &status) < 0) {
        error_make_errno(err, errno, "cannot look at %s", path);
        return -1;
    }
    if (S_ISDIR(status.st_mode) && status.st_uid == geteuid() &&
        !(status.st_mode & (S_IWGRP | S_IWOTH)))
        return 0;
    error_make(
        err, ERROR_IO,
        "%s, which holds the locks, is not a folder of user %u that only this user may write "
        "to: remove it",
        path, (unsigned)geteuid());
    return -1;
}

static int open_file(struct lock *lock, struct error **err)
{
    lock->fd = open(lock->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (lock->fd >= 0)
        return 0;
    error_make_errno(err, errno, "cannot open the lock %s", lock->path);
    return -1;
}

/* 1: ours; 0: another's; -1: an error. */
static int try_lock(const struct lock *lock, struct error **err)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(lock->fd, F_OFD_SETLK, &whole) == 0)
        return 1;
    if (errno == EAGAIN || errno == EACCES)
        return 0;
    error_make_errno(err, errno, "cannot lock %s", lock->path);
    return -1;
}

/* The holder before us may have removed the file: then our lock keeps nobody out. */
static bool is_in_place(const struct lock *lock)
{
    struct stat held;
    struct stat there;
    return fstat(lock->fd, &held) == 0 && stat(lock->path, &there) == 0 &&
           held.st_ino == there.st_ino && held.st_dev == there.st_dev;
}

static int wait_for_turn(struct lock *lock, long long deadline, struct error **err)
{
    for (;;) {
        if (open_file(lock, err) < 0)
            return -1;
        int got = try_lock(lock, err);
        if (got < 0 || (got && is_in_place(lock)))
            return got < 0 ? -1 : 0;
        close(steal_fd(&lock->fd));
        if (got)
            continue;
        if (interrupt_check(err) < 0)
            return -1;
        if (clock_passed(deadline)) {
            error_make(err, ERROR_TIMEOUT,
                       "another run holds the lock of this container (%s); lock_timeout is how "
                       "long to wait for it",
                       lock->path);
            return -1;
        }
        clock_sleep_ms(POLL_MS);
    }
}

int lock_take(struct lock *lock, const char *lxcpath, const char *name, long long timeout_ms,
              struct error **err)
{
    auto_free char *directory = folder();
    *lock = (struct lock){.fd = -1};
    if (dir_make(directory, 0700, err) < 0 || lock_check_folder(directory, err) < 0)
        return -1;
    lock->path = xasprintf("%s/%016" PRIx64 "-%s.lock", directory, hash_of(lxcpath), name);
    if (wait_for_turn(lock, clock_deadline_ms(timeout_ms), err) == 0)
        return 0;
    lock_release(lock);
    return -1;
}

void lock_release(struct lock *lock)
{
    if (lock->fd >= 0)
        close(steal_fd(&lock->fd));
    free(lock->path);
    lock->path = NULL;
}

void lock_remove(struct lock *lock)
{
    if (lock->fd >= 0)
        unlink(lock->path);
    lock_release(lock);
}
