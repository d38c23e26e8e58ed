/*
 * When is an object ready? One predicate per kind, in a table; the rules of kubectl rollout
 * status where it has any. Pure.
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
 * Judges OBJECT (NULL: it does not exist, not ready). WHY gets a short text of what is missing or
 * what failed ("2 of 3 replicas available"), nothing when ready. GROUP and KIND choose the row; a
 * kind without row is ready when it exists and its status.observedGeneration, if any, has caught up.
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
 * (condition's, else status' observedGeneration). */
bool kube_condition_met(const json_t *object, const struct kube_condition *condition, struct buf *why);

/* A custom resource definition: Established and NamesAccepted; KUBE_FAILED with the message when
 * its names are refused. Also the row of kube_ready for that kind. */
enum kube_readiness kube_crd_ready(const json_t *object, struct buf *why);

#endif
