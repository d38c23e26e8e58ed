/*
 * metadata.yaml: which series of releases of a provider speak which contract.
 */
#ifndef CAPI_METADATA_H
#define CAPI_METADATA_H

#include <stddef.h>

#include "base/error.h"
#include "capi/generation.h"
#include "capi/version.h"

struct capi_series {
    unsigned long long major, minor;
    char *contract; /* owned, "" when absent */
};

struct capi_metadata {
    struct capi_series *series; /* owned, in the order of the file */
    size_t count;
};

/*
 * BYTES of the metadata.yaml of LABEL. ERROR_PARSE with the texts of the generation:
 *   invalid provider metadata: unexpected apiVersion "x" for provider L (expected "…")
 *   invalid provider metadata: unexpected kind "x" for provider L (expected "Metadata")
 *   invalid provider metadata: releaseSeries is empty in metadata.yaml for provider L
 *   error decoding "metadata.yaml" for provider "L": …
 */
int capi_metadata_parse(struct capi_metadata *metadata, const char *bytes, size_t size,
                        const char *label, const struct capi_generation *generation,
                        struct error **err) must_check;
void capi_metadata_clear(struct capi_metadata *metadata);
#define auto_capi_metadata cleanup_with(capi_metadata_clear)

/* The first series with VERSION's major and minor, or NULL. */
const struct capi_series *capi_metadata_find(const struct capi_metadata *metadata,
                                             const struct capi_version *version);
/* The highest series of CONTRACT, the later of equal ones, or NULL. */
const struct capi_series *capi_metadata_newest(const struct capi_metadata *metadata,
                                               const char *contract);
/* "1.0, 1.1, 1.2" in the order of the file, owned. */
char *capi_metadata_list(const struct capi_metadata *metadata) must_check;

#endif
