/*
 * The way to the API server: credentials, client, the address that we have on that way, and the
 * version in which OpenStackClusters are served. Made anew after every failure, so that changed
 * credentials and addresses are noticed.
 */
#ifndef DAEMON_CONNECTION_H
#define DAEMON_CONNECTION_H

#include "daemon/config.h"
#include "kube/client.h"

struct connection {
    struct kube_config kube;
    struct kube_client *client; /* NULL: not connected */
    char *address;              /* what this host publishes */
    char *clusters_path;        /* of the OpenStackClusters */
};

/* Reads credentials and asks the API server what it serves. CONNECTION is zeroed, or was closed.
 * WAKE, borrowed, ends calls when it is readable; NULL: nothing does. */
int connection_open(struct connection *connection, const struct config *config, const int *wake,
                    struct error **err) must_check;
void connection_close(struct connection *connection);

#endif
