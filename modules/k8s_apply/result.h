/*
 * Station five: what the module says. The shapes are kubernetes.core's; warnings and diff stand
 * at the top level as well, where Ansible shows them.
 */
#ifndef K8S_APPLY_RESULT_H
#define K8S_APPLY_RESULT_H

#include "k8s_apply/state.h"

void k8s_result(void *state, const struct error *failure, json_t *result);

#endif
