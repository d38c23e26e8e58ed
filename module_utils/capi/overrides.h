/*
 * Changes that a user wants in the Deployments of providers: which apply where, what they make of a
 * manifest, whether they hold in a cluster. Pure: writes nothing.
 *
 * An override is an object {providers: [label], deployment, container, node_selector: {},
 * tolerations: [], env: {}, replicas, resources: {}}; absent and null members change nothing.
 */
#ifndef CAPI_OVERRIDES_H
#define CAPI_OVERRIDES_H

#include <jansson.h>
#include <stdbool.h>

#include "base/compiler.h"

/* The manager of the fields that overrides set. */
#define CAPI_OVERRIDES_MANAGER "clusterctl_init-overrides"

/* Puts those of OVERRIDES (list or NULL) that are for provider LABEL into every Deployment among
 * OBJECTS, in place. What the manifest says beside them stays. */
void capi_overrides_merge(const json_t *overrides, const char *label, json_t *objects);

/* Whether one of them is for DEPLOYMENT of provider LABEL. */
bool capi_overrides_concern(const json_t *overrides, const char *label, const json_t *deployment);

/* Whether DEPLOYMENT, as it is, has everything that they ask for. */
bool capi_overrides_hold(const json_t *overrides, const char *label, const json_t *deployment);

/* What is to be applied to DEPLOYMENT, which is as the server has it, so that they hold: the
 * fields of the overrides alone, and the tolerations and node selector that are there. New. */
json_t *capi_overrides_body(const json_t *overrides, const char *label, const json_t *deployment)
    must_check;

#endif
