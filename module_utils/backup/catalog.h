/*
 * Which archives are in a directory, and what their manifests say.
 */
#ifndef BACKUP_CATALOG_H
#define BACKUP_CATALOG_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "backup/retention.h"
#include "base/error.h"
#include "crypto/cms.h"

struct backup_archive {
    char *name; /* owned */
    time_t time;
    bool encrypted;
    long long size;
    enum backup_consistent consistent;
    char *content_sha256; /* owned, or NULL */
    long long objects;    /* -1: not known */
    char *problem;        /* owned: why nothing of this is known, or NULL */
};

struct backup_catalog {
    struct backup_archive *items; /* owned; newest first */
    size_t count;
};

/*
 * Lists the archives in PATH whose names begin with PREFIX: regular files only. Their manifests are
 * read with KEYS, which may be NULL; an archive without one counts as consistent, as clusterctl and
 * the scripts of OpenStack-Ansible make no other ones. A directory that is missing holds none.
 */
int backup_catalog_read(struct backup_catalog *catalog, const char *path, const char *prefix,
                        const struct cms_keys *keys, struct error **err) must_check;
void backup_catalog_clear(struct backup_catalog *catalog);
#define auto_backup_catalog cleanup_with(backup_catalog_clear)

/* The newest that is known to be consistent, else NULL. */
const struct backup_archive *backup_catalog_latest(const struct backup_catalog *catalog);

/* [{name, created, size, encrypted, consistent, objects, content_sha256, problem}]. New. */
json_t *backup_catalog_json(const struct backup_catalog *catalog) must_check;

/*
 * The names that KEEP would remove, added to NAMES. FRESH is the one just written or about to be,
 * or NULL. Where CATALOG has read it, that counts: what nobody here can open is not known to be
 * consistent, whoever wrote it.
 */
void backup_catalog_prune(const struct backup_catalog *catalog, const struct backup_keep *keep,
                          const struct backup_age *fresh, struct strv *names);

#endif
