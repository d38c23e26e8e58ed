/*
 * The labels of a template: how Magnum stores them, and what vexxhost's Cluster API driver
 * (magnum-cluster-api 0.38) makes of them and of the attributes beside them.
 */
#ifndef MAGNUM_TEMPLATE_LABELS_H
#define MAGNUM_TEMPLATE_LABELS_H

#include <jansson.h>
#include <stdbool.h>

#include "base/compiler.h"
#include "base/strv.h"

/* VALUE as Magnum stores it, Python's str() of it: true is "True", 1.10 is "1.1". Owned. */
char *label_text(const json_t *value) must_check;

/* Whether the stored text HAS is what is WANTED: the same text, or for a boolean the same truth. */
bool label_equal(const json_t *wanted, const char *has);

/*
 * The labels that a template has after WANTED (label → value; null: absent) was applied to HAS
 * (may be NULL): texts only. MERGE: labels that WANTED does not name stay. A label that is equal
 * keeps its stored text. Owned.
 */
json_t *labels_after(const json_t *wanted, const json_t *has, bool merge) must_check;

/* Adds a warning for each label that lost digits before we saw it: "kube_tag: 1.30" is 1.3. */
void labels_warn_numbers(const json_t *wanted, struct strv *texts);

/* Whether TEMPLATE, with Magnum's attributes, will be used by that driver: its driver or its
 * distribution is one of that driver's. */
bool labels_concern(const json_t *template_);

/* Adds what is wrong with TEMPLATE for that driver: a sentence each that names attribute or label,
 * value, what is allowed, and what happens otherwise. */
void labels_check(const json_t *template_, struct strv *texts);

#endif
