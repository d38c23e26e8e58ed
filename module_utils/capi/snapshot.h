/*
 * Reading the objects of a management cluster: every list in pages, several lists at a time over
 * one connection, each page dropped when its nodes are made. And asking again, by metadata alone,
 * whether something has changed since. Writes nothing.
 */
#ifndef CAPI_SNAPSHOT_H
#define CAPI_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/strv.h"
#include "capi/graph.h"
#include "capi/kinds.h"
#include "capi/select.h"
#include "kube/client.h"

/* Told while objects arrive: how many were read, and of how many as far as the lists say. */
typedef void (*capi_progress)(void *context, size_t done, size_t known);

/* One collection that is read. */
struct capi_list {
    const struct capi_kind *kind; /* borrowed */
    char *namespace_;             /* owned; "" for all, or a cluster-scoped kind */
    char *name;                   /* owned: of a single wanted object, or NULL */
    char *selector;               /* owned: of labels, or NULL */
    char *version;                /* owned: resourceVersion of the list */
    enum capi_why why;            /* NONE; EXTRA for what the user named */
    bool provider; /* Secrets of a provider's namespace: a refusal is a warning only */
    bool refused;  /* it was */
    bool changed;  /* found by capi_snapshot_compare */
    bool read;
    size_t found;
};

struct capi_snapshot {
    struct kube_client *client;     /* borrowed */
    const struct capi_kinds *kinds; /* borrowed; must not grow any more: nodes point into it */
    struct capi_graph *graph;       /* borrowed */
    struct capi_list *lists;        /* owned */
    size_t count;
    json_t *providers; /* owned list of the Provider objects */
    bool all;          /* all namespaces are read */
    struct strv warnings;
    capi_progress progress; /* may be NULL */
    void *context;          /* for progress */
};

void capi_snapshot_init(struct capi_snapshot *snapshot, struct kube_client *client,
                        const struct capi_kinds *kinds, struct capi_graph *graph);
void capi_snapshot_clear(struct capi_snapshot *snapshot);

/* Names the lists: every kind in every one of NAMESPACES (none: all), Secrets of the
 * namespaces of infrastructure providers too. Reads the Provider objects. */
int capi_snapshot_plan(struct capi_snapshot *snapshot, const struct strv *namespaces,
                       struct error **err) must_check;
/*
 * Adds the list of something that is wanted: TARGET by name, else what fits SELECTOR (NULL: all of
 * the kind). 1 when it was added; 0 when it is read anyway, so that it cannot be there; -1 with
 * ERROR_NOT_FOUND when its kind is not among the kinds.
 */
int capi_snapshot_want(struct capi_snapshot *snapshot, const struct capi_target *target,
                       const char *selector, enum capi_why why, struct error **err) must_check;

/* Reads the lists that were not read yet, or that have changed, into the graph. */
int capi_snapshot_read(struct capi_snapshot *snapshot, struct error **err) must_check;

/* Lists the metadata again and marks the lists in which a selected object changed, vanished, or an
 * object is new. Adds one line for each difference to DIFFERENCES. 1 when something changed, 0, -1.
 */
int capi_snapshot_compare(struct capi_snapshot *snapshot, struct strv *differences,
                          struct error **err) must_check;

#endif
