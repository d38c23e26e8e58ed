/*
 * Secrets in what is shown: the values of kind Secret, and the copy of them that kubectl leaves
 * in the last-applied annotation. Masks values, never keys.
 *
 * A Secret is one of core v1; without apiVersion v1 is assumed, and the kind may be written as
 * discovery also finds it ("secret", "secrets"). Secrets are looked for inside lists as well:
 * JSON lists, kind List, kind SecretList whose items need no kind of their own.
 */
#ifndef KUBE_MASK_H
#define KUBE_MASK_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/strv.h"

/* Whether VALUE is such a Secret itself. */
bool kube_mask_is_secret(const json_t *value);

/* Replaces every value below data and stringData of a Secret and its last-applied annotation by
 * "***", in place: give a deep copy when the original is still needed. Other kinds are untouched.
 * OBJECT may be NULL. Returns whether something was masked. */
bool kube_mask(json_t *object);

/* The same of a core v1 Secret by whatever kind it goes: that of a PartialObjectMetadata, which
 * keeps the annotation, says nothing of what it is about. */
bool kube_mask_secret(json_t *secret);

/*
 * Masks two states of one Secret for a diff, in place: values that are equal in both become "***",
 * values that differ "*** (before)" and "*** (after)", as kubectl diff; values of one side only
 * "***". The last-applied annotation likewise. stringData counts as the data that a server makes of
 * it, so it is compared with the decoded data of the other side. Either may be NULL. Values of
 * other kinds, lists too, are treated as by kube_mask.
 */
void kube_mask_pair(json_t *before, json_t *after);

/*
 * Adds the values of a Secret to TEXTS, as they are and, for data, decoded, when they are at least
 * MINIMUM bytes long: for scrubbing texts that may quote them. Numbers as JSON writes them, and
 * what is inside of values that are lists or objects. Those of the last-applied annotation too.
 * Decoded values that are no text are left out: they cannot be quoted.
 */
void kube_mask_collect(const json_t *object, size_t minimum, struct strv *texts);

#endif
