#include "openstack_resources/state.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "json/js_get.h"

void *resources_open(const json_t *params, struct am_context *context, struct error **err)
{
    struct resources *all = xcalloc(1, sizeof(*all));
    all->context = context;
    if (resources_args_read(&all->args, params, &context->warnings, err) < 0) {
        free(all);
        return NULL;
    }
    all->count = all->args.count;
    all->items = xcalloc(all->count + 1, sizeof(*all->items));
    for (size_t i = 0; i < all->count; i++) {
        const struct wish *wish = &all->args.wishes[i];
        all->items[i] =
            (struct resource){.wish = wish, .kind = wish->kind, .options = wish->options};
    }
    return all;
}

void resources_close(void *state)
{
    struct resources *all = state;
    if (!all)
        return;
    for (size_t i = 0; i < all->count; i++) {
        struct resource *item = &all->items[i];
        json_decref(item->found);
        json_decref(item->objects);
        json_decref(item->differences);
        json_decref(item->after);
        content_clear(&item->content);
    }
    for (size_t i = 0; i < all->listing_count; i++)
        osk_listing_clear(&all->listings[i]);
    free(all->listings);
    free(all->items);
    osk_client_free(all->client);
    osk_cloud_clear(&all->cloud);
    resources_args_clear(&all->args);
    free(all);
}

const char *resource_id(const struct resource *item)
{
    return js_str(item->after ? item->after : item->found, "id", NULL);
}

const struct osk_listing *resources_listing(const struct resources *all, const struct kind *kind,
                                            const char *path)
{
    for (size_t i = 0; i < all->listing_count; i++) {
        const struct osk_listing *listing = &all->listings[i];
        if (listing->service == kind->service && strcmp(listing->path, path) == 0)
            return listing;
    }
    return NULL;
}

static void add_kind(const struct resources *all, enum kind_id id, enum wish_state state,
                     struct resource **order, size_t *count)
{
    for (size_t i = 0; i < all->count; i++) {
        struct resource *item = &all->items[state == WISH_ABSENT ? all->count - 1 - i : i];
        if (item->kind->id == id && item->wish->state == state)
            order[(*count)++] = item;
    }
}

struct resource **resources_in_order(const struct resources *all)
{
    struct resource **order = xcalloc(all->count + 1, sizeof(*order));
    size_t count = 0;
    for (unsigned i = 0; i < KIND_COUNT; i++) {
        add_kind(all, (enum kind_id)i, WISH_INFO, order, &count);
        add_kind(all, (enum kind_id)i, WISH_PRESENT, order, &count);
    }
    for (unsigned i = KIND_COUNT; i-- > 0;)
        add_kind(all, (enum kind_id)i, WISH_ABSENT, order, &count);
    return order;
}
