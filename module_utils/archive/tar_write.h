/*
 * Writing a tar archive piece by piece, by libarchive: ustar, with pax headers only for what does
 * not fit. The same members give the same bytes: everything belongs to uid and gid 0, has no names
 * of users, and the one time that the writer was given.
 */
#ifndef ARCHIVE_TAR_WRITE_H
#define ARCHIVE_TAR_WRITE_H

#include <stddef.h>
#include <sys/types.h>
#include <time.h>

#include "base/error.h"
#include "base/stream.h"

struct tar_writer;

/* The archive goes to OUT, copied, whose context has to outlive the writer. MTIME is the time of
 * all members. */
struct tar_writer *tar_writer_new(const struct sink *out, time_t mtime) must_check;
void tar_writer_free(struct tar_writer *writer);
define_cleanup(tar_writer, struct tar_writer *, tar_writer_free)
#define auto_tar_writer cleanup_with(tar_writer_cleanup)

/* Adds a regular file. PATH is ASCII, of any length. ERROR_IO, or what the sink says. */
int tar_writer_file(struct tar_writer *writer, const char *path, mode_t mode, const void *bytes,
                    size_t length, struct error **err) must_check;
/* Adds a directory, which has to come before what is in it. */
int tar_writer_directory(struct tar_writer *writer, const char *path, mode_t mode,
                         struct error **err) must_check;
/* Writes the end. Nothing may be added afterwards. */
int tar_writer_finish(struct tar_writer *writer, struct error **err) must_check;

#endif
