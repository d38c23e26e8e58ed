/*
 * Files that appear whole or not at all: written beside their place, flushed, then renamed.
 */
#ifndef FS_ATOMIC_H
#define FS_ATOMIC_H

#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"

/*
 * Writes SIZE bytes to PATH with the permission bits MODE (the umask does not matter). A file that
 * is there is replaced, a symbolic link too, not what it points to. On failure (ERROR_IO) the old
 * file is untouched and nothing is left behind. What a writer of the same file left when it was
 * killed is removed by the next one.
 */
int file_write_atomic(const char *path, const void *bytes, size_t size, mode_t mode,
                      struct error **err) must_check;

/* The same in steps, for content that comes in pieces. */
struct atomic_file {
    int fd;     /* open for writing, locked (flock), -1 when closed */
    char *path; /* owned; the place it will take */
    char *temp; /* owned; where it is until then */
};

int atomic_file_open(struct atomic_file *file, const char *path, mode_t mode, struct error **err)
    must_check;
int atomic_file_add(struct atomic_file *file, const void *bytes, size_t size, struct error **err)
    must_check;
/* The file takes its place. Whatever comes of it, FILE is clear afterwards. */
int atomic_file_commit(struct atomic_file *file, struct error **err) must_check;
/* Removes what was written; harmless after commit and on a zeroed struct with fd -1. */
void atomic_file_abort(struct atomic_file *file);
#define auto_atomic_file cleanup_with(atomic_file_abort)

/*
 * Brings the name of PATH to the disk, for those who rename a flushed file themselves: until the
 * directory is flushed, the name can be gone after a crash. ERROR_IO.
 */
int file_flush_parent(const char *path, struct error **err) must_check;

#endif
