/* What the files of the preflight share. Each check adds to problems, and itself to checks. */
#ifndef BACKUP_PREFLIGHT_PRIV_H
#define BACKUP_PREFLIGHT_PRIV_H

#include "backup/restore_priv.h"

/* The check NAME was done: whether it added problems since there were BEFORE. */
void preflight_checked(struct backup_restore *restore, const char *name, size_t before);

/* Whether the account may do what the plan asks for. */
int preflight_access(struct backup_restore *restore, struct error **err) must_check;
/* Whether somebody answers for the webhooks of the providers, those that convert kinds of the
 * archive too; waits for them for a while. */
int preflight_webhooks(struct backup_restore *restore, struct error **err) must_check;
/* Whether Clusters that are created have all that they need, in the archive or in the cluster. */
int preflight_clusters(struct backup_restore *restore, struct error **err) must_check;
/* Whether the archive is too old. */
int preflight_age(struct backup_restore *restore, struct error **err) must_check;

#endif
