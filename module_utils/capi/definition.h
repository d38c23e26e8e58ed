/*
 * What a CustomResourceDefinition says of its versions. Pure.
 */
#ifndef CAPI_DEFINITION_H
#define CAPI_DEFINITION_H

#include <jansson.h>
#include <stdbool.h>

/* The name of the version that is stored, borrowed from CRD; NULL when none is. */
const char *capi_definition_stored(const json_t *crd);
/* Whether CRD has a version NAME, served or not. */
bool capi_definition_has(const json_t *crd, const char *name);

#endif
