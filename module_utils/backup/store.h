/*
 * The directory of archives: one run at a time, and every archive whole, verified and in its place,
 * or not there at all.
 */
#ifndef BACKUP_STORE_H
#define BACKUP_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <time.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/stream.h"
#include "base/strv.h"

#define BACKUP_SHA256    ".sha256"
#define BACKUP_SIGNATURE ".sig"

/* Who files belong to. */
struct backup_owner {
    uid_t uid; /* (uid_t)-1: as it comes */
    gid_t gid; /* (gid_t)-1 */
    mode_t mode;
};

/* Looks the names up; NULL: as it comes. ERROR_USAGE names the one that the host does not know. */
int backup_owner_find(const char *owner, const char *group, struct backup_owner *out,
                      struct error **err) must_check;
/* The gid of the group, or (gid_t)-1. */
gid_t backup_group_find(const char *group);

struct backup_store {
    char *path; /* owned */
    int fd;     /* the directory */
    int lock;   /* -1: not locked */
};

/*
 * Opens the directory PATH, which must not be a symbolic link. With MAKE it is made, 0750 and of
 * OWNER's group, when it is missing, with its parents, 0755; OWNER may be NULL. ERROR_IO.
 */
int backup_store_open(struct backup_store *store, const char *path, bool make,
                      const struct backup_owner *owner, struct error **err) must_check;
void backup_store_close(struct backup_store *store);
#define auto_backup_store cleanup_with(backup_store_close)

/* Waits up to TIMEOUT_MS for other runs and then has the directory to itself until it is closed;
 * removes what a killed run has left. ERROR_TIMEOUT. */
int backup_store_lock(struct backup_store *store, long long timeout_ms, const char *prefix,
                      struct error **err) must_check;

struct backup_write {
    const char *prefix;
    const char *run_id; /* in the name of the temporary file */
    time_t time;
    bool encrypted;
    bool compat; /* also as PREFIX.tar.gz, where OpenStack-Ansible's script looks; else what was
                    there before is left to its age under the name of its time alone */
    struct backup_owner owner;
    size_t expected; /* bytes, about: what room has to be there for */
    /* Gives the archive to OUT. */
    int (*produce)(void *context, const struct sink *out, struct error **err);
    /* Called with what was read back from the disk; may be NULL, may fill in the signature. */
    int (*check)(void *context, const void *bytes, size_t size, struct error **err);
    void *context;               /* of both */
    const struct buf *signature; /* empty or NULL: none */
};

/* An archive that was written. */
struct backup_written {
    char *name; /* owned */
    size_t size;
    char sha256[65];
};

void backup_written_clear(struct backup_written *written);
#define auto_backup_written cleanup_with(backup_written_clear)

/*
 * Writes one archive with its sidecars into the locked STORE, reads it again, lets it be checked,
 * and gives it its name only then. On failure what was there before is there as it was; where only
 * the name for OpenStack-Ansible could not be given or taken the new archive stays too. ERROR_IO,
 * code ENOSPC before anything is written when there is no room for it.
 */
int backup_store_write(struct backup_store *store, const struct backup_write *write,
                       struct backup_written *written, struct error **err) must_check;

/* Removes an archive with its sidecars. */
int backup_store_remove(struct backup_store *store, const char *name, struct error **err)
    must_check;

#endif
