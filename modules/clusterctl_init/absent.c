/* State absent, and what is to be deleted in other states: see clusterctl_init/states.h. */
#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "capi/remove.h"
#include "capi/resource.h"
#include "clusterctl_init/states.h"
#include "json/js_get.h"
#include "kube/list.h"

/* ---- what bears the labels */

static bool goes(const struct cc_item *item)
{
    return item->verb == CC_UPGRADE || item->verb == CC_REINSTALL || item->verb == CC_DELETE;
}

int cc_read_listings(struct cc *cc, struct error **err)
{
    auto_free struct capi_listing *listings = xcalloc(cc->count + 1, sizeof(struct capi_listing));
    auto_free struct cc_item **items = xcalloc(cc->count + 1, sizeof(struct cc_item *));
    size_t count = 0;
    for (size_t i = 0; i < cc->count; i++) {
        struct cc_item *item = &cc->items[i];
        if (!goes(item))
            continue;
        item->namespaces[0] = item->entry.namespace_;
        free(item->selector);
        item->selector =
            xasprintf("clusterctl.cluster.x-k8s.io=,cluster.x-k8s.io/provider=%s", item->label);
        listings[count] = (struct capi_listing){.selector = item->selector,
                                                .namespaces = item->namespaces,
                                                .exclude = CAPI_EXCLUDE_PROVIDERS};
        items[count++] = item;
    }
    if (count && capi_listing_read(listings, count, cc->client, cc->discovery, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        capi_listing_clear(&items[i]->listing);
        items[i]->listing = listings[i];
    }
    return 0;
}

const struct kube_object **cc_select(const struct cc_item *item,
                                     const struct capi_remove_rule *rule, size_t *count)
{
    const struct kube_object **selected =
        xcalloc(item->listing.count + 1, sizeof(const struct kube_object *));
    *count = 0;
    for (size_t i = 0; i < item->listing.count; i++)
        if (capi_remove_fits(&item->listing.objects[i], rule))
            selected[(*count)++] = &item->listing.objects[i];
    return selected;
}

/* ---- which providers */

static int add_named(struct cc *cc, const struct capi_ref *ref, struct error **err)
{
    const struct capi_entry *there =
        capi_entries_find(&cc->inventory.entries, ref->type, ref->name, NULL);
    if (!there) {
        struct capi_entries one = {0};
        capi_entries_add(&one, ref->type, ref->name, "", ref->version ? ref->version : "");
        cc_item_add(cc, &one.items[0], CC_LEAVE, NULL);
        capi_entries_clear(&one);
        return 0;
    }
    if (ref->version && !str_equal(ref->version, there->version)) {
        error_make(err, ERROR_NOT_FOUND,
                   "failed to identify the provider \"%s\" with version \"%s\"", ref->name,
                   ref->version);
        return -1;
    }
    cc_item_add(cc, there, CC_DELETE, there->version);
    return 0;
}

static int choose(struct cc *cc, struct error **err)
{
    for (size_t i = 0; cc->args.all && i < cc->inventory.entries.count; i++)
        cc_item_add(cc, &cc->inventory.entries.items[i], CC_DELETE,
                    cc->inventory.entries.items[i].version);
    auto_capi_refs struct capi_refs refs = {0};
    for (int type = 0; type < CAPI_OTHER; type++)
        for (size_t i = 0; i < cc->args.refs[type].count; i++)
            if (capi_refs_add(&refs, (enum capi_type)type, cc->args.refs[type].items[i], err) < 0)
                return -1;
    for (size_t i = 0; i < refs.count; i++)
        if (add_named(cc, &refs.items[i], err) < 0)
            return -1;
    return 0;
}

/* ---- nothing is left behind that only the definitions hold together */

static int count_objects(struct cc *cc, const json_t *crd, struct strv *kinds, struct error **err)
{
    size_t index = 0;
    json_t *version = NULL;
    const char *served = NULL;
    json_array_foreach (js_get(crd, "spec", "versions", NULL), index, version)
        if (js_true(version, "served", NULL))
            served = js_str(version, "name", NULL);
    if (!served)
        return 0;
    const char *kind = js_str(crd, "spec", "names", "kind", NULL);
    const struct kube_resource resource = {
        .group = js_str(crd, "spec", "group", NULL),
        .version = served,
        .kind = kind,
        .plural = js_str(crd, "spec", "names", "plural", NULL),
    };
    const struct kube_list_options options = {.resource = &resource, .metadata_only = true};
    json_auto_t *items = json_array();
    if (kube_list(cc->client, &options, items, err) < 0)
        return -1;
    if (json_array_size(items))
        strv_add_once(kinds, kind);
    return 0;
}

static int check_unused(struct cc *cc, const struct cc_item *item, struct error **err)
{
    auto_strv struct strv selectors;
    strv_init(&selectors);
    strv_printf(&selectors, "cluster.x-k8s.io/provider=%s", item->label);
    const struct kube_list_options options = {.resource = &capi_resource_crd,
                                              .label_selectors = &selectors};
    json_auto_t *crds = json_array();
    if (kube_list(cc->client, &options, crds, err) < 0)
        return -1;
    auto_strv struct strv kinds;
    strv_init(&kinds);
    size_t index = 0;
    json_t *crd = NULL;
    json_array_foreach (crds, index, crd)
        if (count_objects(cc, crd, &kinds, err) < 0)
            return -1;
    if (!kinds.count)
        return 0;
    auto_free char *names = strv_join(&kinds, " ");
    error_make(err, ERROR_USAGE,
               "found existing objects for provider CRDs \"%s\": [%s]. Please delete these objects "
               "first before running clusterctl delete with --include-crd",
               item->label, names);
    return -1;
}

/* ---- */

int cc_absent_observe(struct cc *cc, struct error **err)
{
    if (choose(cc, err) < 0)
        return -1;
    bool any = false;
    for (size_t i = 0; i < cc->count; i++)
        any = any || goes(&cc->items[i]);
    if (!any)
        return 0;
    if (capi_inventory_check_contract(&cc->inventory, cc->generation, false, false, err) < 0)
        return -1;
    for (size_t i = 0; cc->args.include_crd && i < cc->count; i++)
        if (goes(&cc->items[i]) && check_unused(cc, &cc->items[i], err) < 0)
            return -1;
    return cc_read_listings(cc, err);
}

static int delete_item(struct cc *cc, struct cc_item *item, struct error **err)
{
    const struct capi_remove_rule rule = {
        .namespace_ = item->entry.namespace_,
        .definitions = cc->args.include_crd,
        .namespace_too = cc->args.include_namespace,
        .inventory = true,
    };
    const struct capi_remove_options options = {.attempts = cc->args.write_attempts,
                                                .retry_refused = cc->args.retry_refused};
    auto_free char *reference = cc_item_reference(item);
    strv_printf(&cc->log, "Deleting Provider=%s providerVersion=\"%s\"", reference, item->previous);
    size_t count = 0;
    auto_free const struct kube_object **objects = cc_select(item, &rule, &count);
    item->begun = true;
    if (capi_remove(cc->client, objects, count, &options, cc->deleted, err) < 0)
        return -1;
    item->done = true;
    return 0;
}

int cc_absent_apply(struct cc *cc, struct error **err)
{
    for (size_t i = 0; i < cc->count; i++)
        if (goes(&cc->items[i]) && delete_item(cc, &cc->items[i], err) < 0)
            return -1;
    return 0;
}
