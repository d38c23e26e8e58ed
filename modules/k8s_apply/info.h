/*
 * state: info – reading objects, with the results of kubernetes.core.k8s_info.
 */
#ifndef K8S_APPLY_INFO_H
#define K8S_APPLY_INFO_H

#include "k8s_apply/state.h"

/* Fills resources and api_found; waits where the task asks for it. */
int k8s_observe_info(struct k8s *k8s, struct error **err) must_check;

#endif
