/*
 * The objects of a backup: read, decided on, and read again until nothing has moved meanwhile.
 * Writes nothing to the cluster and nothing to the disk.
 */
#ifndef CAPI_BACKUP_EXPORT_H
#define CAPI_BACKUP_EXPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/strv.h"
#include "capi/graph.h"
#include "capi/kinds.h"
#include "capi/select.h"
#include "capi/snapshot.h"
#include "capi_backup/progress.h"
#include "capi_backup/state.h"

struct export
{
    struct cb *cb; /* borrowed */
    struct capi_kinds kinds;
    struct capi_graph graph;
    struct capi_snapshot snapshot;
    struct capi_select_options select;
    struct progress progress;
    long long deadline; /* of the whole run */
    bool heads;         /* Clusters and ClusterClasses alone */
    unsigned rounds;
    size_t unready; /* clusters */
    size_t groups;
    bool consistent;
    struct strv moved; /* what still moved when patience was at its end */
};

/* Connects. Nothing is read yet. */
int export_init(struct export *export, struct cb *cb, struct error **err) must_check;
void export_clear(struct export *export);

/* Learns the kinds. */
int export_prepare(struct export *export, struct error **err) must_check;

/* Reads Clusters and ClusterClasses alone, to be paused or resumed. */
int export_read_heads(struct export *export, struct error **err) must_check;

/*
 * Reads and decides; with COMPARE until a second look finds nothing changed. ERROR_STATUS when
 * things still move after all retries, unless allow_inconsistent; for a cluster that is not ready
 * with readiness: strict; ERROR_TIMEOUT.
 */
int export_read(struct export *export, bool compare, struct error **err) must_check;

#endif
