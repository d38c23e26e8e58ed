/*
 * A restore without a restore: every object that the cluster lacks is given to the server in a dry
 * run, without its owners, whose uids cannot exist yet. Finds what schemas, quotas and webhooks
 * would refuse.
 */
#ifndef BACKUP_DRILL_H
#define BACKUP_DRILL_H

#include "backup/restore.h"

/* RESTORE has been looked at and planned. Adds to its problems. */
int backup_drill(struct backup_restore *restore, struct error **err) must_check;

#endif
