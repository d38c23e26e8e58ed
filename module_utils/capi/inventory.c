#include "capi/inventory.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "capi/definition.h"
#include "capi/resource.h"
#include "capi/version.h"
#include "json/js_get.h"
#include "kube/wait.h"

#define CRDS       "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
#define DEFINITION CRDS "/providers.clusterctl.cluster.x-k8s.io"
#define CLUSTERS   CRDS "/clusters.cluster.x-k8s.io"
#define PROVIDERS  "/apis/clusterctl.cluster.x-k8s.io/v1alpha3/providers"
#define CM         "/api/v1/namespaces/cert-manager"

enum { ESTABLISHED_MS = 60000 };

/* ---- reading */

/* What is read, all at once. */
enum { READ_VERSION, READ_DEFINITION, READ_CLUSTERS, READ_PROVIDERS, READ_NAMESPACE, READS };

static const struct {
    const char *path;
    const char *what; /* goes in front of an error */
} reads[READS] = {
    [READ_VERSION] = {"/version", "failed to get the server version"},
    [READ_DEFINITION] = {DEFINITION, "failed to check the inventory CRD"},
    [READ_CLUSTERS] = {CLUSTERS, "failed to check Cluster API version"},
    [READ_PROVIDERS] = {PROVIDERS, "failed to get the inventory of providers"},
    [READ_NAMESPACE] = {CM, "failed to get the namespace cert-manager"},
};

static int take_providers(struct capi_inventory *inventory, const json_t *body, struct error **err)
{
    size_t index = 0;
    json_t *item = NULL;
    json_array_foreach (js_get(body, "items", NULL), index, item)
        if (capi_entries_add_object(&inventory->entries, item, err) < 0)
            return -1;
    return 0;
}

static int take_answer(struct capi_inventory *inventory, int which, const json_t *body,
                       struct error **err)
{
    const char *text = NULL;
    switch (which) {
    case READ_VERSION:
        text = js_str(body, "gitVersion", NULL);
        inventory->server_version = xstrdup(text ? text : "");
        return 0;
    case READ_DEFINITION:
        inventory->defined = capi_definition_has(body, "v1alpha3");
        if (inventory->defined)
            return 0;
        error_make(err, ERROR_STATUS,
                   "clusterctl inventory CRD does not defines the v1alpha3 version");
        return -1;
    case READ_CLUSTERS:
        text = capi_definition_stored(body);
        inventory->storage = xstrdup(text ? text : "");
        return 0;
    case READ_NAMESPACE:
        inventory->cert_manager_namespace = true;
        return 0;
    default:
        return take_providers(inventory, body, err);
    }
}

static int take_call(struct capi_inventory *inventory, int which, struct kube_call *call,
                     struct error **err)
{
    if (kube_call_status(call) == 404 && which != READ_VERSION)
        return 0;
    json_auto_t *body = kube_call_answer(call, err);
    if (!body) {
        error_wrap(err, "%s", reads[which].what);
        return -1;
    }
    return take_answer(inventory, which, body, err);
}

int capi_inventory_read(struct capi_inventory *inventory, struct kube_client *client,
                        struct error **err)
{
    *inventory = (struct capi_inventory){0};
    struct kube_call calls[READS];
    for (int i = 0; i < READS; i++)
        kube_call_init(&calls[i], "GET", xstrdup(reads[i].path));
    int result = kube_client_all(client, calls, READS, err);
    for (int i = 0; i < READS; i++) {
        if (result == 0)
            result = take_call(inventory, i, &calls[i], err);
        kube_call_clear(&calls[i]);
    }
    if (result < 0)
        capi_inventory_clear(inventory);
    return result;
}

void capi_inventory_clear(struct capi_inventory *inventory)
{
    free(inventory->server_version);
    free(inventory->storage);
    capi_entries_clear(&inventory->entries);
    *inventory = (struct capi_inventory){0};
}

/* ---- checks */

int capi_inventory_check_server(const struct capi_inventory *inventory, bool topology,
                                struct error **err)
{
    auto_capi_version struct capi_version have = {0};
    auto_capi_version struct capi_version need = {0};
    const char *minimum = topology ? "v1.22.0" : "v1.20.0";
    if (!capi_version_parse_tolerant(inventory->server_version, &have)) {
        error_make(err, ERROR_STATUS, "the server's version \"%s\" is none",
                   inventory->server_version);
        return -1;
    }
    if (!capi_version_parse(minimum, &need) || capi_version_compare(&have, &need) >= 0)
        return 0;
    error_make(err, ERROR_STATUS,
               "unsupported management cluster server version: %s - minimum required version is %s",
               inventory->server_version, minimum);
    return -1;
}

static bool is_upgradable(const struct capi_generation *generation, const char *storage)
{
    for (size_t i = 0; i < array_length(generation->upgradable) && generation->upgradable[i]; i++)
        if (str_equal(generation->upgradable[i], storage))
            return true;
    return false;
}

int capi_inventory_check_contract(const struct capi_inventory *inventory,
                                  const struct capi_generation *generation, bool upgrade,
                                  bool needed, struct error **err)
{
    const char *storage = inventory->storage;
    if (!storage && !needed)
        return 0;
    if (!storage) {
        error_make(err, ERROR_USAGE,
                   "this version of clusterctl could be used only with \"%s\" management clusters, "
                   "but Cluster API is not installed: there is no CustomResourceDefinition "
                   "clusters.cluster.x-k8s.io",
                   generation->contract);
        return -1;
    }
    if (str_equal(storage, generation->contract) || (upgrade && is_upgradable(generation, storage)))
        return 0;
    error_make(err, ERROR_USAGE,
               "this version of clusterctl could be used only with \"%s\" management clusters, "
               "\"%s\" detected",
               generation->contract, storage);
    return -1;
}

/* ---- the definition */

static json_t *printer_columns(void)
{
    return json_pack("[{ssssss}, {ssssss}, {ssssss}, {ssssss}]", "name", "Age", "type", "date",
                     "jsonPath", ".metadata.creationTimestamp", "name", "Type", "type", "string",
                     "jsonPath", ".type", "name", "Provider", "type", "string", "jsonPath",
                     ".providerName", "name", "Version", "type", "string", "jsonPath", ".version");
}

static json_t *schema(void)
{
    static const char *const texts[] = {"apiVersion", "kind",    "providerName",
                                        "type",       "version", "watchedNamespace"};
    json_t *properties = json_pack("{s{ss}}", "metadata", "type", "object");
    for (size_t i = 0; i < array_length(texts); i++)
        json_object_set_new(properties, texts[i], json_pack("{ss}", "type", "string"));
    return json_pack("{s{ssso}}", "openAPIV3Schema", "type", "object", "properties", properties);
}

json_t *capi_inventory_definition(const struct capi_generation *generation)
{
    json_t *names =
        json_pack("{ssssssss s[s]}", "kind", "Provider", "listKind", "ProviderList", "plural",
                  "providers", "singular", "provider", "categories", "cluster-api");
    json_t *version = json_pack("{ss sb sb s{} so so}", "name", "v1alpha3", "served", 1, "storage",
                                1, "subresources", "additionalPrinterColumns", printer_columns(),
                                "schema", schema());
    return json_pack("{ss ss s{ss s{ss} s{ss}} s{ss ss so s[o]}}", "apiVersion",
                     "apiextensions.k8s.io/v1", "kind", "CustomResourceDefinition", "metadata",
                     "name", "providers.clusterctl.cluster.x-k8s.io", "labels",
                     "clusterctl.cluster.x-k8s.io/core", "inventory", "annotations",
                     "controller-gen.kubebuilder.io/version", generation->crd_generator, "spec",
                     "group", "clusterctl.cluster.x-k8s.io", "scope", "Namespaced", "names", names,
                     "versions", version);
}

static const struct capi_put_words words = {
    .get = "failed to check the inventory CRD",
    .create = "failed to create the inventory CRD",
    .patch = "failed to patch the inventory CRD",
};

static int create_definition(struct kube_client *client, const json_t *definition,
                             const struct capi_put_options *options, struct error **err)
{
    auto_capi_puts struct capi_puts puts;
    struct capi_put_options own = *options;
    own.words = &words;
    own.keep = false;
    capi_puts_init(&puts, client, NULL, &own);
    size_t failed = SIZE_MAX;
    if (capi_puts_add(&puts, definition, CAPI_WAY_MERGE, 0, err) < 0 ||
        capi_puts_run(&puts, &failed, err) < 0)
        return -1;
    if (failed == SIZE_MAX)
        return 0;
    capi_puts_error(&puts, failed, err);
    return -1;
}

static int await_definition(struct kube_client *client, json_t *definition, struct error **err)
{
    struct kube_object object = {0};
    struct kube_waiter waiter;
    kube_object_init_take(&object, json_incref(definition));
    object.resource = capi_resource_crd;
    kube_waiter_init(&waiter, &object, KUBE_GOAL_READY, NULL);
    const struct kube_wait wait = {
        .client = client, .timeout_ms = ESTABLISHED_MS, .sleep_ms = 1000};
    int result = kube_wait_all(&wait, &waiter, 1, err);
    if (result == 0 && waiter.state != KUBE_WAIT_MET) {
        kube_waiter_error(&waiter, ESTABLISHED_MS, err);
        result = -1;
    }
    kube_waiter_clear(&waiter);
    kube_object_clear(&object);
    return result;
}

int capi_inventory_define(struct capi_inventory *inventory, struct kube_client *client,
                          const struct capi_generation *generation,
                          const struct capi_put_options *options, struct error **err)
{
    if (inventory->defined)
        return 0;
    json_auto_t *definition = capi_inventory_definition(generation);
    if (!kube_client_is_dry_run(client) &&
        (create_definition(client, definition, options, err) < 0 ||
         await_definition(client, definition, err) < 0))
        return -1;
    inventory->defined = true;
    return 1;
}
