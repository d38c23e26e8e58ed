/*
 * Waiting until restored clusters work again.
 */
#ifndef CAPI_BACKUP_WAIT_H
#define CAPI_BACKUP_WAIT_H

#include "backup/restore.h"
#include "base/error.h"
#include "capi_backup/state.h"

/* Until every Cluster that was resumed is available, by its condition Available (v1beta2), Ready
 * (v1beta1) or, where it reports neither, until its infrastructure is ready. ERROR_TIMEOUT names
 * those that are not. */
int cb_wait_for_clusters(struct cb *cb, const struct backup_restore *restore, struct error **err)
    must_check;

#endif
