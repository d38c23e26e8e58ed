/*
 * What an archive says: its manifest, and its objects as nodes of a graph. Reads what we, what
 * clusterctl and what the scripts of OpenStack-Ansible write. Messages name files and places in
 * them, never what is written there.
 */
#ifndef BACKUP_CONTENTS_H
#define BACKUP_CONTENTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "backup/members.h"
#include "base/error.h"
#include "base/strv.h"
#include "capi/graph.h"
#include "capi/kinds.h"

struct backup_contents {
    json_t *manifest;               /* owned; NULL of a legacy archive, which has none */
    struct capi_kinds kinds;        /* of the manifest; core kinds alone of a legacy archive */
    const struct capi_kinds *known; /* borrowed: those that the objects were read with */
    struct capi_graph graph; /* linked; node->owner is the object's entry in the manifest, borrowed,
                                or NULL */
    size_t count;            /* objects */
    struct strv warnings;
};

struct backup_read_options {
    const struct capi_kinds *kinds; /* for a legacy archive: those of the cluster, must outlive the
                                       contents; NULL: none are known */
    bool ignore_unknown;            /* files that hold no objects */
};

/*
 * Reads MEMBERS, whose bytes are used up. ERROR_PARSE: a digest or the manifest does not fit, a
 * file is no object, an object lacks its kind or name, two objects have one uid or one name and are
 * not the same, a reference leads to an object without uid.
 */
int backup_contents_read(struct backup_contents *contents, struct backup_members *members,
                         const struct backup_read_options *options, struct error **err) must_check;
void backup_contents_clear(struct backup_contents *contents);
#define auto_backup_contents cleanup_with(backup_contents_clear)

/* The entry of NODE in the manifest, borrowed, or NULL. */
static inline const json_t *backup_entry(const struct capi_node *node)
{
    return node->owner;
}

/* What the manifest says of the Cluster NODE, borrowed, or NULL. */
const json_t *backup_cluster_entry(const struct backup_contents *contents,
                                   const struct capi_node *node);
/* Whether the Cluster NODE had been up when it was saved, and was to stay. One that never came up
 * has no kubeconfig yet; one that is being deleted loses what it needs piece by piece. */
bool backup_cluster_was_up(const struct backup_contents *contents, const struct capi_node *node);

#endif
