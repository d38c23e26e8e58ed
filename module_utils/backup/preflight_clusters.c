#include <time.h>

#include "backup/preflight_priv.h"
#include "base/str.h"
#include "base/timestamp.h"
#include "json/js_get.h"
#include "kube/list.h"

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
    bool was_up = backup_cluster_was_up(restore->contents, cluster);
    capi_graph_lacks(&restore->contents->graph, cluster, &lacks);
    for (size_t i = 0; i < lacks.count; i++) {
        int live = is_live(restore, &lacks.items[i].target, err);
        if (live < 0)
            return -1;
        if (live == 0)
            strv_printf(was_up ? &restore->problems : &restore->warnings,
                        "Cluster %s/%s is not whole: %s is neither in the "
                        "archive nor in the cluster",
                        cluster->namespace_, cluster->name, lacks.items[i].what);
    }
    return 0;
}

int preflight_clusters(struct backup_restore *restore, struct error **err)
{
    size_t before = restore->problems.count;
    for (size_t i = 0; i < restore->count; i++) {
        const struct backup_item *item = &restore->items[i];
        if (!item->foreign && item->node->cluster && item->step == BACKUP_STEP_CREATE &&
            check_cluster(restore, item->node, err) < 0)
            return -1;
    }
    preflight_checked(restore, "clusters", before);
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

/* Whether the Cluster is among what is restored. */
static bool is_chosen(const struct backup_restore *restore, const char *namespace_,
                      const char *name)
{
    const struct capi_node *cluster =
        capi_graph_find(&restore->contents->graph, CAPI_GROUP, "Cluster", namespace_, name);
    const struct backup_item *item = backup_item_of(restore, cluster);
    return item && !item->foreign && item->step != BACKUP_STEP_LEAVE;
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
    if (!cluster || !is_chosen(restore, namespace_, cluster) ||
        capi_graph_find(&restore->contents->graph, CAPI_GROUP, "Machine", namespace_, name))
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

int preflight_age(struct backup_restore *restore, struct error **err)
{
    size_t before = restore->problems.count;
    if (restore->options.force)
        return 0;
    check_created(restore);
    if (check_machines(restore, err) < 0)
        return -1;
    preflight_checked(restore, "age", before);
    return 0;
}
