#include "capi/scale.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/strv.h"
#include "capi/resource.h"
#include "json/js_get.h"
#include "kube/list.h"

enum {
    ATTEMPTS = 60, /* as clusterctl counts them; each is as long as LOOKS pauses */
    LOOKS = 4,
    PAUSE_MS = 300,
};

static long long replicas_of(const json_t *deployment, const char *part, long long fallback)
{
    long long replicas = fallback;
    js_int(deployment, &replicas, part, "replicas", NULL);
    return replicas;
}

static int list_deployments(struct kube_client *client, const struct capi_entry *provider,
                            json_t *items, struct error **err)
{
    auto_free char *label = capi_entry_label(provider);
    auto_strv struct strv selectors;
    strv_init(&selectors);
    strv_add(&selectors, "clusterctl.cluster.x-k8s.io=");
    strv_printf(&selectors, "cluster.x-k8s.io/provider=%s", label);
    const struct kube_list_options options = {.resource = &capi_resource_deployment,
                                              .namespace_ = provider->namespace_,
                                              .label_selectors = &selectors};
    return kube_list(client, &options, items, err);
}

static char *path_of(const json_t *deployment)
{
    struct buf path;
    buf_init(&path);
    kube_resource_path(&path, &capi_resource_deployment,
                       js_str(deployment, "metadata", "namespace", NULL),
                       js_str(deployment, "metadata", "name", NULL));
    return buf_steal(&path);
}

/* ---- setting */

static int stop_all(struct kube_client *client, const json_t *deployments, bool patient,
                    size_t *scaled, struct error **err)
{
    size_t count = json_array_size(deployments);
    struct kube_call *calls = xcalloc(count + 1, sizeof(*calls));
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        const json_t *deployment = json_array_get(deployments, i);
        if (replicas_of(deployment, "spec", 1) == 0)
            continue;
        struct buf body;
        buf_init(&body);
        buf_add_str(&body, "{\"spec\":{\"replicas\":0}}");
        kube_call_init(&calls[used], "PATCH", path_of(deployment));
        kube_call_body_take(&calls[used], "application/merge-patch+json", &body);
        calls[used].idempotent = patient;
        calls[used].give_up_at = patient ? 0 : clock_now_ms();
        calls[used++].may_race = true;
    }
    *scaled += used;
    int result = kube_client_is_dry_run(client) ? 0 : kube_client_all(client, calls, used, err);
    for (size_t i = 0; i < used; i++) {
        if (result == 0 && calls[i].error && kube_call_status(&calls[i]) != 404) {
            kube_call_error_move(&calls[i], err);
            error_wrap(err, "failed to scale deployment");
            result = -1;
        }
        kube_call_clear(&calls[i]);
    }
    free(calls);
    return result;
}

/* ---- waiting */

/* Reads the Deployments again; *left becomes the replicas of one that still has some. */
static int look(struct kube_client *client, const json_t *deployments, long long *left,
                struct error **err)
{
    *left = 0;
    for (size_t i = 0; i < json_array_size(deployments); i++) {
        auto_free char *path = path_of(json_array_get(deployments, i));
        json_auto_t *now = NULL;
        if (kube_client_get(client, path, &now, err) < 0)
            return -1;
        long long replicas = replicas_of(now, "status", 0);
        if (replicas > 0)
            *left = replicas;
    }
    return 0;
}

static int await(struct kube_client *client, const json_t *deployments, struct error **err)
{
    long long left = 0;
    for (int i = 0; i < ATTEMPTS * LOOKS; i++) {
        if (look(client, deployments, &left, err) < 0)
            return -1;
        if (left == 0)
            return 0;
        clock_sleep_ms(PAUSE_MS);
        if (interrupt_check(err) < 0)
            return -1;
    }
    error_make(err, ERROR_TIMEOUT,
               "failed to wait until Deployment is scaled down: action failed after %d attempts: "
               "Deployment still has %lld replicas",
               ATTEMPTS, left);
    return -1;
}

int capi_scale_down(struct kube_client *client, const struct capi_entry *const *providers,
                    size_t count, bool patient, size_t *scaled, struct error **err)
{
    json_auto_t *deployments = json_array();
    for (size_t i = 0; i < count; i++)
        if (list_deployments(client, providers[i], deployments, err) < 0)
            return -1;
    if (stop_all(client, deployments, patient, scaled, err) < 0)
        return -1;
    return kube_client_is_dry_run(client) ? 0 : await(client, deployments, err);
}
