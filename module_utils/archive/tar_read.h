/*
 * Reading a tar archive, by libarchive: ustar, pax, GNU and old tar, files and
 * directories. What cannot be a backup is refused: links, devices, sparse files, names twice,
 * more than the limits.
 */
#ifndef ARCHIVE_TAR_READ_H
#define ARCHIVE_TAR_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/stream.h"

struct tar_limits {
    size_t members;
    size_t member_bytes;
    size_t total_bytes; /* of the contents of all members */
};

/* Borrowed for the call that gets it. */
struct tar_member {
    const char *path; /* as written there, without "./" before and "/" behind ("." for "./"); UTF-8.
                         Whether it stays below a directory is for the receiver to check */
    bool directory;
    mode_t mode; /* permissions */
    const char *bytes;
    size_t length;
};

/* What is called for each member; -1 ends the reading with that error. */
typedef int (*tar_visit)(void *context, const struct tar_member *member, struct error **err);

/*
 * Gives every member of the archive that SOURCE gives to VISIT in order, and reads SOURCE to its
 * end. ERROR_PARSE: no tar, damaged, cut off, or something that is refused; the message names the
 * member. An archive without members is refused too. Errors of SOURCE as they are.
 */
int tar_read_source(const struct source *source, const struct tar_limits *limits, tar_visit visit,
                    void *context, struct error **err) must_check;
/* The same for an archive in memory. */
int tar_read(const void *bytes, size_t length, const struct tar_limits *limits, tar_visit visit,
             void *context, struct error **err) must_check;

#endif
