/*
 * Deleting objects of a provider or of cert-manager: which of those that bear its labels, and the
 * deletion itself, all at once. Waits for nothing.
 */
#ifndef CAPI_REMOVE_H
#define CAPI_REMOVE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "capi/listing.h"
#include "kube/client.h"

struct capi_remove_rule {
    const char *namespace_; /* of the provider */
    bool definitions;       /* also CustomResourceDefinitions */
    bool namespace_too;     /* also the namespace itself; what is in it goes with it */
    bool inventory;         /* also the Provider object */
};

/*
 * Whether clusterctl deletes OBJECT with a provider. Cluster-scoped objects go only when their name
 * starts with the namespace and "-", webhook configurations always: so ClusterRoles and
 * ClusterRoleBindings of today's releases stay, as with clusterctl 1.9 to 1.14. Pure.
 */
bool capi_remove_fits(const struct kube_object *object, const struct capi_remove_rule *rule);

/* Whether clusterctl deletes OBJECT, which is cert-manager's, before it installs it anew. Pure. */
bool capi_remove_fits_cert_manager(const struct kube_object *object);

struct capi_remove_options {
    unsigned attempts; /* 0: 1 */
    bool retry_refused;
};

/*
 * Deletes OBJECTS (COUNT borrowed pointers), all at the same time; what is gone already is fine.
 * Provider objects and namespaces go when all else is deleted, and stay when some of it failed: a
 * later run finds by them what is left. What was deleted is added to DONE, entries of
 * capi_object_entry. -1 after all were tried when some failed: "Error deleting object apps/v1,
 * Kind=Deployment, ns/x: …", several in brackets. A dry-run client only predicts.
 */
int capi_remove(struct kube_client *client, const struct kube_object *const *objects, size_t count,
                const struct capi_remove_options *options, json_t *done, struct error **err)
    must_check;

#endif
