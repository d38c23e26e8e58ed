/*
 * An archive or a directory on the disk as members in memory: read, its signature verified,
 * decrypted, unpacked.
 */
#ifndef BACKUP_SOURCE_H
#define BACKUP_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "backup/members.h"
#include "base/error.h"
#include "crypto/cms.h"

struct backup_source_options {
    const struct cms_keys *keys; /* borrowed or NULL */
    const char *authorities;     /* PEM, borrowed; NULL: signatures are not looked at */
};

struct backup_source {
    char *path;     /* owned */
    bool directory; /* no digest and no size then */
    bool encrypted;
    bool is_signed; /* and the signature was verified */
    size_t size;
    char sha256[65];
};

/* ERROR_IO, ERROR_AUTH for keys and signatures, ERROR_PARSE for what is no archive. The sidecar
 * with the digest, when there is one, must agree. */
int backup_source_read(struct backup_source *source, const char *path,
                       const struct backup_source_options *options, struct backup_members *members,
                       struct error **err) must_check;
void backup_source_clear(struct backup_source *source);
#define auto_backup_source cleanup_with(backup_source_clear)

/* The bytes of the file PATH, decrypted when they have to be. *encrypted may be NULL. */
int backup_source_bytes(const char *path, const struct cms_keys *keys, struct buf *out,
                        bool *encrypted, struct error **err) must_check;

#endif
