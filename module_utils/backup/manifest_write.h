/*
 * The text of MANIFEST.json in the making. Its entries of objects are text from the start: as
 * values those of a large cluster would take more memory than the objects themselves.
 */
#ifndef BACKUP_MANIFEST_WRITE_H
#define BACKUP_MANIFEST_WRITE_H

#include <jansson.h>

#include "backup/draft.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/strv.h"
#include "capi/node.h"

/* Adds what the manifest says of NODE, saved as FILE with the changes MODIFIED, to ENTRIES. */
int backup_manifest_add(struct buf *entries, const struct capi_node *node,
                        const struct backup_file *file, const struct strv *modified,
                        struct error **err) must_check;

/* Adds the manifest to OUT: HEAD, an object without the key objects, and ENTRIES under that key;
 * keys are sorted. */
int backup_manifest_write(struct buf *out, const json_t *head, const struct buf *entries,
                          struct error **err) must_check;

#endif
