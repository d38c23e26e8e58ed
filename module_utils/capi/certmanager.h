/*
 * cert-manager in the cluster: whether it answers, which version was installed by whom, and what
 * of it has to be replaced. Reads files of no repository.
 */
#ifndef CAPI_CERTMANAGER_H
#define CAPI_CERTMANAGER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "capi/generation.h"
#include "capi/listing.h"
#include "kube/client.h"

/*
 * Whether an Issuer and a Certificate could be created now: by a dry run, which asks the server and
 * cert-manager's webhook and leaves nothing behind. 1, 0 with *why (owned, may be NULL), or -1 for
 * what ends the run.
 */
int capi_cert_manager_probe(struct kube_client *client, char **why, struct error **err) must_check;

/* Probes every second for TIMEOUT_MS. ERROR_TIMEOUT with the last reason. */
int capi_cert_manager_await(struct kube_client *client, long long timeout_ms, struct error **err)
    must_check;

/* What there is of a cert-manager that clusterctl, or we, installed. */
struct capi_cert_manager_state {
    struct capi_listing listing; /* objects.count 0: somebody else's, or none */
    char *version;               /* owned: the version to be replaced, or that is there */
    bool same;                   /* some of it is of the version that is wanted */
    bool upgrade;
};

/* Which objects are its: for capi_listing_read. */
void capi_cert_manager_listing(struct capi_listing *listing);

/*
 * Decides from the listing: an object without version annotation, of a lower or incomparable
 * version, or another number of objects than WANTED_COUNT, demands the upgrade to WANTED. Endpoints
 * do not count. ERROR_USAGE "failed to parse config version [<v>] for cert-manager component: …".
 */
int capi_cert_manager_judge(struct capi_cert_manager_state *state, const char *wanted,
                            size_t wanted_count, const struct capi_generation *generation,
                            struct error **err) must_check;

/*
 * After that: what is of the wanted version demands the upgrade, too, when its Deployments and
 * DaemonSets use other images than those of MANIFEST. They are read for it, one by one. As
 * clusterctl from 1.14 on; the first generation does not look.
 */
int capi_cert_manager_compare(struct capi_cert_manager_state *state, struct kube_client *client,
                              const json_t *manifest, const struct capi_generation *generation,
                              struct error **err) must_check;
void capi_cert_manager_clear(struct capi_cert_manager_state *state);

#endif
