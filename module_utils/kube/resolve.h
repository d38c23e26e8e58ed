/*
 * Finds the resource of an object and makes the object fit it.
 */
#ifndef KUBE_RESOLVE_H
#define KUBE_RESOLVE_H

#include "kube/discovery.h"
#include "kube/object.h"

/*
 * 1 and object->resource filled, apiVersion and kind canonical (loose names as in
 * kubernetes.core), the namespace set to DEFAULT_NAMESPACE where a namespaced object names none
 * and dropped from a cluster-scoped one; 0 when the server has no such kind; -1.
 */
int kube_resolve(struct kube_discovery *discovery, struct kube_object *object,
                 const char *default_namespace, struct error **err) must_check;

/* True when CRD, a CustomResourceDefinition, serves the object's kind in its version. */
bool kube_crd_provides(const json_t *crd, const struct kube_object *object);

/* "no matches for kind …" with the remedy. */
void kube_resolve_error(const struct kube_object *object, struct error **err);

#endif
