/*
 * What several states do with the directory of archives: find the latest, add one, remove old ones.
 */
#ifndef CAPI_BACKUP_ARCHIVES_H
#define CAPI_BACKUP_ARCHIVES_H

#include <stdbool.h>
#include <time.h>

#include "backup/catalog.h"
#include "backup/draft.h"
#include "backup/store.h"
#include "base/error.h"
#include "base/strv.h"
#include "capi_backup/keys.h"
#include "capi_backup/state.h"

/* The owner, group and mode of archives: by default group "backups" where root finds it. */
int cb_owner(const struct cb_args *args, struct backup_owner *out, struct error **err) must_check;

/* Whether archives may be in PATH at all. */
bool cb_is_folder(const char *path);

/* The path that src names, "latest" looked up; owned. ERROR_NOT_FOUND. */
char *cb_source_path(const struct cb_args *args, const struct cb_keys *keys, struct error **err)
    must_check;

/* Where old archives are removed. */
struct cb_pruning {
    struct backup_store *store; /* locked; NULL: only to say which ones */
    const struct cb_keys *keys;
    const struct backup_age *fresh; /* stays; may be NULL */
};

/* Removes what the options do not keep. Names go to REMOVED. */
int cb_prune(const struct cb_args *args, const struct cb_pruning *pruning, struct strv *removed,
             struct error **err) must_check;

/* What an archive is about to be written with. */
struct cb_writing {
    struct backup_store *store; /* locked */
    const struct cb_recipients *recipients;
    const struct cb_keys *keys; /* to prove that it can be decrypted, where that is possible */
    const char *run_id;
    time_t time;
};

/*
 * Packs DRAFT, encrypts and signs it as the options ask, writes it, reads it again and checks it.
 * The bytes of the draft are used up. Adds "archive" to the result. Its name, owned.
 */
char *cb_write(struct cb *cb, struct backup_draft *draft, const struct cb_writing *writing,
               struct error **err) must_check;

/* "archive" of the result: of a file that is there. */
json_t *cb_archive_json(const char *path, size_t size, const char *sha256, bool encrypted,
                        const json_t *manifest) must_check;

#endif
