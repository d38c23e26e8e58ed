/* What the files of capi/snapshot.h share: reading many lists at a time. */
#ifndef CAPI_SNAPSHOT_PRIV_H
#define CAPI_SNAPSHOT_PRIV_H

#include "capi/snapshot.h"

/* How lists are read, and what becomes of their items. */
struct snapshot_walk {
    struct capi_snapshot *snapshot;
    bool metadata; /* ask for metadata alone */
    bool changed;  /* only lists that are marked as changed, or were never read */
    /* One item, which may be changed. */
    int (*item)(struct snapshot_walk *walk, size_t list, json_t *item, struct error **err);
    /* List LIST expired: it is read from its start again. */
    void (*restart)(struct snapshot_walk *walk, size_t list);
    void *context;

    size_t done, known; /* objects; known counts what lists still announce */
};

int snapshot_walk(struct snapshot_walk *walk, struct error **err) must_check;

#endif
