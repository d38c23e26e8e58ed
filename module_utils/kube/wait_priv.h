/*
 * What the files of the wait share: judging what was seen of an object.
 */
#ifndef KUBE_WAIT_PRIV_H
#define KUBE_WAIT_PRIV_H

#include "kube/wait.h"

/* Judges waiter->value by its goal and CRITERIA (or NULL); waiter->why gets the reason. */
enum kube_readiness wait_judge(const struct kube_criteria *criteria, struct kube_waiter *waiter);

/* True when the StorageClass decides whether a Pending claim is ready, and was not asked yet. */
bool wait_wants_class(const struct kube_criteria *criteria, const struct kube_waiter *waiter);
/* The path of that StorageClass, owned. */
char *wait_class_path(const struct kube_waiter *waiter) must_check;
/* Notes what it says; NULL: it cannot be read, and the claim has to be bound. */
void wait_take_class(struct kube_waiter *waiter, const json_t *storage_class);

#endif
