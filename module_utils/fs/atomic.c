#include "fs/atomic.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "base/mem.h"
#include "base/str.h"

/* Between the name and six random characters: no file of anybody else is called so. */
#define MARK     ".mcapi-"
#define RANDOM   "XXXXXX"
#define ATTEMPTS 16

/* The directory that holds PATH, owned. */
static char *parent_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return xstrdup(".");
    return slash == path ? xstrdup("/") : xmemdup(path, (size_t)(slash - path));
}

static int fail(const struct atomic_file *file, struct error **err)
{
    error_make_errno(err, errno, "cannot write %s", file->path);
    return -1;
}

/*
 * A writer holds a lock on its temporary file until that has its place. Who was killed before left
 * an unlocked one.
 */
static void remove_if_abandoned(int folder, const char *name)
{
    struct stat status;
    auto_close int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
        flock(fd, LOCK_EX | LOCK_NB) == 0)
        unlinkat(folder, name, 0);
}

/* What earlier writers of this file left when they were killed. Best effort: nothing depends on it.
 */
static void sweep(const struct atomic_file *file)
{
    auto_free char *parent = parent_of(file->temp);
    const char *slash = strrchr(file->temp, '/');
    const char *name = slash ? slash + 1 : file->temp;
    size_t length = strlen(name);
    auto_free char *start = xmemdup(name, length - strlen(RANDOM));
    DIR *folder = opendir(parent);
    if (!folder)
        return;
    for (const struct dirent *entry = readdir(folder); entry; entry = readdir(folder))
        if (strlen(entry->d_name) == length && str_starts_with(entry->d_name, start))
            remove_if_abandoned(dirfd(folder), entry->d_name);
    closedir(folder);
}

/* Somebody's sweep may have met the file before it was locked, and removed it. */
static bool is_ours(int fd)
{
    struct stat status;
    /* File systems without locks know no sweep either. */
    return (flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) && fstat(fd, &status) == 0 &&
           status.st_nlink > 0;
}

static int create_locked(struct atomic_file *file)
{
    auto_free char *template = xstrdup(file->temp);
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        strcpy(file->temp, template);
        file->fd = mkostemp(file->temp, O_CLOEXEC);
        if (file->fd < 0 || is_ours(file->fd))
            return file->fd;
        mem_cleanup_close(&file->fd);
        unlink(file->temp);
    }
    errno = EAGAIN;
    return -1;
}

int atomic_file_open(struct atomic_file *file, const char *path, mode_t mode, struct error **err)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    *file = (struct atomic_file){.fd = -1, .path = xstrdup(path)};
    file->temp = xasprintf("%.*s.%.200s" MARK RANDOM, (int)(name - path), path, name);
    sweep(file);
    if (create_locked(file) >= 0 && fchmod(file->fd, mode) == 0)
        return 0;
    fail(file, err);
    atomic_file_abort(file);
    return -1;
}

int atomic_file_add(struct atomic_file *file, const void *bytes, size_t size, struct error **err)
{
    const char *at = bytes;
    while (size) {
        ssize_t done = write(file->fd, at, size);
        if (done < 0 && errno == EINTR) {
            if (interrupt_check(err) < 0)
                return -1;
            continue;
        }
        if (done < 0)
            return fail(file, err);
        at += done;
        size -= (size_t)done;
    }
    return 0;
}

int file_flush_parent(const char *path, struct error **err)
{
    auto_free char *parent = parent_of(path);
    auto_close int fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    /* Some file systems cannot flush directories: EINVAL. The file is in its place by then. */
    if (fd >= 0 && (fsync(fd) == 0 || errno == EINVAL))
        return 0;
    error_make_errno(err, errno, "cannot flush directory %s", parent);
    return -1;
}

static int move_into_place(struct atomic_file *file, struct error **err)
{
    /* Not closed before the rename: the lock ends with it. */
    if (fsync(file->fd) < 0 || rename(file->temp, file->path) < 0)
        return fail(file, err);
    mem_cleanup_free(&file->temp);
    file->temp = NULL;
    return file_flush_parent(file->path, err);
}

int atomic_file_commit(struct atomic_file *file, struct error **err)
{
    int result = move_into_place(file, err);
    atomic_file_abort(file);
    return result;
}

void atomic_file_abort(struct atomic_file *file)
{
    int saved = errno;
    mem_cleanup_close(&file->fd);
    /* mkostemp leaves the X's when it fails; no such file exists then. */
    if (file->temp)
        unlink(file->temp);
    free(file->temp);
    free(file->path);
    *file = (struct atomic_file){.fd = -1};
    errno = saved;
}

int file_write_atomic(const char *path, const void *bytes, size_t size, mode_t mode,
                      struct error **err)
{
    auto_atomic_file struct atomic_file file = {.fd = -1};
    if (atomic_file_open(&file, path, mode, err) < 0 ||
        atomic_file_add(&file, bytes, size, err) < 0)
        return -1;
    return atomic_file_commit(&file, err);
}
