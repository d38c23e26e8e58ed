/*
 * One task at a time for each container. liblxc protects single calls only, nothing between them.
 * The lock file is not liblxc's own: two opens of that in one process block each other.
 */
#ifndef LXC_CONTAINER_LOCK_H
#define LXC_CONTAINER_LOCK_H

#include "base/error.h"

struct lock {
    int fd;     /* -1: not held */
    char *path; /* owned */
};

/* The folder that holds lock files lies where everybody may write. ERROR_IO unless PATH is a folder
 * of our own that nobody else may write to. */
int lock_check_folder(const char *path, struct error **err) must_check;

/* Waits up to TIMEOUT_MS. ERROR_TIMEOUT when another run holds it, ERROR_INTERRUPTED, ERROR_IO. */
int lock_take(struct lock *lock, const char *lxcpath, const char *name, long long timeout_ms,
              struct error **err) must_check;
void lock_release(struct lock *lock);
/* The same, and the file goes: the container does not exist any more. */
void lock_remove(struct lock *lock);

#endif
