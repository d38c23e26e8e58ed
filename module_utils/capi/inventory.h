/*
 * The inventory of a management cluster, where clusterctl keeps it: its definition, the Provider
 * objects, and the contract that the definitions of Cluster API speak. Reads and writes the
 * cluster; knows no repositories.
 */
#ifndef CAPI_INVENTORY_H
#define CAPI_INVENTORY_H

#include <stdbool.h>

#include "base/error.h"
#include "capi/entry.h"
#include "capi/generation.h"
#include "capi/put.h"
#include "kube/client.h"

struct capi_inventory {
    char *server_version; /* owned: "v1.34.2" */
    bool defined;         /* the definition of Provider exists, with version v1alpha3 */
    char *storage; /* owned: the version in which Clusters are stored; NULL without Cluster API */
    bool cert_manager_namespace;
    struct capi_entries entries; /* in the order of the server's list */
};

/* Reads all of it at once. ERROR_STATUS "clusterctl inventory CRD does not defines the v1alpha3
 * version"; unreadable things. */
int capi_inventory_read(struct capi_inventory *inventory, struct kube_client *client,
                        struct error **err) must_check;
void capi_inventory_clear(struct capi_inventory *inventory);

/* ERROR_STATUS "unsupported management cluster server version: v1.19.1 - minimum required version
 * is v1.20.0". TOPOLOGY asks for v1.22.0. Pure. */
int capi_inventory_check_server(const struct capi_inventory *inventory, bool topology,
                                struct error **err) must_check;

/*
 * Whether the generation may work on this cluster: its contract, or with UPGRADE one that it
 * upgrades. Without Cluster API it may, unless NEEDED. ERROR_USAGE "this version of clusterctl
 * could be used only with "v1beta2" management clusters, "v1beta1" detected". Pure.
 */
int capi_inventory_check_contract(const struct capi_inventory *inventory,
                                  const struct capi_generation *generation, bool upgrade,
                                  bool needed, struct error **err) must_check;

/* Creates the definition unless it is there, and waits until it is served. 1 when it was created.
 * A dry-run client creates nothing and waits for nothing. */
int capi_inventory_define(struct capi_inventory *inventory, struct kube_client *client,
                          const struct capi_generation *generation,
                          const struct capi_put_options *options, struct error **err) must_check;

/* The definition itself. New. */
json_t *capi_inventory_definition(const struct capi_generation *generation) must_check;

#endif
