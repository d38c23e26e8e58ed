/* What the files of backup/store share. */
#ifndef BACKUP_STORE_PRIV_H
#define BACKUP_STORE_PRIV_H

#include "backup/store.h"

/* An ERROR_IO of errno about the file NAME in the directory. Returns -1. */
int backup_store_fail(const struct backup_store *store, const char *name, const char *what,
                      struct error **err);

#endif
