/*
 * The anchors of one document: values by name, the last definition wins.
 */
#ifndef YAML_YM_ANCHOR_PRIV_H
#define YAML_YM_ANCHOR_PRIV_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "yaml/ym_scalar.h"

struct ym_anchor {
    json_t *value;        /* owned; NULL while the value is still being read */
    struct ym_typed type; /* of a scalar: as a key it may differ from its value */
    size_t nodes;         /* values within, itself included */
    unsigned height;      /* lists and objects within each other, 0 for a scalar */
};

struct ym_anchors {
    struct ym_anchor *items; /* owned */
    size_t count;
    json_t *places; /* owned object: name -> place in items */
};

void ym_anchors_clear(struct ym_anchors *anchors);
/* Begins a definition; the place for ym_anchor_at. Until it has a value it contains itself. */
size_t ym_anchors_add(struct ym_anchors *anchors, const char *name);
/* Valid until the next ym_anchors_add. */
struct ym_anchor *ym_anchor_at(struct ym_anchors *anchors, size_t place);
/* NULL when no such anchor was defined so far. */
const struct ym_anchor *ym_anchors_find(const struct ym_anchors *anchors, const char *name);

/* A deep copy that shares nothing; quicker than json_deep_copy, which looks for loops. */
json_t *ym_copy(const json_t *value) must_check;

#endif
