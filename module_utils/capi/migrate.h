/*
 * Storage migration: objects that are stored in an old version of their definition are written
 * again, so that the definition may drop that version. As clusterctl 1.10 to 1.12 does.
 */
#ifndef CAPI_MIGRATE_H
#define CAPI_MIGRATE_H

#include <jansson.h>

#include "base/error.h"
#include "base/strv.h"
#include "kube/client.h"

/*
 * For each CustomResourceDefinition among OBJECTS (what is going to be installed): when the one in
 * the cluster remembers other storage versions than its present one, all objects are listed in
 * that and put back as they are, then the memory is cleared. LOG gets clusterctl's lines. *count
 * grows by the number of definitions that were, or in a dry run would be, migrated.
 *
 * ERROR_USAGE "unable to upgrade CRD "<n>" because the new CRD does not contain the storage version
 * …" before anything of it is written; "failed to migrate <ns>/<name>: …"; "failed to update
 * status.storedVersions for CRD "<n>": …".
 */
int capi_migrate(struct kube_client *client, const json_t *objects, struct strv *log, size_t *count,
                 struct error **err) must_check;

/* The pure part: 1 when the definition CURRENT has to be migrated before WANTED can replace it,
 * with *version borrowed from CURRENT; 0 when not; -1. */
int capi_migrate_needed(const json_t *current, const json_t *wanted, const char **version,
                        struct error **err) must_check;

#endif
