/*
 * The rows behind kube/ready.h and what their predicates share. For ready*.c and their test.
 */
#ifndef KUBE_READY_PRIV_H
#define KUBE_READY_PRIV_H

#include <stddef.h>

#include "kube/ready.h"

/* kube_ready answers for an object that does not exist; a predicate only has to survive NULL. */
typedef enum kube_readiness ready_predicate(const json_t *object, struct buf *why);

struct ready_row {
    const char *group;
    const char *kind;
    ready_predicate *predicate;
};

/* Row number INDEX, or NULL behind the last one. */
const struct ready_row *ready_row_get(size_t index);

/* kube/ready_workload.c */
ready_predicate ready_deployment;
ready_predicate ready_daemon_set;
ready_predicate ready_stateful_set;
ready_predicate ready_replica_set; /* and ReplicationController */
ready_predicate ready_pod;
ready_predicate ready_job;

/* kube/ready_condition.c; everything handed out is borrowed. */

/* The condition of TYPE in status.conditions, or NULL. */
const json_t *ready_condition(const json_t *object, const char *type);
/* True when the condition of TYPE has STATUS, however old it is. */
bool ready_condition_is(const json_t *object, const char *type, const char *status);
/* Adds the condition in words: "condition Ready is False (NoPods): no pods yet". */
void ready_add_condition(struct buf *why, const json_t *object, const char *type);
/* The integer below status, 0 when absent. */
long long ready_status_int(const json_t *object, const char *name);
/* True when status.observedGeneration, absent counting as 0, has reached metadata.generation. */
bool ready_observed(const json_t *object);
/* metadata.name, "" when there is none. */
const char *ready_name(const json_t *object);

/* Adds the text to WHY and returns KUBE_NOT_READY. */
enum kube_readiness ready_not_yet(struct buf *why, const char *format, ...) printf_like(2, 3);

#endif
