/*
 * Which kinds the server serves, asked for as little as possible and kept for the run: the
 * needed group-versions one by one, or the aggregated documents when many are needed or when a
 * kind is only loosely named. Nothing is cached on disk: a stale cache costs more than it saves.
 */
#ifndef KUBE_DISCOVERY_H
#define KUBE_DISCOVERY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/strv.h"
#include "kube/client.h"
#include "kube/object.h"

struct kube_discovery;

/* CLIENT is borrowed. */
struct kube_discovery *kube_discovery_new(struct kube_client *client) must_check;
void kube_discovery_free(struct kube_discovery *discovery);

/*
 * Fetches what is not known yet of the group-versions in API_VERSIONS, in parallel. A
 * group-version that the server does not have is no error; one that cannot be read (a broken
 * aggregated API) fails later, only for those who ask for its kinds.
 */
int kube_discovery_fetch(struct kube_discovery *discovery, const struct strv *api_versions,
                         struct error **err) must_check;

/* Forgets a group-version, so that the next fetch asks again. */
void kube_discovery_forget(struct kube_discovery *discovery, const char *api_version);

/*
 * Looks KIND up in API_VERSION, exactly. 1 with *out, 0 when the server does not have it, -1 when
 * the group-version could not be read. Two resources of one kind: the one with more verbs.
 */
int kube_discovery_lookup(struct kube_discovery *discovery, const char *api_version,
                          const char *kind, struct kube_resource *out, struct error **err)
    must_check;

/*
 * Looks NAME up as kubernetes.core does: kind, plural, singular or short name, in API_VERSION;
 * and when that is a bare version ("v1") not found there, in every group that has this version.
 * 1, 0 or -1; several equally good hits are an ERROR_USAGE that lists them.
 */
int kube_discovery_lookup_loose(struct kube_discovery *discovery, const char *api_version,
                                const char *name, struct kube_resource *out, struct error **err)
    must_check;

/*
 * Learns everything that the server serves and calls VISIT for each kind, once, in the preferred of
 * the versions that have it. VERBS is a list of strings. A group-version that cannot be read is an
 * error: whoever wants all must not miss some.
 */
typedef void (*kube_discovery_visit)(void *context, const struct kube_resource *resource,
                                     const json_t *verbs);
int kube_discovery_each(struct kube_discovery *discovery, kube_discovery_visit visit, void *context,
                        struct error **err) must_check;

#endif
