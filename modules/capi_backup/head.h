/*
 * What a manifest says beside its objects: the server, providers, kinds, namespaces, clusters, and
 * what does not travel. Never a value of an object.
 */
#ifndef CAPI_BACKUP_HEAD_H
#define CAPI_BACKUP_HEAD_H

#include <jansson.h>
#include <time.h>

#include "capi_backup/export.h"

/* All of a manifest but format, objects and content_sha256. New; NULL with an error. */
json_t *head_new(struct export *export, const char *run_id, time_t now, struct error **err)
    must_check;

/* Adds clusters, counts, left_out, rounds and consistent to RESULT ("skipped" means a task to
 * Ansible). */
void head_result(const struct export *export, json_t *result);

#endif
