/*
 * Station result: what the task returns.
 */
#ifndef MAGNUM_TEMPLATE_RESULT_H
#define MAGNUM_TEMPLATE_RESULT_H

#include "magnum_template/state.h"

void magnum_result(void *state, const struct error *failure, json_t *result);

/* TEMPLATE of Magnum as the module returns it: openstack.cloud's names, booleans, "id". Owned. */
json_t *magnum_shown(const json_t *template_) must_check;

#endif
