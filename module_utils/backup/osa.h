/*
 * What the scripts of OpenStack-Ansible keep beside the objects: the credentials of each cluster as
 * two text files, and the names of the clusters. Written for its import script, and read from the
 * archives of its export script.
 */
#ifndef BACKUP_OSA_H
#define BACKUP_OSA_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "backup/draft.h"
#include "base/error.h"
#include "capi/node.h"

struct backup_osa;

struct backup_osa *backup_osa_new(void) must_check;
void backup_osa_free(struct backup_osa *osa);
define_cleanup(backup_osa, struct backup_osa *, backup_osa_free)
#define auto_backup_osa cleanup_with(backup_osa_cleanup)

/* Notes NODE when it is a Cluster or the credentials of one. Its text must still be there. */
int backup_osa_note(struct backup_osa *osa, const struct capi_node *node, struct error **err)
    must_check;
/* Adds the files to DRAFT. The script knows one namespace: where clusters are in several, those of
 * magnum-system alone. */
void backup_osa_files(struct backup_osa *osa, struct backup_draft *draft);

/* ---- reading */

/* True for the three names: cluster-names.txt, cacert-*.txt, clouds-yaml-*.txt. */
bool backup_osa_is_file(const char *name);

/* Keeps the content of such a file. */
void backup_osa_read(struct backup_osa *osa, const char *name, const void *bytes, size_t size);

/* The name of the Nth cluster that has files, borrowed, or NULL after the last. */
const char *backup_osa_cluster(const struct backup_osa *osa, size_t index);

/*
 * The Secret that the files of CLUSTER were made from, in NAMESPACE: type Opaque, label
 * cluster-uuid when UUID is not NULL, no uid. An empty cacert stands for none, as the script writes
 * an empty file for a missing key. NULL when there are no clouds.
 */
json_t *backup_osa_secret(const struct backup_osa *osa, const char *cluster, const char *namespace_,
                          const char *uuid) must_check;

#endif
