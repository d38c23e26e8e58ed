/* What speaks against a restore, beside the objects themselves. Reads only. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "backup/restore_priv.h"
#include "base/clock.h"
#include "base/interrupt.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/timestamp.h"
#include "capi/version.h"
#include "json/js_get.h"
#include "kube/list.h"

#define REVIEWS   "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
#define PROVIDERS "/apis/clusterctl.cluster.x-k8s.io/v1alpha3/providers"
#define WEBHOOKS  "/apis/admissionregistration.k8s.io/v1/"
#define OURS      "labelSelector=cluster.x-k8s.io%2Fprovider"

enum { POLL_MS = 2000 };

/* One check was done: whether it added problems since BEFORE. */
static void checked(struct backup_restore *restore, const char *name, size_t before)
{
    size_t now = restore->problems.count;
    json_array_append_new(restore->checks,
                          json_pack("{ss sb ss}", "check", name, "ok", now == before, "detail",
                                    now > before ? restore->problems.items[before] : ""));
}

/* ---- may we? */

static json_t *review(const char *verb, const char *group, const char *plural,
                      const char *namespace_)
{
    json_t *attributes = json_pack("{ss ss ss}", "verb", verb, "group", group, "resource", plural);
    if (*namespace_)
        json_object_set_new(attributes, "namespace", json_string(namespace_));
    return json_pack("{ss ss s{so}}", "apiVersion", "authorization.k8s.io/v1", "kind",
                     "SelfSubjectAccessReview", "spec", "resourceAttributes", attributes);
}

struct access {
    struct backup_restore *restore;
    json_t *reviews; /* owned list */
    struct error *error;
};

static bool start_review(void *context, size_t index, struct kube_call *call)
{
    struct access *access = context;
    if (backup_call_json(call, "POST", REVIEWS, "", json_array_get(access->reviews, index),
                         &access->error) < 0)
        return false;
    /* A question, not a change: also asked in a dry run, and as often as it takes. */
    call->write = false;
    call->idempotent = true;
    return true;
}

static bool finish_review(void *context, size_t index, struct kube_call *call)
{
    struct access *access = context;
    const json_t *asked =
        js_get(json_array_get(access->reviews, index), "spec", "resourceAttributes", NULL);
    if (call->error) {
        if (!access->error)
            kube_call_error_move(call, &access->error);
        return false;
    }
    json_auto_t *answer = kube_call_json(call, NULL);
    if (js_true(answer, "status", "allowed", NULL))
        return false;
    const char *group = js_str(asked, "group", NULL);
    const char *namespace_ = js_str(asked, "namespace", NULL);
    strv_printf(&access->restore->problems, "the account may not %s %s%s%s%s%s",
                js_str(asked, "verb", NULL), js_str(asked, "resource", NULL), *group ? "." : "",
                group, namespace_ ? " in namespace " : "", namespace_ ? namespace_ : "");
    return false;
}

static void ask(json_t *reviews, json_t *seen, const char *verb,
                const struct kube_resource *resource, const char *namespace_)
{
    auto_free char *key =
        xasprintf("%s %s.%s %s", verb, resource->plural, resource->group, namespace_);
    if (json_object_get(seen, key))
        return;
    json_object_set_new(seen, key, json_true());
    json_array_append_new(reviews, review(verb, resource->group, resource->plural, namespace_));
}

static void ask_for_item(const struct backup_restore *restore, const struct backup_item *item,
                         json_t *reviews, json_t *seen)
{
    const char *namespace_ = item->node->namespace_;
    const struct kube_resource *resource = &item->resource;
    if (item->foreign || item->unserved)
        return;
    ask(reviews, seen, "get", resource, namespace_);
    if (item->step == BACKUP_STEP_CREATE)
        ask(reviews, seen, "create", resource, namespace_);
    if (item->step == BACKUP_STEP_UPDATE)
        ask(reviews, seen, "update", resource, namespace_);
    if (item->step == BACKUP_STEP_CREATE &&
        (restore->options.managed_fields || backup_to_resume(restore, item->node)))
        ask(reviews, seen, "patch", resource, namespace_);
}

static int check_access(struct backup_restore *restore, struct error **err)
{
    static const struct kube_resource namespaces = {
        .group = "", .version = "v1", .kind = "Namespace", .plural = "namespaces"};
    json_auto_t *reviews = json_array();
    json_auto_t *seen = json_object();
    const char *name = NULL;
    json_t *value = NULL;
    size_t before = restore->problems.count;
    for (size_t i = 0; i < restore->count; i++)
        ask_for_item(restore, &restore->items[i], reviews, seen);
    json_object_foreach (restore->namespaces, name, value)
        if (json_is_object(value))
            ask(reviews, seen, "create", &namespaces, "");
    struct access access = {.restore = restore, .reviews = reviews};
    struct backup_batch batch = {
        .client = restore->client,
        .context = &access,
        .count = json_array_size(reviews),
        .start = start_review,
        .finish = finish_review,
    };
    int result = backup_batch_run(&batch, err);
    if (result == 0 && access.error) {
        error_move_take(err, steal_ptr(access.error));
        result = -1;
    }
    error_free(access.error);
    checked(restore, "access", before);
    return result;
}

/* ---- kinds */

static void check_kinds(struct backup_restore *restore)
{
    json_auto_t *seen = json_object();
    size_t before = restore->problems.count;
    for (size_t i = 0; i < restore->count; i++) {
        const struct backup_item *item = &restore->items[i];
        const struct capi_node *node = item->node;
        auto_free char *key = xasprintf("%s %s", node->api_version, node->kind);
        if (item->foreign || json_object_get(seen, key))
            continue;
        json_object_set_new(seen, key, json_true());
        if (item->unserved)
            strv_printf(
                &restore->problems,
                "the cluster does not serve %s %s: install the provider that defines it, in "
                "a version that serves this one",
                node->api_version, node->kind);
        else if (item->resource.namespaced != (*node->namespace_ != '\0'))
            strv_printf(&restore->problems, "%s %s is %s in the cluster, but not in the archive",
                        node->api_version, node->kind,
                        item->resource.namespaced ? "namespaced" : "cluster-scoped");
    }
    checked(restore, "kinds", before);
}

/* ---- providers */

static const char *version_of(const json_t *live, const char *type, const char *name)
{
    size_t index = 0;
    json_t *provider = NULL;
    json_array_foreach (js_get(live, "items", NULL), index, provider)
        if (str_equal(js_str(provider, "type", NULL), type) &&
            str_equal(js_str(provider, "providerName", NULL), name))
            return js_str(provider, "version", NULL);
    return NULL;
}

static bool is_older(const char *live, const char *saved)
{
    auto_capi_version struct capi_version a = {0};
    auto_capi_version struct capi_version b = {0};
    return capi_version_parse(live, &a) && capi_version_parse(saved, &b) &&
           capi_version_compare(&a, &b) < 0;
}

static void judge_provider(struct backup_restore *restore, const json_t *live, const json_t *saved)
{
    bool warn = restore->options.providers == BACKUP_PROVIDERS_WARN;
    struct strv *out = warn ? &restore->warnings : &restore->problems;
    const char *type = js_str(saved, "type", NULL);
    const char *name = js_str(saved, "provider_name", NULL);
    const char *version = js_str(saved, "version", NULL);
    if (!type || !name || !version)
        return;
    const char *found = version_of(live, type, name);
    if (!found)
        strv_printf(out, "the %s %s %s is not installed in the cluster", type, name, version);
    else if (is_older(found, version))
        strv_printf(out, "the %s %s is older in the cluster, %s instead of %s", type, name, found,
                    version);
}

static int check_providers(struct backup_restore *restore, struct error **err)
{
    size_t before = restore->problems.count;
    size_t index = 0;
    json_t *saved = NULL;
    json_t *live_taken = NULL;
    const json_t *list = js_get(restore->contents->manifest, "providers", NULL);
    if (json_array_size(list) == 0 || restore->options.providers == BACKUP_PROVIDERS_IGNORE)
        return 0;
    if (kube_client_get(restore->client, PROVIDERS, &live_taken, err) < 0)
        return -1;
    json_auto_t *live = live_taken;
    json_array_foreach (js_iterable(list), index, saved)
        judge_provider(restore, live, saved);
    checked(restore, "providers", before);
    return 0;
}

/* ---- webhooks */

/* Whether a Service has somebody who answers. */
static int is_served(struct backup_restore *restore, const char *namespace_, const char *name,
                     struct error **err)
{
    auto_free char *path =
        xasprintf("/apis/discovery.k8s.io/v1/namespaces/%s/endpointslices?labelSelector="
                  "kubernetes.io%%2Fservice-name%%3D%s",
                  namespace_, name);
    json_t *slices_taken = NULL;
    if (kube_client_get(restore->client, path, &slices_taken, err) < 0)
        return -1;
    json_auto_t *slices = slices_taken;
    size_t index = 0, place = 0;
    json_t *slice = NULL, *endpoint = NULL;
    json_array_foreach (js_get(slices, "items", NULL), index, slice)
        json_array_foreach (js_get(slice, "endpoints", NULL), place, endpoint) {
            const json_t *ready = js_get(endpoint, "conditions", "ready", NULL);
            if (!ready || json_is_true(ready))
                return 1;
        }
    return 0;
}

static int judge_webhook(struct backup_restore *restore, const json_t *webhook,
                         struct strv *missing, struct error **err)
{
    const json_t *config = js_get(webhook, "clientConfig", NULL);
    const char *name = js_str(config, "service", "name", NULL);
    const char *namespace_ = js_str(config, "service", "namespace", NULL);
    if (!name || !namespace_)
        return 0;
    if (str_empty(js_str(config, "caBundle", NULL))) {
        auto_free char *text =
            xasprintf("the webhooks of Service %s/%s have no certificate yet", namespace_, name);
        strv_add_once(missing, text);
        return 0;
    }
    int served = is_served(restore, namespace_, name, err);
    if (served < 0)
        return -1;
    if (served == 0) {
        auto_free char *text =
            xasprintf("nobody answers for the webhooks of Service %s/%s", namespace_, name);
        strv_add_once(missing, text);
    }
    return 0;
}

static int look_at_webhooks(struct backup_restore *restore, struct strv *missing,
                            struct error **err)
{
    static const char *const paths[] = {
        WEBHOOKS "validatingwebhookconfigurations?" OURS,
        WEBHOOKS "mutatingwebhookconfigurations?" OURS,
    };
    for (size_t i = 0; i < array_length(paths); i++) {
        json_t *taken = NULL;
        if (kube_client_get(restore->client, paths[i], &taken, err) < 0)
            return -1;
        json_auto_t *list = taken;
        size_t index = 0, place = 0;
        json_t *item = NULL, *webhook = NULL;
        json_array_foreach (js_get(list, "items", NULL), index, item)
            json_array_foreach (js_get(item, "webhooks", NULL), place, webhook)
                if (judge_webhook(restore, webhook, missing, err) < 0)
                    return -1;
    }
    return 0;
}

static int check_webhooks(struct backup_restore *restore, struct error **err)
{
    long long deadline = clock_deadline_ms(restore->options.webhook_timeout_ms);
    size_t before = restore->problems.count;
    for (;;) {
        auto_strv struct strv missing;
        strv_init(&missing);
        if (look_at_webhooks(restore, &missing, err) < 0)
            return -1;
        if (!missing.count)
            break;
        if (clock_passed(deadline)) {
            for (size_t i = 0; i < missing.count; i++)
                strv_add(&restore->problems, missing.items[i]);
            break;
        }
        clock_sleep_ms(POLL_MS);
        if (interrupt_check(err) < 0)
            return -1;
    }
    checked(restore, "webhooks", before);
    return 0;
}

/* ---- whole clusters */

static int is_live(struct backup_restore *restore, const struct capi_target *target,
                   struct error **err)
{
    struct buf path;
    buf_init(&path);
    struct kube_resource resource = {
        .group = "", .version = "v1", .kind = "Secret", .plural = "secrets", .namespaced = true};
    if (!str_equal(target->kind, "Secret")) {
        const struct capi_kind *kind =
            capi_kinds_find(restore->contents->known, target->group, target->kind);
        if (!kind)
            return 0;
        resource = capi_kind_resource(kind);
    }
    kube_resource_path(&path, &resource, target->namespace_, target->name);
    json_t *live = NULL;
    int result = kube_client_get(restore->client, buf_str(&path), &live, err);
    buf_clear(&path);
    int found = live != NULL;
    json_decref(live);
    return result < 0 ? -1 : found;
}

static int check_cluster(struct backup_restore *restore, const struct capi_node *cluster,
                         struct error **err)
{
    auto_capi_lacks struct capi_lacks lacks = {0};
    capi_graph_lacks(&restore->contents->graph, cluster, &lacks);
    for (size_t i = 0; i < lacks.count; i++) {
        int live = is_live(restore, &lacks.items[i].target, err);
        if (live < 0)
            return -1;
        if (live == 0)
            strv_printf(&restore->problems,
                        "Cluster %s/%s is not whole: %s is neither in the "
                        "archive nor in the cluster",
                        cluster->namespace_, cluster->name, lacks.items[i].what);
    }
    return 0;
}

static int check_clusters(struct backup_restore *restore, struct error **err)
{
    size_t before = restore->problems.count;
    for (size_t i = 0; i < restore->count; i++) {
        const struct backup_item *item = &restore->items[i];
        if (!item->foreign && item->node->cluster && item->step == BACKUP_STEP_CREATE &&
            check_cluster(restore, item->node, err) < 0)
            return -1;
    }
    checked(restore, "clusters", before);
    return 0;
}

/* ---- age */

static void check_created(struct backup_restore *restore)
{
    time_t created = 0;
    const char *text = js_str(restore->contents->manifest, "created", NULL);
    if (restore->options.max_age_s < 0)
        return;
    if (!rfc3339_parse(text, &created)) {
        strv_printf(&restore->problems,
                    "how old the archive is cannot be told, and max_age is given: choose force");
        return;
    }
    if (time(NULL) - created > restore->options.max_age_s)
        strv_printf(&restore->problems, "the archive is of %s, older than max_age: choose force",
                    text);
}

/*
 * The control plane removes members of etcd that it knows no Machine of: an archive from before a
 * rollout would make it remove good ones.
 */
static void judge_machine(struct backup_restore *restore, const json_t *live)
{
    const char *name = js_str(live, "metadata", "name", NULL);
    const char *namespace_ = js_str(live, "metadata", "namespace", NULL);
    const char *cluster = js_str(live, "metadata", "labels", "cluster.x-k8s.io/cluster-name", NULL);
    const struct capi_graph *graph = &restore->contents->graph;
    if (!cluster || !capi_graph_find(graph, CAPI_GROUP, "Cluster", namespace_, cluster) ||
        capi_graph_find(graph, CAPI_GROUP, "Machine", namespace_, name))
        return;
    strv_printf(
        &restore->problems,
        "the control plane of Cluster %s/%s has a Machine %s that the archive does not know: "
        "the archive is too old for it; choose force",
        namespace_, cluster, name);
}

static int check_machines(struct backup_restore *restore, struct error **err)
{
    const struct kube_resource *resource = NULL;
    for (size_t i = 0; i < restore->count && !resource; i++)
        if (!restore->items[i].unserved &&
            capi_node_is(restore->items[i].node, CAPI_GROUP, "Machine"))
            resource = &restore->items[i].resource;
    const char *namespace_ = NULL;
    json_t *value = NULL;
    auto_strv struct strv selectors;
    strv_init(&selectors);
    strv_add(&selectors, "cluster.x-k8s.io/control-plane");
    json_object_foreach (restore->namespaces, namespace_, value) {
        json_auto_t *live = json_array();
        const struct kube_list_options options = {
            .resource = resource,
            .namespace_ = namespace_,
            .label_selectors = &selectors,
            .metadata_only = true,
        };
        size_t index = 0;
        json_t *item = NULL;
        if (!resource || json_is_object(value))
            continue;
        if (kube_list(restore->client, &options, live, err) < 0)
            return -1;
        json_array_foreach (live, index, item)
            judge_machine(restore, item);
    }
    return 0;
}

static int check_age(struct backup_restore *restore, struct error **err)
{
    size_t before = restore->problems.count;
    if (restore->options.force)
        return 0;
    check_created(restore);
    if (check_machines(restore, err) < 0)
        return -1;
    checked(restore, "age", before);
    return 0;
}

/* ---- the same cluster? */

static void note_cluster(struct backup_restore *restore, const char *live)
{
    const char *saved = js_str(restore->contents->manifest, "server", "kube_system_uid", NULL);
    if (saved && live)
        strv_printf(&restore->notes, "the archive was made of %s cluster",
                    str_equal(saved, live) ? "this very" : "another");
}

static int look_at_cluster(struct backup_restore *restore, struct error **err)
{
    json_t *taken = NULL;
    auto_error struct error *ignored = NULL; /* it is a note, and nothing depends on it */
    if (kube_client_get(restore->client, "/api/v1/namespaces/kube-system", &taken, &ignored) < 0) {
        if (ignored->kind == ERROR_INTERRUPTED || ignored->kind == ERROR_AUTH) {
            error_move_take(err, steal_ptr(ignored));
            return -1;
        }
        return 0;
    }
    json_auto_t *live = taken;
    note_cluster(restore, js_str(live, "metadata", "uid", NULL));
    return 0;
}

int backup_restore_preflight(struct backup_restore *restore, struct error **err)
{
    check_kinds(restore);
    if (check_access(restore, err) < 0 || check_providers(restore, err) < 0 ||
        check_clusters(restore, err) < 0 || check_age(restore, err) < 0 ||
        look_at_cluster(restore, err) < 0)
        return -1;
    return check_webhooks(restore, err);
}
