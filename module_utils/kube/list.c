#include "kube/list.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "http/url.h"
#include "json/js_get.h"

#define METADATA_LIST                                                                              \
    "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,"                            \
    "application/json;q=0.9"

enum {
    PAGE = 500,
    MAX_RESTARTS = 3,
    MAX_PAGES = 10000, /* five million objects: who leads on from there leads astray */
};

char *kube_list_path(const struct kube_list_options *options, const char *token)
{
    struct buf path;
    buf_init(&path);
    kube_resource_path(&path, options->resource, options->namespace_, NULL);
    if (options->label_selectors && options->label_selectors->count) {
        auto_free char *all = strv_join(options->label_selectors, ",");
        url_query(&path, "labelSelector", all);
    }
    if (options->field_selectors && options->field_selectors->count) {
        auto_free char *all = strv_join(options->field_selectors, ",");
        url_query(&path, "fieldSelector", all);
    }
    auto_free char *limit = xasprintf("%u", options->page ? options->page : PAGE);
    url_query(&path, "limit", limit);
    if (!str_empty(token))
        url_query(&path, "continue", token);
    return buf_steal(&path);
}

void kube_list_fill_in(const struct kube_resource *resource, json_t *item)
{
    if (json_object_get(item, "kind"))
        return;
    json_object_set_new(item, "kind", json_string(resource->kind));
    json_object_set_new(item, "apiVersion",
                        str_empty(resource->group)
                            ? json_string(resource->version)
                            : json_sprintf("%s/%s", resource->group, resource->version));
}

struct taking {
    const struct kube_list_options *options;
    json_t *items;
};

static int take_item(void *context, json_t *item, struct error **err)
{
    (void)err;
    const struct taking *taking = context;
    if (!taking->options->metadata_only)
        kube_list_fill_in(taking->options->resource, item);
    if (taking->options->shrink)
        taking->options->shrink(item);
    json_array_append(taking->items, item);
    return 0;
}

/* Asks for a page, and for half of it when that is larger than an answer may be: objects may be
 * large. Pages stay as small then. */
static int ask_page(struct kube_client *client, struct kube_list_options *options,
                    const char *token, struct kube_call *call, struct error **err)
{
    for (;;) {
        kube_call_init(call, "GET", kube_list_path(options, token));
        call->end_at = options->end_at;
        if (options->metadata_only)
            http_request_header(&call->job.request, "Accept", METADATA_LIST);
        if (kube_client_call(client, call, err) < 0)
            return -1;
        if (call->job.failure != HTTP_FAILURE_TOO_BIG || options->page == 1)
            return 0;
        kube_call_clear(call);
        options->page /= 2;
    }
}

/* Reads one page. *token is the next page's, NULL after the last. 1 when the list expired. */
static int read_page(struct kube_client *client, struct kube_list_options *options, json_t *items,
                     char **token, struct error **err)
{
    auto_kube_call struct kube_call call;
    if (ask_page(client, options, *token, &call, err) < 0)
        return -1;
    free(steal_ptr(*token));
    if (kube_call_status(&call) == 404)
        return 0;
    if (kube_call_status(&call) == 410) {
        const char *rest = js_str(call.status.status, "metadata", "continue", NULL);
        *token = str_empty(rest) ? NULL : xstrdup(rest);
        return 1;
    }
    if (call.error) {
        kube_call_error_move(&call, err);
        error_wrap(err, "list of %s", options->resource->kind);
        return -1;
    }
    struct taking taking = {.options = options, .items = items};
    json_auto_t *page = kube_call_items(&call, take_item, &taking, err);
    if (!page)
        return -1;
    const char *next = js_str(page, "metadata", "continue", NULL);
    *token = str_empty(next) ? NULL : xstrdup(next);
    return 0;
}

static int endless(const struct kube_list_options *options, struct error **err)
{
    error_make(err, ERROR_STATUS,
               "list of %s: it does not end, the server names page after page to continue with",
               options->resource->kind);
    return -1;
}

int kube_list(struct kube_client *client, const struct kube_list_options *options, json_t *items,
              struct error **err)
{
    struct kube_list_options paged = *options;
    paged.page = options->page ? options->page : PAGE;
    auto_free char *token = NULL;
    size_t before = json_array_size(items);
    unsigned restarts = 0;
    unsigned pages = 0;
    do {
        if (pages++ == MAX_PAGES)
            return endless(options, err);
        size_t had = json_array_size(items);
        auto_free char *asked = token ? xstrdup(token) : NULL;
        int expired = read_page(client, &paged, items, &token, err);
        if (expired < 0)
            return -1;
        if (expired && !token) {
            if (++restarts > MAX_RESTARTS) {
                error_make(err, ERROR_STATUS, "list of %s: it expired %d times while it was read",
                           options->resource->kind, MAX_RESTARTS);
                return -1;
            }
            while (json_array_size(items) > before)
                json_array_remove(items, json_array_size(items) - 1);
            token = xstrdup("");
        } else if (token && str_equal(token, asked) && had == json_array_size(items) &&
                   restarts++ == MAX_RESTARTS) {
            return endless(options, err);
        }
    } while (token);
    return 0;
}
