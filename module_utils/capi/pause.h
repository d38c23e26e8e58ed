/*
 * Pausing Clusters and ClusterClasses for the time of a backup, such that no pause outlives it:
 * a journal is on the disk before the first patch, each pause names its run on the object, and
 * whoever comes next resumes what a dead run has left.
 */
#ifndef CAPI_PAUSE_H
#define CAPI_PAUSE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/strv.h"
#include "capi/graph.h"
#include "capi/kinds.h"
#include "kube/client.h"

struct capi_pause {
    struct kube_client *client;     /* borrowed */
    const struct capi_kinds *kinds; /* borrowed */
    char *journal;                  /* owned: path of the journal */
    char *run_id;                   /* owned */
    json_t
        *entries; /* owned list of {group, kind, version, namespace, name, uid}: ours to resume */
};

/* RUN_ID is new for every run. Nothing is read or written yet. */
void capi_pause_init(struct capi_pause *pause, struct kube_client *client,
                     const struct capi_kinds *kinds, const char *state_dir, const char *run_id);
void capi_pause_clear(struct capi_pause *pause);
#define auto_capi_pause cleanup_with(capi_pause_clear)

/*
 * Pauses the Clusters, then the ClusterClasses of GRAPH that are selected and not paused: the
 * journal first. Then waits up to TIMEOUT_MS until those whose kind reports it say that they have
 * noticed; who does not in time adds a warning. On failure what was paused stays in entries: call
 * capi_pause_resume, whatever happened.
 */
int capi_pause_all(struct capi_pause *pause, const struct capi_graph *graph, long long timeout_ms,
                   struct strv *warnings, struct error **err) must_check;

/* Resumes what this run has paused, ClusterClasses first, also after a signal, and removes the
 * journal when all of it is done. RESUMED gets labels. */
int capi_pause_resume(struct capi_pause *pause, struct strv *resumed, struct error **err)
    must_check;

/*
 * Repairs what dead runs have left: the entries of a journal, and with NAMESPACES every Cluster and
 * ClusterClass there whose annotation names a run; only those that still carry it. An entry whose
 * pause is somebody else's is dropped. With DRY nothing is written. RESUMED gets labels, also with
 * DRY. Removes the journal.
 */
int capi_pause_repair(struct capi_pause *pause, const struct strv *namespaces, bool dry,
                      struct strv *resumed, struct error **err) must_check;

#endif
