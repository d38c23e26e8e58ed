/*
 * The addresses of the kinds that providers and cert-manager are made of, known without asking the
 * server, and the waves in which objects of a manifest are written.
 */
#ifndef CAPI_RESOURCE_H
#define CAPI_RESOURCE_H

#include <stdbool.h>

#include "base/error.h"
#include "kube/discovery.h"
#include "kube/object.h"

/* The row of a kind: false when it has none. *out borrows from the table. Version is exact. */
bool capi_resource_known(const char *api_version, const char *kind, struct kube_resource *out);

/* The row, else what discovery says. 1, 0 when the server does not have the kind, -1. */
int capi_resource_lookup(struct kube_discovery *discovery, const char *api_version,
                         const char *kind, struct kube_resource *out, struct error **err)
    must_check;

extern const struct kube_resource capi_resource_crd;
extern const struct kube_resource capi_resource_provider;
extern const struct kube_resource capi_resource_deployment;
extern const struct kube_resource capi_resource_namespace;

/*
 * Namespaces, definitions, what others refer to, everything else, bindings and workloads, at last
 * webhook configurations and objects of kinds that the same manifest defines (CAPI_WAVE_LAST).
 */
enum { CAPI_WAVE_NAMESPACE, CAPI_WAVE_DEFINITION, CAPI_WAVE_LAST = 5, CAPI_WAVES };

unsigned capi_wave(const char *api_version, const char *kind);

#endif
