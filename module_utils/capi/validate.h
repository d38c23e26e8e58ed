/*
 * What clusterctl checks before it installs anything: one instance of each provider, one core
 * provider, contracts that fit, names of definitions. Pure but for reading metadata.
 */
#ifndef CAPI_VALIDATE_H
#define CAPI_VALIDATE_H

#include "base/error.h"
#include "capi/components.h"
#include "capi/entry.h"
#include "capi/repository.h"

/*
 * QUEUE (COUNT components, borrowed) is to be installed beside the INSTALLED providers. The first
 * violation is an ERROR_USAGE (or whatever reading metadata failed with) in clusterctl's words.
 */
int capi_validate_install(struct capi_repositories *repositories,
                          const struct capi_entries *installed, const struct capi_components *queue,
                          size_t count, struct error **err) must_check;

#endif
