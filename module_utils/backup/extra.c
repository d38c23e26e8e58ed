#include "backup/extra.h"

#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"
#include "kube/list.h"

#define CLUSTER_NAME "cluster.x-k8s.io/cluster-name"

struct looking {
    const struct backup_restore *restore;
    json_t *owners; /* owned: live uids of what the archive knows */
    json_t *places; /* owned: plural.group/namespace that were looked through */
    json_t *list;   /* borrowed: what was found */
};

/* ---- one object */

static bool has_known_owner(const struct looking *looking, const json_t *metadata)
{
    size_t index = 0;
    json_t *reference = NULL;
    json_array_foreach (json_object_get(metadata, "ownerReferences"), index, reference) {
        const char *uid = js_str(reference, "uid", NULL);
        if (uid && json_object_get(looking->owners, uid))
            return true;
    }
    return false;
}

static bool is_of_known_cluster(const struct looking *looking, const json_t *metadata,
                                const char *namespace_)
{
    const char *cluster = js_str(metadata, "labels", CLUSTER_NAME, NULL);
    return cluster && capi_graph_find(&looking->restore->contents->graph, CAPI_GROUP, "Cluster",
                                      namespace_, cluster);
}

static void judge(const struct looking *looking, const struct capi_node *like, const json_t *live)
{
    const json_t *metadata = json_object_get(live, "metadata");
    const char *name = js_str(metadata, "name", NULL);
    const char *namespace_ = js_str(metadata, "namespace", NULL);
    namespace_ = namespace_ ? namespace_ : "";
    if (!name ||
        capi_graph_find(&looking->restore->contents->graph, like->group, like->kind, namespace_,
                        name) ||
        !(is_of_known_cluster(looking, metadata, namespace_) || has_known_owner(looking, metadata)))
        return;
    json_array_append_new(looking->list, json_pack("{ss ss ss ss}", "kind", like->kind, "namespace",
                                                   namespace_, "name", name, "verdict", "extra"));
}

/* ---- the places of one item */

static int look_beside(struct looking *looking, const struct backup_item *item, struct error **err)
{
    const char *namespace_ = item->node->namespace_;
    auto_free char *place =
        xasprintf("%s.%s/%s", item->resource.plural, item->resource.group, namespace_);
    if (json_object_get(looking->places, place))
        return 0;
    json_object_set_new(looking->places, place, json_true());
    json_auto_t *live = json_array();
    const struct kube_list_options options = {
        .resource = &item->resource,
        .namespace_ = *namespace_ ? namespace_ : NULL,
        .metadata_only = true,
    };
    size_t index = 0;
    json_t *each = NULL;
    if (kube_list(looking->restore->client, &options, live, err) < 0)
        return -1;
    json_array_foreach (live, index, each)
        judge(looking, item->node, each);
    return 0;
}

int backup_extra(const struct backup_restore *restore, json_t *list, struct error **err)
{
    json_auto_t *owners = json_object();
    json_auto_t *places = json_object();
    struct looking looking = {.restore = restore, .owners = owners, .places = places, .list = list};
    for (size_t i = 0; i < restore->count; i++)
        if (restore->items[i].uid)
            json_object_set_new(owners, restore->items[i].uid, json_true());
    for (size_t i = 0; i < restore->count; i++) {
        const struct backup_item *item = &restore->items[i];
        if (!item->foreign && !item->unserved && look_beside(&looking, item, err) < 0)
            return -1;
    }
    return 0;
}
