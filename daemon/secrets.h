/*
 * Keeps the kubeconfigs of proxied clusters pointed at their Services: reads each Secret
 * <cluster>-kubeconfig now and then, and writes the one that differs. Secrets cannot be listed or
 * watched with the rights of a proxy.
 */
#ifndef DAEMON_SECRETS_H
#define DAEMON_SECRETS_H

#include <jansson.h>

#include "daemon/clusters.h"
#include "daemon/failures.h"
#include "daemon/plan.h"
#include "kube/client.h"

struct secrets {
    const char *namespace_;   /* borrowed */
    bool always;              /* as for cluster_read */
    bool restore;             /* clusters that are no longer proxied get their own endpoint back */
    json_t *due;              /* owned: Secret and server -> when it is looked at next */
    struct failures failures; /* what was logged of them */
    unsigned long long writes, errors; /* counted up */
    bool left;                         /* some that are due were not looked at */
};

void secrets_init(struct secrets *secrets, const char *namespace_, bool always, bool restore);
void secrets_clear(struct secrets *secrets);

struct secrets_work {
    const json_t *objects; /* the OpenStackClusters by name */
    enum plan_health (*health)(void *context, const char *cluster); /* as in struct plan_input */
    bool (*enough)(void *context); /* something else has to be done first */
    void *context;
};

/*
 * Looks at what is due, some Secrets at a time; once ENOUGH says so the rest stays due for the next
 * time. -1 when the API server could not be asked at all, or stopped answering.
 */
int secrets_keep(struct secrets *secrets, struct kube_client *client,
                 const struct secrets_work *work, struct error **err) must_check;

#endif
