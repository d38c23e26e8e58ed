/* The contract of a version of a provider, for validation and for plans, whose messages differ. */
#ifndef CAPI_CONTRACT_PRIV_H
#define CAPI_CONTRACT_PRIV_H

#include "capi/entry.h"
#include "capi/repository.h"

/*
 * The contract of ENTRY's provider at VERSION, by the metadata of that version; borrowed from the
 * repository. NULL on failure. *series_missing becomes true when the metadata has no series for it:
 * then there is no error yet, and *metadata is what was looked into.
 */
const char *capi_contract_at(struct capi_repositories *repositories, const struct capi_entry *entry,
                             const char *version, bool *series_missing,
                             const struct capi_metadata **metadata, struct error **err);

/* ERROR_USAGE unless there is exactly one core provider: COUNT is how many there are. */
int capi_check_one_core(size_t count, const struct capi_generation *generation, struct error **err);

/* "could not parse \"x\" as version" below "failed to parse WHICH version for the ns/label
 * provider". */
int capi_version_of(const struct capi_entry *entry, const char *which, const char *text,
                    struct capi_version *out, struct error **err);

#endif
