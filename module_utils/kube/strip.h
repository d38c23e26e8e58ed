/*
 * Fields that never count: what is removed before sending, before comparing, before showing.
 * Never adds a field and never looks below metadata.
 *
 * All functions edit VALUE, an object's json_t, in place, its metadata included: give a deep copy
 * when the original is still needed. A VALUE or metadata that is no JSON object is left alone.
 * PLAIN_STATUS is that of struct kube_resource: status is then kept, as any other field.
 */
#ifndef KUBE_STRIP_H
#define KUBE_STRIP_H

#include <jansson.h>
#include <stdbool.h>

/* Before a write: metadata.managedFields, creationTimestamp, generation, selfLink; and status.
 * resourceVersion and uid stay: they are the user's preconditions. */
void kube_strip_for_write(json_t *value, bool plain_status);

/* Before comparing two states of one object: status, metadata.resourceVersion, generation,
 * managedFields. */
void kube_strip_for_compare(json_t *value, bool plain_status);

/* Whether two states of one object are equal but for these. Both may be NULL and are not edited. */
bool kube_strip_equal(const json_t *one, const json_t *other, bool plain_status);

/* Before showing a difference to people: the same and uid, creationTimestamp, selfLink. */
void kube_strip_for_diff(json_t *value, bool plain_status);

#endif
