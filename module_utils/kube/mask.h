/*
 * Secrets in what is shown: the values of kind Secret, and the copy of them that kubectl leaves
 * in the last-applied annotation.
 */
#ifndef KUBE_MASK_H
#define KUBE_MASK_H

#include <jansson.h>
#include <stdbool.h>

#include "base/strv.h"

/* Replaces every value below data and stringData of a Secret (also inside a List, also in a value
 * without apiVersion, which defaults to v1) and its last-applied annotation by "***", in place.
 * Keys stay. Other kinds are untouched. Returns whether something was masked. */
bool kube_mask(json_t *object);

/*
 * Masks two states of one Secret for a diff, in place: values that are equal in both become "***",
 * values that differ "*** (before)" and "*** (after)", as kubectl diff; values of one side only
 * "***". The last-applied annotation likewise. stringData of one side is compared with the decoded
 * data of the other where both exist. Either may be NULL.
 */
void kube_mask_pair(json_t *before, json_t *after);

/* Adds the values of a Secret to TEXTS, as they are and, for data, decoded, when they are at least
 * MINIMUM bytes long: for scrubbing texts that may quote them. */
void kube_mask_collect(const json_t *object, size_t minimum, struct strv *texts);

#endif
