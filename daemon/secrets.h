/*
 * Keeps the kubeconfigs of proxied clusters pointed at their Services: reads each Secret
 * <cluster>-kubeconfig now and then, and writes the one that differs. Secrets cannot be listed or
 * watched with the rights of a proxy.
 */
#ifndef DAEMON_SECRETS_H
#define DAEMON_SECRETS_H

#include <jansson.h>

#include "daemon/clusters.h"
#include "daemon/plan.h"
#include "kube/client.h"

struct secrets {
    const char *namespace_; /* borrowed */
    bool always;            /* as for cluster_read */
    bool restore;           /* clusters that are no longer proxied get their own endpoint back */
    json_t *due;            /* owned: Secret and server -> when it is looked at next */
    unsigned long long writes, errors; /* counted up */
};

void secrets_init(struct secrets *secrets, const char *namespace_, bool always, bool restore);
void secrets_clear(struct secrets *secrets);

/*
 * Looks at what is due. OBJECTS are the OpenStackClusters by name; HEALTH as in struct plan_input.
 * -1 when the API server could not be asked at all, or stopped answering.
 */
int secrets_keep(struct secrets *secrets, struct kube_client *client, const json_t *objects,
                 enum plan_health (*health)(void *context, const char *cluster), void *context,
                 struct error **err) must_check;

#endif
