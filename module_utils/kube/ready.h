/*
 * When is an object ready? One predicate per kind, in a table; the rules and, where it has any,
 * the texts of kubectl 1.33 rollout status. Pure: looks at the object alone, waits for nothing.
 */
#ifndef KUBE_READY_H
#define KUBE_READY_H

#include <jansson.h>
#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"

enum kube_readiness {
    KUBE_READY,
    KUBE_NOT_READY, /* may become ready */
    KUBE_FAILED,    /* never will: a Job failed, a rollout exceeded its deadline */
};

/*
 * An annotation for the observed copy of a PersistentVolumeClaim, never sent to a server. That a
 * claim is Pending because its StorageClass binds on first use (WaitForFirstConsumer) cannot be
 * read from the claim: a caller who knows it puts this there, and Pending is then ready. Without
 * it a Pending claim is not ready.
 */
#define KUBE_FIRST_CONSUMER_MARK "mcapi.internal/wait-for-first-consumer"

/*
 * Judges OBJECT (NULL: it does not exist, not ready). GROUP ("" or NULL for the core group) and
 * KIND choose the row; a kind without row is ready when it exists and its
 * status.observedGeneration, if any, has caught up.
 *
 * A short text of what is missing or what failed ("1 of 3 updated replicas are available") is
 * appended to WHY; nothing when ready, but for a paused Deployment: it counts as ready, and the
 * text is a warning.
 */
enum kube_readiness kube_ready(const char *group, const char *kind, const json_t *object,
                               struct buf *why);

/* A condition the user asks for. */
struct kube_condition {
    const char *type;   /* exact */
    const char *status; /* "True", "False" or "Unknown", exact */
    const char *reason; /* or NULL */
};

/* status.conditions holds it, and it is not older than the object's generation
 * (condition's, else status' observedGeneration). Else WHY gets what is there instead. OBJECT may
 * be NULL: not met. */
bool kube_condition_met(const json_t *object, const struct kube_condition *condition,
                        struct buf *why);

/* A custom resource definition: Established and NamesAccepted; KUBE_FAILED with the message when
 * its names are refused. Also the row of kube_ready for that kind. */
enum kube_readiness kube_crd_ready(const json_t *object, struct buf *why);

#endif
