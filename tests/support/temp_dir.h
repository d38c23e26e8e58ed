/*
 * A directory of its own for each test, removed afterwards: setup and teardown for cmocka. *state
 * is its path.
 */
#ifndef SUPPORT_TEMP_DIR_H
#define SUPPORT_TEMP_DIR_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

static inline maybe_unused int temp_dir_make(void **state)
{
    char *path = xstrdup("/tmp/mcapi-test.XXXXXX");
    *state = mkdtemp(path);
    return *state ? 0 : -1;
}

static inline int temp_dir_unlink(const char *path, const struct stat *status, int type,
                                  struct FTW *walk)
{
    (void)status;
    (void)walk;
    if (type == FTW_DNR)
        chmod(path, 0700);
    return remove(path);
}

static inline maybe_unused int temp_dir_remove(void **state)
{
    nftw(*state, temp_dir_unlink, 16, FTW_DEPTH | FTW_PHYS);
    free(*state);
    return 0;
}

/* "DIRECTORY/NAME", owned. */
static inline maybe_unused char *temp_path(void **state, const char *name)
{
    return xasprintf("%s/%s", (const char *)*state, name);
}

/* Writes TEXT to "DIRECTORY/NAME" and returns that path, owned. */
static inline maybe_unused char *temp_file(void **state, const char *name, const char *text)
{
    char *path = temp_path(state, name);
    FILE *file = fopen(path, "we");
    if (file) {
        fputs(text, file);
        fclose(file);
    }
    return path;
}

/* The same for when nobody needs the path. */
static inline maybe_unused void temp_put(void **state, const char *name, const char *text)
{
    free(temp_file(state, name, text));
}

#endif
