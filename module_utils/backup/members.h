/*
 * The files of an archive or of a directory, in memory, before anybody knows what is in them. Where
 * names and numbers from outside are checked: no path leads anywhere, nothing is too much.
 */
#ifndef BACKUP_MEMBERS_H
#define BACKUP_MEMBERS_H

#include <stdbool.h>
#include <stddef.h>

#include "archive/tar_read.h"
#include "base/error.h"

#define BACKUP_MEMBERS_MAX 100000
#define BACKUP_OBJECT_MAX  ((size_t)16 << 20) /* bytes of one object file */
#define BACKUP_MANIFEST_MAX                                                                        \
    ((size_t)256 << 20) /* of the manifest, which grows with their number                          \
                         */
#define BACKUP_TOTAL_MAX ((size_t)1 << 30)

extern const struct tar_limits backup_limits;

struct backup_member {
    char *path;  /* owned: relative, plain */
    char *bytes; /* owned, NUL-terminated; secret */
    size_t size;
};

struct backup_members {
    struct backup_member *items; /* owned; in the order of the archive or of the names */
    size_t count, room;
};

void backup_members_clear(struct backup_members *members);
#define auto_backup_members cleanup_with(backup_members_clear)

/* Adds the files in BYTES, a tar archive or a gzipped one. ERROR_PARSE for anything else, and for
 * what is damaged, cut off, too large, or leads out of the archive. */
int backup_members_unpack(struct backup_members *members, const void *bytes, size_t size,
                          struct error **err) must_check;

/* Adds the files in the directory PATH. As with clusterctl a directory in it is an error; so is
 * everything else that is no file. */
int backup_members_list(struct backup_members *members, const char *path, struct error **err)
    must_check;

/* Only MANIFEST.json, which has to come first: owned bytes, NULL without error when the archive
 * begins with something else. */
char *backup_members_manifest(const void *bytes, size_t size, size_t *length, struct error **err)
    must_check;

/* Wipes and frees the bytes of a member that is done with. */
void backup_member_drop(struct backup_member *member);

#endif
