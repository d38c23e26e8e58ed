/*
 * Everything in the cluster that bears given labels, as clusterctl lists what belongs to a
 * provider: each kind that can be listed and deleted, in given namespaces and cluster-wide, without
 * custom resources of excluded definitions. Reads only.
 */
#ifndef CAPI_LISTING_H
#define CAPI_LISTING_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "kube/client.h"
#include "kube/discovery.h"
#include "kube/object.h"

enum capi_exclude {
    CAPI_EXCLUDE_PROVIDERS, /* kinds whose definition has the label cluster.x-k8s.io/provider */
    CAPI_EXCLUDE_CUSTOM,    /* all kinds that have a definition */
};

/* One thing that is wanted. Filled by the caller up to exclude, which it shares with others of one
 * call. */
struct capi_listing {
    const char *selector;          /* borrowed: "a=b,c" */
    const char *const *namespaces; /* borrowed, ends with NULL: of namespaced kinds */
    enum capi_exclude exclude;
    struct kube_object *objects; /* owned: metadata alone, resolved, in order of discovery */
    size_t count;
};

/*
 * Fills LISTINGS, all requests of all of them at once. Resources borrow from DISCOVERY. ERROR_*
 * "failed to list api resources: …", "failed to list <kind>: …"; nothing is listed then.
 */
int capi_listing_read(struct capi_listing *listings, size_t count, struct kube_client *client,
                      struct kube_discovery *discovery, struct error **err) must_check;
void capi_listing_clear(struct capi_listing *listing);

#endif
