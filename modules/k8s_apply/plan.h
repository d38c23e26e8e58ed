/*
 * Station three: which object is written in which wave, and what is left alone. Pure.
 */
#ifndef K8S_APPLY_PLAN_H
#define K8S_APPLY_PLAN_H

#include "k8s_apply/state.h"

int k8s_plan(void *state, struct error **err);

#endif
