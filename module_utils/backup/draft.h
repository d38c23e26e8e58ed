/*
 * An archive in the making: the bytes of its files and its manifest. Knows no tar and no disk.
 */
#ifndef BACKUP_DRAFT_H
#define BACKUP_DRAFT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "base/buf.h"
#include "base/error.h"
#include "capi/graph.h"

#define BACKUP_FORMAT    "capi-backup/1"
#define BACKUP_DIRECTORY "cluster-api-backup" /* the folder of object files, as OSA names it */
#define BACKUP_MANIFEST  "MANIFEST.json"
#define BACKUP_SUMS      "SHA256SUMS"

/* One file of the folder. */
struct backup_file {
    char *name;  /* owned; without the folder */
    char *bytes; /* owned; secret */
    size_t size;
    char sha256[65];
};

struct backup_draft {
    json_t *manifest;   /* owned; all of it but the entries of objects */
    struct buf entries; /* those, as text (backup/manifest_write.h) */
    struct backup_file *files;
    size_t count;
    size_t room;
};

void backup_draft_init(struct backup_draft *draft);
/* Wipes the bytes. */
void backup_draft_clear(struct backup_draft *draft);
#define auto_backup_draft cleanup_with(backup_draft_clear)

/*
 * Makes the files of NODES, COUNT selected and placed ones in any order, and completes the manifest
 * HEAD, an object with everything but format, objects and content_sha256. Sorts NODES by
 * capi_node_compare. The text of each node is used up and freed: two copies of everything would be
 * in memory otherwise. With OSA also the files that OpenStack-Ansible's import script wants.
 */
int backup_draft_fill(struct backup_draft *draft, struct capi_node **nodes, size_t count,
                      json_t *head_take, bool osa, struct error **err) must_check;

/* Bytes of all files. */
size_t backup_draft_size(const struct backup_draft *draft);

/* Adds the text of MANIFEST.json to OUT. */
int backup_draft_manifest(const struct backup_draft *draft, struct buf *out, struct error **err)
    must_check;

/* The text of SHA256SUMS for the manifest's MANIFEST_BYTES and all files, owned. */
char *backup_draft_sums(const struct backup_draft *draft, const char *manifest_bytes,
                        size_t manifest_size) must_check;

/* What content_sha256 is made of for one object, beside whether it was paused: VALUE without what
 * changes by itself, as canonical JSON, added to OUT. VALUE is changed. */
int backup_content(json_t *value, struct buf *out, struct error **err) must_check;

/* Adds a file; the bytes are taken. For backup/osa.c. */
struct backup_file *backup_draft_add_take(struct backup_draft *draft, const char *name,
                                          struct buf *bytes_take);

#endif
