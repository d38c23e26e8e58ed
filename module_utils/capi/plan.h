/*
 * Planning upgrades: which provider may go to which version. Reads repositories, never a cluster.
 */
#ifndef CAPI_PLAN_H
#define CAPI_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/strv.h"
#include "capi/entry.h"
#include "capi/generation.h"
#include "capi/provider.h"
#include "capi/repository.h"

struct capi_upgrade {
    struct capi_entry current; /* owned copy */
    char *next; /* owned version "v1.12.3" or as the user wrote it; NULL: none newer */
};

struct capi_plan {
    char *contract;             /* owned; what the core provider will speak */
    struct capi_upgrade *items; /* owned; by order of type, then name, then namespace */
    size_t count;
};

struct capi_plans {
    struct capi_plan *items; /* owned; by contract as text */
    size_t count;
};

/*
 * All plans there are, one a contract (`upgrade plan`). No providers: zero plans. ERROR_USAGE:
 * not exactly one core provider; no versions; a version without a series.
 */
int capi_plan_all(struct capi_repositories *repositories, const struct capi_entries *installed,
                  struct capi_plans *plans, struct error **err) must_check;

/*
 * `upgrade apply --contract CONTRACT`: the items that have a newer version. ERROR_USAGE "current
 * version of clusterctl could only upgrade to v1beta2 contract, requested v1beta1".
 */
int capi_plan_contract(struct capi_repositories *repositories, const struct capi_entries *installed,
                       const char *contract, struct capi_plan *plan, struct error **err) must_check;

/*
 * `upgrade apply` with the providers REFS. A reference without namespace is looked up among the
 * INSTALLED. Versions need not be newer. ERROR_USAGE with clusterctl's texts when an item is not
 * installed, or when contracts do not fit, those of providers that are not listed included.
 */
int capi_plan_custom(struct capi_repositories *repositories, const struct capi_entries *installed,
                     const struct capi_refs *refs, struct capi_plan *plan, struct error **err)
    must_check;

/* Takes out the items that would install the version that is there. */
void capi_plan_drop_current(struct capi_plan *plan);

/* ERROR_USAGE "detected multiple instances of the same provider, but clusterctl does not support
 * this use case. …". */
int capi_plan_check_single(const struct capi_entries *installed, struct error **err) must_check;

/* ERROR_USAGE "upgrade for <ns/label> provider can't skip more than 3 versions"; never with the
 * generation of 1.10. */
int capi_plan_check_skew(const struct capi_plan *plan, const struct capi_generation *generation,
                         struct error **err) must_check;

/* PLANS as data: [{"contract": …, "upgradable": bool, "providers": [{name, namespace, type,
 * label, current_version, next_version|null}]}]. New. */
json_t *capi_plan_json(const struct capi_plans *plans, const struct capi_generation *generation)
    must_check;

void capi_plan_clear(struct capi_plan *plan);
#define auto_capi_plan cleanup_with(capi_plan_clear)
void capi_plans_clear(struct capi_plans *plans);
#define auto_capi_plans cleanup_with(capi_plans_clear)

#endif
