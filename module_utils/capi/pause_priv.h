/* What the files of capi/pause.h share. */
#ifndef CAPI_PAUSE_PRIV_H
#define CAPI_PAUSE_PRIV_H

#include "capi/pause.h"

/* The path of an entry's object, owned; NULL when its kind is not known any more. */
char *capi_pause_path(const struct capi_pause *pause, const json_t *entry);
/* "Cluster ns/name", owned. */
char *capi_pause_label(const json_t *entry);
bool capi_pause_is_class(const json_t *entry);
/* Adds an entry for NODE that was paused by RUN; "" for somebody without annotation. */
void capi_pause_enter(struct capi_pause *pause, const struct capi_node *node, const char *run);

/* Writes the entries to the disk, in a way that survives a crash. */
int capi_pause_journal_write(const struct capi_pause *pause, struct error **err) must_check;
int capi_pause_journal_remove(const struct capi_pause *pause, struct error **err) must_check;

#endif
