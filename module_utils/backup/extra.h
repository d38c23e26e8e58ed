/*
 * What a cluster holds beyond an archive: live objects that belong to Clusters of it, and that it
 * does not know. Reads metadata alone.
 */
#ifndef BACKUP_EXTRA_H
#define BACKUP_EXTRA_H

#include <jansson.h>

#include "backup/restore.h"
#include "base/error.h"

/*
 * Adds {kind, namespace, name, verdict: "extra"} to LIST for each of them. Looks through the kinds
 * and namespaces of the items of RESTORE, which has looked at what is there. An object belongs to
 * a Cluster of the archive by its label cluster.x-k8s.io/cluster-name, or by an owner that the
 * archive knows.
 */
int backup_extra(const struct backup_restore *restore, json_t *list, struct error **err) must_check;

#endif
