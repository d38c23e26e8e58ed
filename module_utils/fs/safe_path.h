/*
 * Files below a root directory whose names come from others: an archive, a manifest, a user of
 * another machine. Nothing outside of the root can be reached: no "..", no absolute path, no
 * symbolic link anywhere on the way.
 */
#ifndef FS_SAFE_PATH_H
#define FS_SAFE_PATH_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

struct safe_root {
    int fd;       /* the directory, or -1 */
    char *path;   /* owned; for messages */
    bool by_hand; /* walk part by part although the kernel could do it (openat2); for tests */
};

/* ERROR_IO. ROOT itself may be reached through links: the caller named it. */
int safe_root_open(struct safe_root *root, const char *path, struct error **err) must_check;
void safe_root_close(struct safe_root *root);
#define auto_safe_root cleanup_with(safe_root_close)

/*
 * Opens RELATIVE below ROOT with the FLAGS of open(2) (O_CLOEXEC is added) and MODE for O_CREAT.
 * Returns a descriptor that the caller owns, or -1: ERROR_USAGE for a name that is not safe, else
 * ERROR_IO (code ELOOP for a link on the way).
 */
int safe_root_file(const struct safe_root *root, const char *relative, int flags, mode_t mode,
                   struct error **err) must_check;

/* True for a relative path without empty, "." and ".." parts. */
bool safe_path_is_plain(const char *relative);

/* "ROOT/RELATIVE", owned; NULL with ERROR_USAGE when RELATIVE is not plain. Looks at names only:
 * links may still lead elsewhere, so open with safe_root_file. */
char *safe_path_join(const char *root, const char *relative, struct error **err) must_check;

#endif
