/*
 * Keeping Cluster API still while a backup is read, and taking back whatever was done for it: by
 * this run, or by one that died.
 */
#ifndef CAPI_BACKUP_QUIESCE_H
#define CAPI_BACKUP_QUIESCE_H

#include "base/error.h"
#include "base/strv.h"
#include "capi/pause.h"
#include "capi_backup/export.h"
#include "capi_backup/state.h"

struct quiesce {
    struct cb *cb; /* borrowed */
    struct capi_pause pause;
    int lock;            /* of the state directory; -1: not held */
    struct strv resumed; /* labels of what was paused by dead runs, or is to be resumed */
};

/* RUN_ID is copied; KINDS have to outlive it. */
void quiesce_init(struct quiesce *quiesce, struct cb *cb, const struct capi_kinds *kinds,
                  const char *run_id);
/* Lets go of the lock; resumes nothing. */
void quiesce_clear(struct quiesce *quiesce);

/* Waits up to lock_timeout for other runs that pause on this host. ERROR_TIMEOUT. In check mode it
 * waits as long, but does not take the lock. */
int quiesce_lock(struct quiesce *quiesce, struct error **err) must_check;

/* Resumes what is in the journal of a dead run. Nothing happens when there is none, or when its run
 * is alive. */
int quiesce_repair(struct quiesce *quiesce, struct error **err) must_check;
/* Resumes what in GRAPH was left paused by dead runs. */
int quiesce_repair_graph(struct quiesce *quiesce, const struct capi_graph *graph,
                         struct error **err) must_check;

/* Pauses: the lock first. Whatever comes of it, call quiesce_end. */
int quiesce_begin(struct quiesce *quiesce, struct error **err) must_check;
/* Resumes what this run has paused, also after a signal. */
int quiesce_end(struct quiesce *quiesce, struct error **err) must_check;

#endif
