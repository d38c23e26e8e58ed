/*
 * Station two: reads the documents, connects, resolves the kinds and looks at what is there.
 */
#ifndef K8S_APPLY_OBSERVE_H
#define K8S_APPLY_OBSERVE_H

#include "k8s_apply/state.h"

int k8s_observe(void *state, struct error **err);

#endif
