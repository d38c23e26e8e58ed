/*
 * Station five: what the module says. Names, counts and sizes; never what is in an object.
 */
#ifndef CAPI_BACKUP_RESULT_H
#define CAPI_BACKUP_RESULT_H

#include <jansson.h>

#include "base/error.h"

void cb_result(void *state, const struct error *failure, json_t *result);

/* Hides what of the options must not be shown. */
void cb_redact(void *state, json_t *params);

#endif
