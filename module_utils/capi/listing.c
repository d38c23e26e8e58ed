#include "capi/listing.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "capi/resource.h"
#include "http/url.h"
#include "json/js_get.h"
#include "kube/list.h"

#define METADATA_LIST                                                                              \
    "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,"                            \
    "application/json;q=0.9"
#define PAGE           "500"
#define PROVIDER_LABEL "cluster.x-k8s.io/provider"

/* One request. */
struct query {
    struct capi_listing *listing;
    struct kube_resource resource;
    const char *namespace_; /* borrowed; NULL: cluster-wide */
};

struct search {
    struct capi_listing *listings;
    size_t count;
    const json_t *excluded[2]; /* by enum capi_exclude: object of "plural.group" */
    struct query *queries;     /* owned */
    size_t query_count;
};

/* ---- which kinds */

/* The names of all definitions, and of those that providers brought. */
static int read_definitions(struct kube_client *client, json_t *providers, json_t *all,
                            struct error **err)
{
    const struct kube_list_options options = {.resource = &capi_resource_crd,
                                              .metadata_only = true};
    json_auto_t *items = json_array();
    if (kube_list(client, &options, items, err) < 0)
        return -1;
    size_t index = 0;
    json_t *item = NULL;
    json_array_foreach (items, index, item) {
        const char *name = js_str(item, "metadata", "name", NULL);
        if (!name)
            continue;
        json_object_set_new(all, name, json_true());
        if (js_get(item, "metadata", "labels", PROVIDER_LABEL, NULL))
            json_object_set_new(providers, name, json_true());
    }
    return 0;
}

static bool has_verb(const json_t *verbs, const char *verb)
{
    size_t index = 0;
    json_t *item = NULL;
    json_array_foreach (js_iterable(verbs), index, item)
        if (str_equal(json_string_value(item), verb))
            return true;
    return false;
}

static void add_query(struct search *search, struct capi_listing *listing,
                      const struct kube_resource *resource, const char *namespace_)
{
    search->queries =
        xreallocarray(search->queries, search->query_count + 1, sizeof(*search->queries));
    search->queries[search->query_count++] =
        (struct query){.listing = listing, .resource = *resource, .namespace_ = namespace_};
}

static void visit(void *context, const struct kube_resource *resource, const json_t *verbs)
{
    struct search *search = context;
    if (!has_verb(verbs, "list") || !has_verb(verbs, "delete"))
        return;
    if (str_equal(resource->group, "extensions"))
        return;
    auto_free char *name = xasprintf("%s.%s", resource->plural, resource->group);
    for (size_t i = 0; i < search->count; i++) {
        struct capi_listing *listing = &search->listings[i];
        if (json_object_get(search->excluded[listing->exclude], name))
            continue;
        if (!resource->namespaced)
            add_query(search, listing, resource, NULL);
        for (size_t n = 0; resource->namespaced && listing->namespaces[n]; n++)
            add_query(search, listing, resource, listing->namespaces[n]);
    }
}

/* ---- what there is */

static char *query_path(const struct query *query)
{
    struct buf path;
    buf_init(&path);
    kube_resource_path(&path, &query->resource, query->namespace_, NULL);
    url_query(&path, "labelSelector", query->listing->selector);
    url_query(&path, "limit", PAGE);
    return buf_steal(&path);
}

/* Lists of metadata say PartialObjectMetadata of each item. */
static void add_object(const struct query *query, json_t *item)
{
    const struct kube_resource *resource = &query->resource;
    json_object_set_new(item, "kind", json_string(resource->kind));
    json_object_set_new(item, "apiVersion",
                        *resource->group ? json_sprintf("%s/%s", resource->group, resource->version)
                                         : json_string(resource->version));
    struct capi_listing *listing = query->listing;
    listing->objects =
        xreallocarray(listing->objects, listing->count + 1, sizeof(*listing->objects));
    struct kube_object *object = &listing->objects[listing->count++];
    kube_object_init_take(object, json_incref(item));
    object->resource = *resource;
}

/* More than a page: read again as a whole. */
static int read_pages(struct kube_client *client, const struct query *query, json_t *items,
                      struct error **err)
{
    auto_strv struct strv selectors;
    strv_init(&selectors);
    strv_add(&selectors, query->listing->selector);
    const struct kube_list_options options = {.resource = &query->resource,
                                              .namespace_ = query->namespace_,
                                              .label_selectors = &selectors,
                                              .metadata_only = true};
    json_array_clear(items);
    return kube_list(client, &options, items, err);
}

static int take_answer(struct kube_client *client, const struct query *query,
                       struct kube_call *call, struct error **err)
{
    /* A kind that went since discovery, or that never had a store. */
    int status = kube_call_status(call);
    if (status == 404 || status == 405)
        return 0;
    json_auto_t *body = kube_call_answer(call, err);
    if (!body) {
        error_wrap(err, "failed to list %s", query->resource.kind);
        return -1;
    }
    json_t *items = json_object_get(body, "items");
    if (!str_empty(js_str(body, "metadata", "continue", NULL)) &&
        read_pages(client, query, items, err) < 0)
        return -1;
    size_t index = 0;
    json_t *item = NULL;
    json_array_foreach (items, index, item)
        add_object(query, item);
    return 0;
}

static int run_queries(struct search *search, struct kube_client *client, struct error **err)
{
    struct kube_call *calls = xcalloc(search->query_count + 1, sizeof(*calls));
    for (size_t i = 0; i < search->query_count; i++) {
        kube_call_init(&calls[i], "GET", query_path(&search->queries[i]));
        http_request_header(&calls[i].job.request, "Accept", METADATA_LIST);
    }
    int result = kube_client_all(client, calls, search->query_count, err);
    for (size_t i = 0; i < search->query_count; i++) {
        if (result == 0)
            result = take_answer(client, &search->queries[i], &calls[i], err);
        kube_call_clear(&calls[i]);
    }
    free(calls);
    return result;
}

int capi_listing_read(struct capi_listing *listings, size_t count, struct kube_client *client,
                      struct kube_discovery *discovery, struct error **err)
{
    json_auto_t *providers = json_object();
    json_auto_t *all = json_object();
    struct search search = {.listings = listings, .count = count};
    search.excluded[CAPI_EXCLUDE_PROVIDERS] = providers;
    search.excluded[CAPI_EXCLUDE_CUSTOM] = all;
    int result = read_definitions(client, providers, all, err);
    if (result == 0)
        result = kube_discovery_each(discovery, visit, &search, err);
    if (result < 0)
        error_wrap(err, "failed to list api resources");
    else
        result = run_queries(&search, client, err);
    free(search.queries);
    for (size_t i = 0; result < 0 && i < count; i++)
        capi_listing_clear(&listings[i]);
    return result;
}

void capi_listing_clear(struct capi_listing *listing)
{
    for (size_t i = 0; i < listing->count; i++)
        kube_object_clear(&listing->objects[i]);
    free(listing->objects);
    listing->objects = NULL;
    listing->count = 0;
}
