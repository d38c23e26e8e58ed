/*
 * Installing providers: all their objects, then for each, in order, the Provider object that
 * records it. What was recorded is complete.
 */
#ifndef CAPI_INSTALL_H
#define CAPI_INSTALL_H

#include <jansson.h>
#include <stddef.h>

#include "base/error.h"
#include "capi/components.h"
#include "capi/entry.h"
#include "capi/put.h"

struct capi_install {
    struct capi_puts objects;    /* group: the provider's position */
    struct capi_puts records;    /* one a provider */
    struct capi_entries entries; /* what is installed, in order */
    size_t recorded;             /* of them, from the first */
};

/* CLIENT and DISCOVERY are borrowed. */
void capi_install_init(struct capi_install *install, struct kube_client *client,
                       struct kube_discovery *discovery, const struct capi_put_options *options);
void capi_install_clear(struct capi_install *install);

/*
 * Adds a provider behind those that were added before. OVERRIDES (list or NULL) are put into its
 * Deployments. The objects of COMPONENTS are large and not needed any more: they are cut down to
 * what identifies them and, of definitions, to names and versions.
 */
int capi_install_add(struct capi_install *install, struct capi_components *components,
                     const json_t *overrides, struct error **err) must_check;

/* Looks at what is there of all of them. */
int capi_install_observe(struct capi_install *install, struct error **err) must_check;

/* Writes all of them. After a failure those in front of the provider that failed are recorded:
 * install->recorded says how many. */
int capi_install_run(struct capi_install *install, struct error **err) must_check;

#endif
