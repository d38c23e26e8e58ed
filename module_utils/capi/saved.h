/*
 * The copy of an object that an archive keeps: the body as read, but such that any restorer creates
 * it paused, attached to owners of the right version, and not left out. What differs from the body
 * is listed. Pure.
 */
#ifndef CAPI_SAVED_H
#define CAPI_SAVED_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/strv.h"
#include "capi/graph.h"

/*
 * Adds the bytes of the file of NODE, selected and placed, to OUT, "\n" included, and to MODIFIED
 * what was changed:
 *   "paused"                       spec.paused of a Cluster, the annotation of a ClusterClass
 *   "annotation:capi-backup/paused-by"   ours, dropped
 *   "label:clusterctl.cluster.x-k8s.io/move" added to extras and identities that nothing else moves
 *   "ownerReferences:<Kind>/<name>"      apiVersion became that of the owner's body
 *   "ownerReferences:-<Kind>/<name>"     dropped: the owner does not travel
 * OUT is untouched on failure.
 */
int capi_saved_copy(const struct capi_node *node, struct buf *out, struct strv *modified,
                    struct error **err) must_check;

/* True when nothing has to be changed: the file is the text of NODE and "\n". */
bool capi_saved_stays(const struct capi_node *node);

/* Whether the Cluster or ClusterClass was paused, and not by a backup or a restore: copies are
 * paused all. */
bool capi_saved_was_paused(const struct capi_node *node);

#endif
