/*
 * The rule for the names of CustomResourceDefinitions: plural of the kind, dot, group.
 */
#ifndef CAPI_CRD_NAME_H
#define CAPI_CRD_NAME_H

#include <jansson.h>

#include "base/error.h"

/* "openstackclusters" for "OpenStackCluster", owned. */
char *capi_plural(const char *kind) must_check;

/*
 * ERROR_USAGE when a definition among OBJECTS breaks the rule and lacks the annotation
 * clusterctl.cluster.x-k8s.io/skip-crd-name-preflight-check: "ERROR: CRD name \"x\" is invalid for
 * a CRD referenced in a core Cluster API CRD,it should be \"y\". …".
 */
int capi_crd_names_check(const json_t *objects, struct error **err) must_check;

#endif
