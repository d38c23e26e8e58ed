/*
 * The formats of discovery, read into one: a list of resources
 *   {"group", "version", "kind", "name", "singularName", "namespaced", "verbs": [], "shortNames":
 * [], "status": true} without subresources, of which only the one called status leaves a mark.
 * Pure: no requests.
 */
#ifndef KUBE_DISCOVERY_READ_H
#define KUBE_DISCOVERY_READ_H

#include <jansson.h>

#include "base/error.h"
#include "kube/object.h"

/* An APIResourceList (GET /api/v1, /apis/<g>/<v>) as a list, owned. */
json_t *discovery_read_resource_list(const json_t *body, const char *api_version,
                                     struct error **err) must_check;

/*
 * The answer to GET /api or /apis in any of its forms: APIGroupDiscoveryList fills KNOWN
 * ("g/v" → list; a stale group-version is left out, to be asked for itself) and GROUPS (names in
 * order of preference); APIVersions and APIGroupList fill GROUPS only. A resource that does not
 * name its plural and its kind is passed over.
 */
int discovery_read_document(const json_t *body, json_t *known, json_t *groups, struct error **err)
    must_check;

enum discovery_by {
    DISCOVERY_BY_KIND,
    DISCOVERY_BY_PLURAL,
    DISCOVERY_BY_SINGULAR,
    DISCOVERY_BY_SHORT,
    DISCOVERY_BY_COUNT,
};

/* The resource of the list whose attribute is exactly NAME, borrowed, or NULL; of several the
 * one with most verbs. */
json_t *discovery_find(const json_t *resources, const char *name, enum discovery_by by);

/* Fills *out with pointers into RESOURCE. */
void discovery_describe(const json_t *resource, struct kube_resource *out);

#endif
