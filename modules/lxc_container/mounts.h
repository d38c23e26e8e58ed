/*
 * What is mounted in a folder: who removes the folder would empty that too, or is held up by it.
 */
#ifndef LXC_CONTAINER_MOUNTS_H
#define LXC_CONTAINER_MOUNTS_H

#include "base/error.h"
#include "base/strv.h"

/* Adds the places at and below DIRECTORY, which may be reached through links, where a file system
 * is mounted, in the order of mounting; none of the type BUT, which may be NULL. Nothing where
 * there is no DIRECTORY. ERROR_IO. */
int mounts_in(const char *directory, const char *but, struct strv *places, struct error **err)
    must_check;

/* Pure: the same from the text of /proc/self/mountinfo, for a DIRECTORY without links. */
void mounts_read(const char *text, const char *directory, const char *but, struct strv *places);

/* Unmounts what is mounted below DIRECTORY, which may be reached through links. ERROR_IO. */
int mounts_remove(const char *directory, struct error **err) must_check;

#endif
