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
    json_t *entries;  /* owned list of {group, kind, namespace, name, uid, run, restoring?}: what to
                         resume, with restoring also from a restore */
    struct strv kept; /* labels of what stays paused, because a restore has paused it too */
};

/* "<host>:<seconds since 1970>:<process>-<random>": a new one, good as part of a file name; owned.
 */
char *capi_run_id_new(void) must_check;

/* Nothing is read or written yet. RUN_ID is copied. */
void capi_pause_init(struct capi_pause *pause, struct kube_client *client,
                     const struct capi_kinds *kinds, const char *state_dir, const char *run_id);
void capi_pause_clear(struct capi_pause *pause);

/*
 * Pauses the Clusters, then the ClusterClasses of GRAPH that are selected and neither paused nor
 * marked by a restore: the journal first. Then waits as capi_pause_await does. On failure what was
 * paused stays in entries: call capi_pause_resume, whatever happened.
 */
int capi_pause_all(struct capi_pause *pause, const struct capi_graph *graph, long long timeout_ms,
                   struct strv *warnings, struct error **err) must_check;

/*
 * Waits up to TIMEOUT_MS until those of WAITING, {label: path}, whose kind reports it say that they
 * have noticed. These are dropped from it, and who stays in it adds a warning.
 */
int capi_pause_await(struct kube_client *client, json_t *waiting, long long timeout_ms,
                     struct strv *warnings, struct error **err) must_check;

/*
 * Resumes the entries, ClusterClasses first, also after a signal: each only while its uid and its
 * annotation are still those of the entry. One that a restore has marked loses our annotation
 * alone, for its pause is the restore's; see kept. RESUMED gets labels of what was paused. Removes
 * the journal when nothing is left of it. With a dry-run client nothing is written, nor removed. On
 * failure the rest of the entries has been tried.
 */
int capi_pause_resume(struct capi_pause *pause, struct strv *resumed, struct error **err)
    must_check;

/* ---- what dead runs have left. Whoever calls these holds the lock of the state directory. */

/* Adds the entries of the journal: 1, 0 when there is none, -1 with ERROR_PARSE or ERROR_IO. */
int capi_pause_load(struct capi_pause *pause, struct error **err) must_check;

/*
 * Adds the Clusters and ClusterClasses of GRAPH whose annotation names a run that is dead: one of
 * this host (its lock is ours), or one that began more than MAX_AGE_S seconds ago. With FORCE: any.
 * Others are counted in *alive.
 */
void capi_pause_find(struct capi_pause *pause, const struct capi_graph *graph, long long max_age_s,
                     bool force, size_t *alive);

/* Adds NODE whatever paused it, with or without annotation, a restore too. */
void capi_pause_add(struct capi_pause *pause, const struct capi_node *node);

#endif
