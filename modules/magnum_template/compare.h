/*
 * What differs between a wish and a template. Pure: what names stand for was looked up before.
 */
#ifndef MAGNUM_TEMPLATE_COMPARE_H
#define MAGNUM_TEMPLATE_COMPARE_H

#include "magnum_template/fields.h"
#include "magnum_template/state.h"

/* The kind of lookup of a field; OSK_KINDS: none. */
enum osk_kind magnum_kind(const struct field *field);

/* Whether WANTED and HAS, two different texts of KIND, may stand for the same thing. */
bool magnum_worth_asking(const struct magnum *magnum, enum osk_kind kind, const char *wanted,
                         const char *has);

/*
 * The differences between ITEM's wish and its found template: attribute → {"before": as the server
 * has it, "after": as it should be; null: removed}. Owned. Warnings go to the item.
 */
json_t *magnum_differences(const struct magnum *magnum, struct magnum_item *item) must_check;

/* BASE (may be NULL) with the wishes and DIFFERENCES (may be NULL) applied: a template with
 * Magnum's attributes, such as the server would answer with. Owned. */
json_t *magnum_applied(const struct magnum *magnum, const struct magnum_item *item,
                       const json_t *base) must_check;

#endif
