/*
 * Station five: what the module says. The keys of community.general's module, and more.
 */
#ifndef LXC_CONTAINER_RESULT_H
#define LXC_CONTAINER_RESULT_H

#include <jansson.h>

#include "base/error.h"

void ct_result(void *state, const struct error *failure, json_t *result);

#endif
