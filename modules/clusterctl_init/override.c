/* Overrides in the Deployments of providers: see clusterctl_init/states.h. */
#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "capi/overrides.h"
#include "capi/resource.h"
#include "clusterctl_init/states.h"
#include "http/url.h"
#include "json/js_get.h"
#include "json/js_write.h"
#include "kube/list.h"
#include "kube/prior.h"

static int list_deployments(struct cc *cc, const struct cc_item *item, json_t *items,
                            struct error **err)
{
    auto_strv struct strv selectors;
    strv_init(&selectors);
    strv_add(&selectors, "clusterctl.cluster.x-k8s.io=");
    strv_printf(&selectors, "cluster.x-k8s.io/provider=%s", item->label);
    const struct kube_list_options options = {.resource = &capi_resource_deployment,
                                              .namespace_ = item->entry.namespace_,
                                              .label_selectors = &selectors};
    return kube_list(cc->client, &options, items, err);
}

static void add_override(struct cc *cc, const struct cc_item *item, json_t *deployment)
{
    cc->overrides = xreallocarray(cc->overrides, cc->override_count + 1, sizeof(*cc->overrides));
    cc->overrides[cc->override_count++] =
        (struct cc_override){.item = item, .deployment = json_incref(deployment)};
}

int cc_override_observe(struct cc *cc, struct error **err)
{
    const json_t *overrides = cc->args.deployment_overrides;
    for (size_t i = 0; json_array_size(overrides) && i < cc->count; i++) {
        const struct cc_item *item = &cc->items[i];
        if (item->verb != CC_LEAVE || !item->previous)
            continue;
        json_auto_t *found = json_array();
        if (list_deployments(cc, item, found, err) < 0)
            return -1;
        size_t index = 0;
        json_t *deployment = NULL;
        json_array_foreach (found, index, deployment)
            if (!capi_overrides_hold(overrides, item->label, deployment))
                add_override(cc, item, deployment);
    }
    return 0;
}

static char *apply_path(const json_t *deployment)
{
    struct buf path;
    buf_init(&path);
    kube_resource_path_of(&path, &capi_resource_deployment, deployment);
    url_query(&path, "fieldManager", CAPI_OVERRIDES_MANAGER);
    url_query(&path, "force", "true");
    return buf_steal(&path);
}

/* The Deployment as it is then, or in a prediction would be. New, or NULL. */
static json_t *apply_one(struct cc *cc, const struct cc_item *item, const json_t *deployment,
                         struct error **err)
{
    json_auto_t *body = capi_overrides_body(cc->args.deployment_overrides, item->label, deployment);
    auto_kube_call struct kube_call call;
    kube_call_init(&call, "PATCH", apply_path(deployment));
    struct buf text;
    buf_init(&text);
    if (js_write(&text, body, 0, err) < 0)
        return NULL;
    kube_call_body_take(&call, "application/apply-patch+yaml", &text);
    call.idempotent = true;
    if (kube_client_call(cc->client, &call, err) < 0)
        return NULL;
    json_t *answer = NULL;
    if (call.error)
        kube_call_error_move(&call, err);
    else
        answer = kube_call_object(&call, err);
    if (!answer)
        error_wrap(err, "failed to override Deployment %s/%s",
                   js_str(deployment, "metadata", "namespace", NULL),
                   js_str(deployment, "metadata", "name", NULL));
    return answer;
}

int cc_override_apply(struct cc *cc, struct error **err)
{
    for (size_t i = 0; i < cc->override_count; i++) {
        struct cc_override *override = &cc->overrides[i];
        json_auto_t *after = apply_one(cc, override->item, override->deployment, err);
        if (!after)
            return -1;
        override->changed =
            kube_prior_differs(override->deployment, after, CAPI_OVERRIDES_MANAGER, false);
    }
    return 0;
}

int cc_override_claim(struct cc *cc, struct error **err)
{
    const json_t *overrides = cc->args.deployment_overrides;
    if (!json_array_size(overrides) || kube_client_is_dry_run(cc->client))
        return 0;
    for (size_t i = 0; i < cc->count; i++) {
        const struct cc_item *item = &cc->items[i];
        if (item->verb == CC_LEAVE || item->verb == CC_DELETE)
            continue;
        json_auto_t *found = json_array();
        if (list_deployments(cc, item, found, err) < 0)
            return -1;
        size_t index = 0;
        json_t *deployment = NULL;
        json_array_foreach (found, index, deployment) {
            if (!capi_overrides_concern(overrides, item->label, deployment))
                continue;
            json_auto_t *after = apply_one(cc, item, deployment, err);
            if (!after)
                return -1;
        }
    }
    return 0;
}
