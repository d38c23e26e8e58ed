/*
 * Semantic versions as clusterctl reads and compares them. Knows nothing of providers.
 */
#ifndef CAPI_VERSION_H
#define CAPI_VERSION_H

#include <stdbool.h>

#include "base/compiler.h"

struct capi_version {
    unsigned long long major, minor, patch;
    char *pre;   /* owned; "rc.1", NULL for a release */
    char *build; /* owned; what follows the "+", or NULL */
};

/*
 * Strict: [v]X.Y.Z[-pre][+build], no leading zeros. Returns false for anything else, also for NULL;
 * *out is then untouched. OUT may be NULL. "latest" is no version.
 */
bool capi_version_parse(const char *text, struct capi_version *out) must_check;

/* Forgiving, for cert-manager's versions: blanks around, missing minor and patch, leading zeros. */
bool capi_version_parse_tolerant(const char *text, struct capi_version *out) must_check;

void capi_version_clear(struct capi_version *version);
struct capi_version capi_version_dup(const struct capi_version *version) must_check;
#define auto_capi_version cleanup_with(capi_version_clear)

/* "v1.2.3-rc.1+b", always with the v, owned. */
char *capi_version_text(const struct capi_version *version) must_check;

/* Below, equal or above 0 by precedence; build metadata does not count. */
int capi_version_compare(const struct capi_version *a, const struct capi_version *b);

enum capi_order { CAPI_LOWER, CAPI_SAME, CAPI_HIGHER, CAPI_DIFFERENT };

/*
 * A against B, build metadata included: behind equal versions its dotted parts compare one by one,
 * numbers as numbers and below texts; two unequal texts have no order (CAPI_DIFFERENT); behind
 * equal parts more of them are higher.
 */
enum capi_order capi_version_order(const struct capi_version *a, const struct capi_version *b);

#endif
