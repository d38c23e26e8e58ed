/* cert-manager: see clusterctl_init/states.h. */
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "capi/certmanager.h"
#include "capi/migrate.h"
#include "capi/remove.h"
#include "clusterctl_init/states.h"

/* ---- observe */

/* Reads the manifest that would be installed, so that a missing one shows before anything is
 * changed. */
static int read_manifest(struct cc *cc, struct error **err)
{
    struct cc_cert_manager_state *manager = &cc->cert_manager;
    manager->manifest = capi_cert_manager_load(cc->repositories, &manager->settings, err);
    if (!manager->manifest)
        return -1;
    const struct capi_put_options options = cc_put_options(cc, &capi_put_cert_manager_words);
    capi_puts_init(&manager->puts, cc->client, cc->discovery, &options);
    size_t index = 0;
    json_t *object = NULL;
    json_array_foreach (manager->manifest, index, object)
        if (capi_puts_add(&manager->puts, object, CAPI_WAY_REPLACE, 0, err) < 0)
            return -1;
    return 0;
}

static int not_there(const struct cc *cc, const char *why, struct error **err)
{
    const struct capi_cert_manager *settings = &cc->cert_manager.settings;
    error_make(err, ERROR_NOT_FOUND, "cert-manager does not answer: %s; install it first%s",
               why ? why : "", settings->external ? "" : ", or set cert_manager.mode to auto");
    return -1;
}

static int observe_install(struct cc *cc, struct error **err)
{
    struct cc_cert_manager_state *manager = &cc->cert_manager;
    auto_free char *why = NULL;
    int ready = capi_cert_manager_probe(cc->client, &why, err);
    if (ready < 0)
        return -1;
    manager->probed = true;
    manager->ready = ready;
    if (ready) {
        strv_add(&cc->log, "Skipping installing cert-manager as it is already installed");
        return 0;
    }
    if (cc->args.cert_manager_mode == CC_CM_REQUIRE || manager->settings.external)
        return not_there(cc, why, err);
    manager->install = true;
    return read_manifest(cc, err);
}

/* What an installation by Helm, or by hand, left bears no such label and is nobody's business. */
static int observe_upgrade(struct cc *cc, struct error **err)
{
    struct cc_cert_manager_state *manager = &cc->cert_manager;
    capi_cert_manager_listing(&manager->state.listing);
    if (capi_listing_read(&manager->state.listing, 1, cc->client, cc->discovery, err) < 0)
        return -1;
    if (!manager->state.listing.count)
        return 0;
    manager->managed = true;
    if (read_manifest(cc, err) < 0)
        return -1;
    if (capi_cert_manager_judge(&manager->state, manager->settings.version,
                                json_array_size(manager->manifest), cc->generation, err) < 0 ||
        capi_cert_manager_compare(&manager->state, cc->client, manager->manifest, cc->generation,
                                  err) < 0)
        return -1;
    manager->install = manager->state.upgrade;
    if (manager->install)
        manager->previous = xstrdup(manager->state.version);
    return 0;
}

int cc_cert_manager_observe(struct cc *cc, bool upgrade, struct error **err)
{
    capi_config_cert_manager(cc->capi, cc->generation, &cc->cert_manager.settings);
    if (cc->args.cert_manager_mode == CC_CM_SKIP)
        return 0;
    if (!upgrade)
        return observe_install(cc, err);
    if (cc->args.cert_manager_mode == CC_CM_AUTO && !cc->cert_manager.settings.external)
        return observe_upgrade(cc, err);
    return cc->args.cert_manager_mode == CC_CM_REQUIRE ? observe_install(cc, err) : 0;
}

/* ---- apply */

static int remove_old(struct cc *cc, struct error **err)
{
    const struct capi_listing *listing = &cc->cert_manager.state.listing;
    const struct capi_remove_options options = {.attempts = cc->args.write_attempts,
                                                .retry_refused = cc->args.retry_refused};
    auto_free const struct kube_object **objects =
        xcalloc(listing->count + 1, sizeof(const struct kube_object *));
    size_t count = 0;
    for (size_t i = 0; i < listing->count; i++)
        if (capi_remove_fits_cert_manager(&listing->objects[i]))
            objects[count++] = &listing->objects[i];
    strv_printf(&cc->log, "Deleting cert-manager version=\"%s\"", cc->cert_manager.previous);
    if (capi_remove(cc->client, objects, count, &options, cc->deleted, err) < 0)
        return -1;
    if (!kube_client_is_dry_run(cc->client))
        return 0;
    if (capi_puts_observe(&cc->cert_manager.puts, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        capi_puts_assume_gone(&cc->cert_manager.puts, objects[i]);
    return 0;
}

static int install(struct cc *cc, struct error **err)
{
    struct cc_cert_manager_state *manager = &cc->cert_manager;
    size_t failed = SIZE_MAX;
    strv_printf(&cc->log, "Installing cert-manager version=\"%s\"", manager->settings.version);
    if (capi_puts_run(&manager->puts, &failed, err) < 0)
        return -1;
    if (failed != SIZE_MAX) {
        capi_puts_error(&manager->puts, failed, err);
        return -1;
    }
    strv_add(&cc->log, "Waiting for cert-manager to be available...");
    if (!kube_client_is_dry_run(cc->client) &&
        capi_cert_manager_await(cc->client, manager->settings.timeout_ms, err) < 0)
        return -1;
    manager->done = true;
    return 0;
}

int cc_cert_manager_apply(struct cc *cc, struct error **err)
{
    struct cc_cert_manager_state *manager = &cc->cert_manager;
    if (manager->managed)
        strv_add(&cc->log, "Checking if cert-manager needs upgrade...");
    if (manager->managed && !manager->install)
        strv_add(&cc->log, "Cert-manager is already up to date");
    if (!manager->install)
        return 0;
    if (manager->managed &&
        (capi_migrate(cc->client, manager->manifest, &cc->log, &cc->migrated, err) < 0 ||
         remove_old(cc, err) < 0))
        return -1;
    return install(cc, err);
}
