/* What speaks against a restore, beside the objects themselves. Reads only. */
#include "backup/preflight_priv.h"
#include "base/mem.h"
#include "base/str.h"
#include "capi/version.h"
#include "json/js_get.h"

#define PROVIDERS "/apis/clusterctl.cluster.x-k8s.io/v1alpha3/providers"

void preflight_checked(struct backup_restore *restore, const char *name, size_t before)
{
    size_t now = restore->problems.count;
    json_array_append_new(restore->checks,
                          json_pack("{ss sb ss}", "check", name, "ok", now == before, "detail",
                                    now > before ? restore->problems.items[before] : ""));
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
    preflight_checked(restore, "kinds", before);
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
    preflight_checked(restore, "providers", before);
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
    if (preflight_access(restore, err) < 0 || check_providers(restore, err) < 0 ||
        preflight_clusters(restore, err) < 0 || preflight_age(restore, err) < 0 ||
        look_at_cluster(restore, err) < 0)
        return -1;
    return preflight_webhooks(restore, err);
}
