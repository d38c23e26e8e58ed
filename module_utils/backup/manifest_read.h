/*
 * The text of MANIFEST.json as a value: an object of our format, with the lists objects and crds.
 * ERROR_PARSE says where it is none. What is in it is for backup/contents.h and backup/sums.h.
 */
#ifndef BACKUP_MANIFEST_READ_H
#define BACKUP_MANIFEST_READ_H

#include <jansson.h>
#include <stddef.h>

#include "base/error.h"

/* Owned. A name twice is an error. */
json_t *backup_manifest_read(const char *bytes, size_t size, struct error **err) must_check;

/* The same without the entries of objects, which are counted only: as values those of a large
 * cluster take more memory than a backup of it. */
json_t *backup_manifest_glance(const char *bytes, size_t size, size_t *objects, struct error **err)
    must_check;

#endif
