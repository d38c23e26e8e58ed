/*
 * Bringing the controllers of providers to rest before they are replaced.
 */
#ifndef CAPI_SCALE_H
#define CAPI_SCALE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "capi/entry.h"
#include "kube/client.h"

/*
 * Sets the replicas of the Deployments of COUNT providers to 0, where they are not, and waits until
 * none is left, a minute or so: "failed to wait until Deployment is scaled down: action failed
 * after 60 attempts: Deployment still has 1 replicas". *scaled counts the Deployments that were
 * written. A dry-run client only counts. Without PATIENT a write that fails is not tried again.
 */
int capi_scale_down(struct kube_client *client, const struct capi_entry *const *providers,
                    size_t count, bool patient, size_t *scaled, struct error **err) must_check;

#endif
