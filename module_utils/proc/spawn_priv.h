/* What spawn.c (the parent) and child.c (from fork to exec) share. For room proc alone. */
#ifndef PROC_SPAWN_PRIV_H
#define PROC_SPAWN_PRIV_H

#include <sys/types.h>

#include "proc/spawn.h"

/* All descriptors are above 2 and close on exec; -1 = there is none. */
struct spawn_pipes {
    int input[2];
    int output[2];
    int error[2];
    int report[2];
};

/* Everything that the child needs, made before the fork: it must not allocate. */
struct spawn_image {
    const char *path;
    char *const *argv;
    char *const *env;
    const char *directory;
};

/* Returns the child's process id, or -1 with errno. */
pid_t child_start(const struct spawn_image *image, const struct spawn_pipes *pipes);

#endif
