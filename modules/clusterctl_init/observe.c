#include "clusterctl_init/observe.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "clusterctl_init/states.h"

/* For reads; what is written is tried again as often as the task says. */
enum { RETRY_MS = 15000 };

/* More would not be faster, as definitions keep a server busy, and each holds up to a megabyte. */
enum { IN_FLIGHT = 16 };

static int connect_client(struct cc *cc, struct error **err)
{
    if (kube_config_load(&cc->args.connection.options, &cc->config, err) < 0)
        return -1;
    const struct kube_client_options options = {
        .dry_run = cc->context->check_mode,
        .retry_timeout_ms = RETRY_MS,
        .max_in_flight = IN_FLIGHT,
    };
    cc->client = kube_client_new(&cc->config, &options, err);
    if (!cc->client)
        return -1;
    cc->discovery = kube_discovery_new(cc->client);
    return 0;
}

static int read_config(struct cc *cc, struct error **err)
{
    const struct cc_args *args = &cc->args;
    const struct capi_config_options options = {
        .path = args->config,
        .providers = args->providers,
        .repository_path = args->repository_path,
        .overrides_folder = args->overrides_folder,
        .cache_path = args->cache_path,
        .images = args->images,
        .cert_manager = args->cert_manager,
        .variables = args->variables,
        .use_environment = args->use_environment,
        .log = &cc->log,
    };
    cc->capi = capi_config_new(&options, err);
    return cc->capi ? 0 : -1;
}

/* ---- which clusterctl is followed */

static const struct capi_generation *generation_of_ref(struct cc *cc)
{
    auto_capi_ref struct capi_ref ref = {0};
    const char *text = cc->args.refs[CAPI_CORE].items[0];
    auto_error struct error *ignored = NULL; /* it will be told where it matters */
    int parsed = cc->args.state == CC_UPGRADED
                     ? capi_ref_parse_upgrade(&ref, CAPI_CORE, text, &ignored)
                     : capi_ref_parse(&ref, CAPI_CORE, text, &ignored);
    return parsed < 0 ? capi_generation_default() : capi_generation_of_core(cc->capi, &ref);
}

/* That of the contract which the task leads to, or else which the cluster has. */
static const struct capi_generation *choose_generation(struct cc *cc)
{
    const struct cc_args *args = &cc->args;
    const struct capi_generation *found = NULL;
    const char *contract = args->own_contract ? args->own_contract : args->contract;
    if (contract)
        found = capi_generation_find(contract);
    else if (args->state != CC_ABSENT && args->refs[CAPI_CORE].count)
        found = generation_of_ref(cc);
    else if (cc->inventory.storage)
        found = capi_generation_find(cc->inventory.storage);
    else if (args->state != CC_ABSENT)
        found = capi_generation_of_core(cc->capi, NULL);
    return found ? found : capi_generation_default();
}

/* ---- */

static int observe_state(struct cc *cc, struct error **err)
{
    switch (cc->args.state) {
    case CC_PRESENT:
    case CC_LATEST_REQUESTED:
        return cc_install_observe(cc, err);
    case CC_UPGRADED:
        return cc_upgrade_observe(cc, err);
    case CC_ABSENT:
        return cc_absent_observe(cc, err);
    case CC_IMAGES:
        break;
    }
    return cc_images_observe(cc, err);
}

int cc_observe(void *state, struct error **err)
{
    struct cc *cc = state;
    if (read_config(cc, err) < 0 || connect_client(cc, err) < 0 ||
        capi_inventory_read(&cc->inventory, cc->client, err) < 0)
        return -1;
    bool topology = capi_config_switch(cc->capi, "CLUSTER_TOPOLOGY");
    if (capi_inventory_check_server(&cc->inventory, topology, err) < 0)
        return -1;
    cc->generation = choose_generation(cc);
    cc->repositories = capi_repositories_new(cc->capi, cc->generation);
    cc->define = !cc->inventory.defined;
    return observe_state(cc, err);
}
