#include "clusterctl_init/apply.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "capi/wait.h"
#include "clusterctl_init/states.h"
#include "json/js_get.h"
#include "json/js_read.h"

/* ---- waiting */

/* Deployments without a container "manager" are none of a provider's controllers. */
static bool has_manager(const struct capi_put *item)
{
    if (!str_equal(item->id.kind, "Deployment"))
        return false;
    json_error_t where;
    json_auto_t *value = js_read(buf_str(&item->body), item->body.size, &where);
    return js_find(js_get(value, "spec", "template", "spec", "containers", NULL), "name",
                   "manager") != NULL;
}

static size_t collect(const struct capi_puts *puts, const struct kube_object **out)
{
    size_t count = 0;
    for (size_t i = 0; i < puts->count; i++)
        if (has_manager(&puts->items[i]))
            out[count++] = &puts->items[i].id;
    return count;
}

/* Waits for the Deployments of everything that was installed. */
static int wait_for_all(struct cc *cc, struct error **err)
{
    size_t most = cc->install.objects.count;
    for (size_t i = 0; i < cc->count; i++)
        most += cc->items[i].replacement.objects.count;
    auto_free const struct kube_object **deployments =
        xcalloc(most + 1, sizeof(const struct kube_object *));
    size_t count = collect(&cc->install.objects, deployments);
    for (size_t i = 0; i < cc->count; i++)
        count += collect(&cc->items[i].replacement.objects, deployments + count);
    if (!count)
        return 0;
    strv_add(&cc->log, "Waiting for providers to be available...");
    return capi_wait_deployments(cc->client, deployments, count, cc->args.wait_timeout_ms, err);
}

/* ---- the walk */

static int define(struct cc *cc, struct error **err)
{
    const struct capi_put_options options = cc_put_options(cc, NULL);
    int created = capi_inventory_define(&cc->inventory, cc->client, cc->generation, &options, err);
    cc->defined = created > 0;
    cc->install.records.options.young_kinds = cc->defined;
    return created < 0 ? -1 : 0;
}

/* clusterctl init checks the request before it touches cert-manager, upgrade after it. */
static int prepare(struct cc *cc, struct error **err)
{
    if (cc->args.state == CC_UPGRADED)
        return cc_cert_manager_apply(cc, err) < 0 || cc_refused(cc, err) < 0 || define(cc, err) < 0
                   ? -1
                   : 0;
    return define(cc, err) < 0 || cc_refused(cc, err) < 0 || cc_cert_manager_apply(cc, err) < 0 ? -1
                                                                                                : 0;
}

static void log_welcome(struct cc *cc)
{
    static const char *const lines[] = {
        "",
        "Your management cluster has been initialized successfully!",
        "",
        "You can now create your first workload cluster by running the following:",
        "",
        "  clusterctl generate cluster [name] --kubernetes-version [version] | kubectl apply -f -",
        "",
    };
    for (size_t i = 0; i < array_length(lines); i++)
        strv_add(&cc->log, lines[i]);
}

static int bring_up(struct cc *cc, struct error **err)
{
    if (prepare(cc, err) < 0 || cc_extra_apply(cc, err) < 0 || cc_upgrade_apply(cc, err) < 0 ||
        cc_install_apply(cc, err) < 0 || cc_override_claim(cc, err) < 0 ||
        cc_override_apply(cc, err) < 0)
        return -1;
    if (cc->args.wait && !kube_client_is_dry_run(cc->client) && wait_for_all(cc, err) < 0)
        return -1;
    if (cc->first_run)
        log_welcome(cc);
    return 0;
}

int cc_apply(void *state, struct error **err)
{
    struct cc *cc = state;
    switch (cc->args.state) {
    case CC_IMAGES:
        return 0;
    case CC_ABSENT:
        return cc_absent_apply(cc, err);
    case CC_PRESENT:
    case CC_UPGRADED:
    case CC_LATEST_REQUESTED:
        break;
    }
    return bring_up(cc, err);
}
