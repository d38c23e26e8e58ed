/*
 * Moving the objects of a provider into its namespace, and the labels that make them its own.
 */
#ifndef CAPI_NAMESPACE_H
#define CAPI_NAMESPACE_H

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"

/* What clusterctl takes for cluster-scoped: a fixed list of kinds, whatever their group. */
bool capi_kind_is_cluster_scoped(const char *kind);

/*
 * The name of the Namespace among OBJECTS in *name (owned), or NULL there when there is none.
 * ERROR_USAGE "Invalid manifest. There should be no more than one resource with Kind Namespace in
 * the provider components yaml".
 */
int capi_namespace_find(const json_t *objects, char **name, struct error **err) must_check;

/*
 * Rewrites OBJECTS (an array, changed in place) for TARGET: metadata.namespace, subjects, webhooks,
 * injections, DNS names; adds a Namespace when there is none. ERROR_PARSE for an object that cannot
 * be rewritten, with the texts of clusterctl.
 */
int capi_namespace_set(json_t *objects, const char *target, struct error **err) must_check;

/* Sets both labels of provider LABEL on every object. */
void capi_labels_set(json_t *objects, const char *label);

/* A new array of the same objects in the order of creation: Namespace first, then those of
 * cert-manager.io in reverse order, then the rest as it was. */
json_t *capi_creation_order(const json_t *objects) must_check;

#endif
