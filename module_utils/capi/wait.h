/*
 * Waiting until providers run.
 */
#ifndef CAPI_WAIT_H
#define CAPI_WAIT_H

#include <stddef.h>

#include "base/error.h"
#include "kube/client.h"
#include "kube/object.h"

/*
 * Waits until COUNT Deployments, borrowed pointers, have the condition Available, each TIMEOUT_MS
 * at most. One that is not there, or vanishes, fails at once. ERROR_TIMEOUT "deployment "<name>" is
 * not ready after 5m0s: context deadline exceeded".
 */
int capi_wait_deployments(struct kube_client *client, const struct kube_object *const *deployments,
                          size_t count, long long timeout_ms, struct error **err) must_check;

/* "5m0s", "1h0m0s", "45s": a duration as Go prints it, owned. */
char *capi_duration_text(long long ms) must_check;

#endif
