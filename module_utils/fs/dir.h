/*
 * Directories: make with parents, list, remove as a tree. Symbolic links below are never followed.
 */
#ifndef FS_DIR_H
#define FS_DIR_H

#include <sys/types.h>

#include "base/error.h"
#include "base/strv.h"

/*
 * Makes PATH and the parents that are missing, all with MODE (less the umask). A directory that is
 * there is left as it is; something else in the way is an ERROR_IO with code ENOTDIR.
 */
int dir_make(const char *path, mode_t mode, struct error **err) must_check;

/* Adds the names in PATH, without "." and "..", in the order of their bytes. ERROR_IO. */
int dir_list(const char *path, struct strv *names, struct error **err) must_check;

/*
 * Removes PATH with all below it. A link is removed, not what it points to. Nothing there is
 * success. ERROR_IO names the entry that could not be removed.
 */
int dir_remove(const char *path, struct error **err) must_check;

#endif
