/*
 * The kubeconfig of a workload cluster, in the Secret <cluster>-kubeconfig: its server becomes the
 * Service through which proxies are reached. Nothing else in it changes. Pure.
 */
#ifndef DAEMON_KUBECONFIG_H
#define DAEMON_KUBECONFIG_H

#include <jansson.h>
#include <stddef.h>

#include "base/error.h"

/* "https://CLUSTER.NAMESPACE:6443", owned. */
char *kubeconfig_server(const char *cluster, const char *namespace_) must_check;

/* What to write. Everything is borrowed. */
struct kubeconfig_change {
    const char *cluster; /* the entry of this name, else the first one */
    const char *server;
    const char *only_from; /* only where the server is this one now; NULL: whatever it is */
};

/*
 * Makes the merge patch that changes SECRET, with the version of the Secret so that nobody's write
 * is lost. 1 with *patch, owned; 0 when nothing is to be done; -1 with ERROR_PARSE for what is no
 * kubeconfig. The message holds none of its content.
 */
int kubeconfig_plan(const json_t *secret, const struct kubeconfig_change *change, json_t **patch,
                    struct error **err) must_check;

#endif
