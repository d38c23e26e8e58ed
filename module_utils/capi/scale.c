#include "capi/scale.h"

#include <stdlib.h>

#include "base/buf.h"
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

/* Whose Deployments are looked at. */
struct scope {
    const struct capi_entry *const *providers; /* borrowed */
    size_t count;
    char *selector; /* owned: of any of their labels */
};

static char *selector_of(const struct capi_entry *const *providers, size_t count)
{
    struct buf text;
    buf_init(&text);
    for (size_t i = 0; i < count; i++) {
        auto_free char *label = capi_entry_label(providers[i]);
        buf_printf(&text, "%s%s", i ? "," : "cluster.x-k8s.io/provider in (", label);
    }
    buf_add_char(&text, ')');
    return buf_steal(&text);
}

/* The providers may be several, each in a namespace of its own. */
static bool belongs(const struct scope *scope, const json_t *deployment)
{
    const char *namespace_ = js_str(deployment, "metadata", "namespace", NULL);
    const char *bears = js_str(deployment, "metadata", "labels", "cluster.x-k8s.io/provider", NULL);
    for (size_t i = 0; i < scope->count; i++) {
        auto_free char *label = capi_entry_label(scope->providers[i]);
        if (str_equal(label, bears) && str_equal(scope->providers[i]->namespace_, namespace_))
            return true;
    }
    return false;
}

/* One request for all of them. */
static int list_deployments(struct kube_client *client, const struct scope *scope, json_t *items,
                            struct error **err)
{
    auto_strv struct strv selectors;
    strv_init(&selectors);
    strv_add(&selectors, "clusterctl.cluster.x-k8s.io=");
    strv_add(&selectors, scope->selector);
    const struct kube_list_options options = {.resource = &capi_resource_deployment,
                                              .label_selectors = &selectors};
    json_auto_t *all = json_array();
    if (kube_list(client, &options, all, err) < 0)
        return -1;
    size_t index = 0;
    json_t *item = NULL;
    json_array_foreach (all, index, item)
        if (belongs(scope, item))
            json_array_append(items, item);
    return 0;
}

static char *path_of(const json_t *deployment)
{
    struct buf path;
    buf_init(&path);
    kube_resource_path_of(&path, &capi_resource_deployment, deployment);
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
static int look(struct kube_client *client, const struct scope *scope, long long *left,
                struct error **err)
{
    json_auto_t *now = json_array();
    if (list_deployments(client, scope, now, err) < 0)
        return -1;
    *left = 0;
    size_t index = 0;
    json_t *item = NULL;
    json_array_foreach (now, index, item) {
        long long replicas = replicas_of(item, "status", 0);
        if (replicas > 0)
            *left = replicas;
    }
    return 0;
}

static int await(struct kube_client *client, const struct scope *scope, struct error **err)
{
    long long left = 0;
    for (int i = 0; i < ATTEMPTS * LOOKS; i++) {
        if (look(client, scope, &left, err) < 0)
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

static int scale_down(struct kube_client *client, const struct scope *scope, bool patient,
                      size_t *scaled, struct error **err)
{
    json_auto_t *deployments = json_array();
    if (list_deployments(client, scope, deployments, err) < 0 ||
        stop_all(client, deployments, patient, scaled, err) < 0)
        return -1;
    bool done = kube_client_is_dry_run(client) || !json_array_size(deployments);
    return done ? 0 : await(client, scope, err);
}

int capi_scale_down(struct kube_client *client, const struct capi_entry *const *providers,
                    size_t count, bool patient, size_t *scaled, struct error **err)
{
    if (!count)
        return 0;
    struct scope scope = {providers, count, selector_of(providers, count)};
    int result = scale_down(client, &scope, patient, scaled, err);
    free(scope.selector);
    return result;
}
