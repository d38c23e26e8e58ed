/*
 * Definitions without the weight of their schemas. Those are most of a release's megabytes, as
 * values they take several times the room, and nobody here looks into them: a folded definition
 * carries each as text.
 */
#ifndef CAPI_FOLD_H
#define CAPI_FOLD_H

#include <jansson.h>

#include "base/buf.h"
#include "base/error.h"

/* Folds OBJECT when it is a CustomResourceDefinition; everything else stays as it is. */
int capi_fold(json_t *object, struct error **err) must_check;

/* Adds the JSON text of OBJECT, folded or not, as if it had never been folded. */
int capi_fold_write(struct buf *out, const json_t *object, struct error **err) must_check;

#endif
