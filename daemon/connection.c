#include "daemon/connection.h"

#include <stdlib.h>

#include "base/mem.h"
#include "daemon/address.h"
#include "json/js_get.h"

#define GROUP "/apis/infrastructure.cluster.x-k8s.io"

enum { REQUEST_TIMEOUT_MS = 15000 };

/* The version whose form is known best, else the server's favourite. Borrowed, or NULL. */
static const char *choose_version(const json_t *group)
{
    if (js_find(js_get(group, "versions", NULL), "version", "v1beta1"))
        return "v1beta1";
    return js_str(group, "preferredVersion", "version", NULL);
}

static int find_clusters(struct connection *connection, const char *namespace_, struct error **err)
{
    json_auto_t *group = NULL;
    if (kube_client_get(connection->client, GROUP, &group, err) < 0)
        return -1;
    const char *version = choose_version(group);
    if (!version) {
        error_make(err, ERROR_NOT_FOUND,
                   "%s serves no OpenStackClusters: is its provider for OpenStack installed?",
                   connection->kube.server);
        return -1;
    }
    connection->clusters_path =
        xasprintf(GROUP "/%s/namespaces/%s/openstackclusters", version, namespace_);
    return 0;
}

static int open_client(struct connection *connection, const struct config *config, const int *wake,
                       struct error **err)
{
    json_auto_t *path = config->kubeconfig ? json_string(config->kubeconfig) : NULL;
    const struct kube_options options = {.kubeconfig = path};
    if (kube_config_load(&options, &connection->kube, err) < 0)
        return -1;
    connection->client = kube_client_new(
        &connection->kube,
        &(struct kube_client_options){.request_timeout_ms = REQUEST_TIMEOUT_MS,
                                      .max_in_flight = 16,
                                      .wake = wake,
                                      .user_agent = "magnum-cluster-api-proxy/" MCAPI_VERSION},
        err);
    return connection->client ? 0 : -1;
}

int connection_open(struct connection *connection, const struct config *config, const int *wake,
                    struct error **err)
{
    *connection = (struct connection){0};
    if (open_client(connection, config, wake, err) == 0 &&
        find_clusters(connection, config->namespace, err) == 0) {
        connection->address = address_published(config, connection->kube.server, err);
        if (connection->address)
            return 0;
    }
    connection_close(connection);
    return -1;
}

void connection_close(struct connection *connection)
{
    kube_client_free(connection->client);
    kube_config_clear(&connection->kube);
    free(connection->address);
    free(connection->clusters_path);
    *connection = (struct connection){0};
}
