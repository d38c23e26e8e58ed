/*
 * A small management cluster for tests of archives: a class, a cluster with its credentials, and a
 * machine, as nodes that are selected and placed.
 */
#ifndef UNIT_BACKUP_SAMPLE_H
#define UNIT_BACKUP_SAMPLE_H

#include "backup/draft.h"
#include "capi/graph.h"
#include "capi/kinds.h"

/* Where its objects are, and are created. */
#define SAMPLE_CLUSTERS "/apis/cluster.x-k8s.io/v1beta2/namespaces/magnum-system/clusters"
#define SAMPLE_MACHINES "/apis/cluster.x-k8s.io/v1beta2/namespaces/magnum-system/machines"
#define SAMPLE_SECRETS  "/api/v1/namespaces/magnum-system/secrets"

struct sample {
    struct capi_kinds kinds;
    struct capi_graph graph;
    struct capi_node **nodes; /* owned */
    size_t count;
};

void sample_init(struct sample *sample);
void sample_clear(struct sample *sample);
#define auto_sample cleanup_with(sample_clear)

/* A draft of it with everything that a manifest needs, made at CREATED. */
void sample_draft(struct sample *sample, struct backup_draft *draft, bool osa);

/* The packed archive of it, to be wiped by the caller. */
void sample_archive(struct buf *out, bool osa);

#endif
