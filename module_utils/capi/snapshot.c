#include "capi/snapshot.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "capi/resource.h"
#include "capi/snapshot_priv.h"
#include "json/js_get.h"
#include "kube/list.h"

void capi_snapshot_init(struct capi_snapshot *snapshot, struct kube_client *client,
                        const struct capi_kinds *kinds, struct capi_graph *graph)
{
    *snapshot = (struct capi_snapshot){
        .client = client, .kinds = kinds, .graph = graph, .providers = json_array()};
}

void capi_snapshot_clear(struct capi_snapshot *snapshot)
{
    for (size_t i = 0; i < snapshot->count; i++) {
        free(snapshot->lists[i].namespace_);
        free(snapshot->lists[i].name);
        free(snapshot->lists[i].selector);
        free(snapshot->lists[i].version);
    }
    free(snapshot->lists);
    json_decref(snapshot->providers);
    strv_clear(&snapshot->warnings);
    *snapshot = (struct capi_snapshot){0};
}

/* ---- which lists */

static struct capi_list *add_list(struct capi_snapshot *snapshot, const struct capi_kind *kind,
                                  const char *namespace_)
{
    snapshot->lists = xreallocarray(snapshot->lists, snapshot->count + 1, sizeof(*snapshot->lists));
    struct capi_list *list = &snapshot->lists[snapshot->count++];
    *list = (struct capi_list){.kind = kind, .namespace_ = xstrdup(namespace_)};
    return list;
}

/* Whether KIND in NAMESPACE is read as a whole. */
static bool is_covered(const struct capi_snapshot *snapshot, const struct capi_kind *kind,
                       const char *namespace_)
{
    for (size_t i = 0; i < snapshot->count; i++) {
        const struct capi_list *list = &snapshot->lists[i];
        if (list->kind == kind && !list->name && !list->selector && !list->refused &&
            (!*list->namespace_ || str_equal(list->namespace_, namespace_)))
            return true;
    }
    return false;
}

/* Objects are read in the version that is stored, as clusterctl does: another one would have to be
 * converted, and what is not served cannot be read at all. */
static int check_served(const struct capi_kinds *kinds, struct error **err)
{
    for (size_t i = 0; i < kinds->count; i++) {
        const struct capi_kind *kind = &kinds->items[i];
        if (kind->storage_served)
            continue;
        error_make(
            err, ERROR_STATUS,
            "CustomResourceDefinition %s stores version \"%s\" but does not serve it, so its "
            "objects cannot be read as they are: set served: true for that version",
            kind->name, kind->storage);
        return -1;
    }
    return 0;
}

static void add_kind_lists(struct capi_snapshot *snapshot, const struct capi_kind *kind,
                           const struct strv *namespaces)
{
    if (!kind->namespaced || snapshot->all)
        add_list(snapshot, kind, "");
    for (size_t i = 0; kind->namespaced && i < namespaces->count; i++)
        if (!is_covered(snapshot, kind, namespaces->items[i]))
            add_list(snapshot, kind, namespaces->items[i]);
}

/* Identities may keep their Secrets where the provider lives. */
static void add_provider_secrets(struct capi_snapshot *snapshot)
{
    const struct capi_kind *secret = capi_kinds_find(snapshot->kinds, "", "Secret");
    size_t index = 0;
    json_t *provider = NULL;
    json_array_foreach (snapshot->providers, index, provider) {
        const char *namespace_ = js_str(provider, "metadata", "namespace", NULL);
        if (secret && namespace_ &&
            str_equal(js_str(provider, "type", NULL), "InfrastructureProvider") &&
            !is_covered(snapshot, secret, namespace_))
            add_list(snapshot, secret, namespace_)->provider = true;
    }
}

int capi_snapshot_plan(struct capi_snapshot *snapshot, const struct strv *namespaces,
                       struct error **err)
{
    const struct kube_list_options options = {.resource = &capi_resource_provider};
    if (check_served(snapshot->kinds, err) < 0 ||
        kube_list(snapshot->client, &options, snapshot->providers, err) < 0)
        return -1;
    snapshot->all = namespaces->count == 0;
    for (size_t i = 0; i < snapshot->kinds->count; i++)
        /* A kind of no definition was named by the user, with what is wanted of it. */
        if (*snapshot->kinds->items[i].name || !*snapshot->kinds->items[i].group)
            add_kind_lists(snapshot, &snapshot->kinds->items[i], namespaces);
    add_provider_secrets(snapshot);
    return 0;
}

int capi_snapshot_want(struct capi_snapshot *snapshot, const struct capi_target *target,
                       const char *selector, enum capi_why why, struct error **err)
{
    const char *group = target->group ? target->group : "";
    const struct capi_kind *kind = capi_kinds_find(snapshot->kinds, group, target->kind);
    if (!kind) {
        error_make(err, ERROR_NOT_FOUND,
                   "%s %s: the server has no such kind with clusterctl's label", target->kind,
                   target->name ? target->name : "");
        return -1;
    }
    const char *namespace_ = kind->namespaced && target->namespace_ ? target->namespace_ : "";
    /* What the user names has to be marked even where it is read anyway. */
    if (why != CAPI_WHY_EXTRA && is_covered(snapshot, kind, namespace_))
        return 0;
    struct capi_list *list = add_list(snapshot, kind, namespace_);
    list->name = target->name ? xstrdup(target->name) : NULL;
    list->selector = selector ? xstrdup(selector) : NULL;
    list->why = why;
    return 1;
}

/* ---- reading */

static int take_item(struct snapshot_walk *walk, size_t index, json_t *item, struct error **err)
{
    struct capi_snapshot *snapshot = walk->snapshot;
    struct capi_list *list = &snapshot->lists[index];
    const struct kube_resource resource = capi_kind_resource(list->kind);
    kube_list_fill_in(&resource, item);
    struct capi_node *node = capi_node_new(item, snapshot->kinds, err);
    if (!node) {
        error_wrap(err, "list of %s", list->kind->kind);
        return -1;
    }
    node->origin = index;
    node->wanted = list->why == CAPI_WHY_EXTRA;
    capi_graph_add_take(snapshot->graph, node);
    list->found++;
    return 0;
}

static void forget_list(struct snapshot_walk *walk, size_t index)
{
    walk->done -= walk->snapshot->lists[index].found;
    walk->snapshot->lists[index].found = 0;
    capi_graph_remove_origin(walk->snapshot->graph, index);
}

/* Nodes that the user named may have come with another list: their mark must not be lost with it.
 */
static void reread_wanted(struct capi_snapshot *snapshot)
{
    bool some = false;
    for (size_t i = 0; i < snapshot->count; i++)
        some = some || snapshot->lists[i].changed;
    for (size_t i = 0; some && i < snapshot->count; i++)
        if (snapshot->lists[i].why == CAPI_WHY_EXTRA)
            snapshot->lists[i].changed = true;
}

int capi_snapshot_read(struct capi_snapshot *snapshot, struct error **err)
{
    struct snapshot_walk walk = {
        .snapshot = snapshot, .changed = true, .item = take_item, .restart = forget_list};
    reread_wanted(snapshot);
    for (size_t i = 0; i < snapshot->count; i++) {
        if (snapshot->lists[i].changed && snapshot->lists[i].read)
            capi_graph_remove_origin(snapshot->graph, i);
        if (snapshot->lists[i].changed || !snapshot->lists[i].read)
            snapshot->lists[i].found = 0;
    }
    if (snapshot_walk(&walk, err) < 0)
        return -1;
    for (size_t i = 0; i < snapshot->count; i++) {
        snapshot->lists[i].changed = false;
        snapshot->lists[i].read = true;
    }
    return 0;
}
