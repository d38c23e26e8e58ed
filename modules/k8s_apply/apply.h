/*
 * Station four: writes, then waits. In check mode the same walk as a server-side dry run.
 */
#ifndef K8S_APPLY_APPLY_H
#define K8S_APPLY_APPLY_H

#include "k8s_apply/state.h"

int k8s_apply(void *state, struct error **err);

/* Instead of k8s_apply in check mode: the client is a dry-run client, nothing is waited for. */
int k8s_predict(void *state, struct error **err);

#endif
