#include "magnum_template/state.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"

void *magnum_open(const json_t *params, struct am_context *context, struct error **err)
{
    struct magnum *magnum = xcalloc(1, sizeof(*magnum));
    magnum->context = context;
    strv_init(&magnum->texts);
    if (magnum_args_read(&magnum->args, params, &context->warnings, err) < 0) {
        free(magnum);
        return NULL;
    }
    magnum->count = magnum->args.count;
    magnum->items = xcalloc(magnum->count + 1, sizeof(*magnum->items));
    for (size_t i = 0; i < magnum->count; i++) {
        magnum->items[i].wish = &magnum->args.wishes[i];
        strv_init(&magnum->items[i].warnings);
    }
    return magnum;
}

void magnum_item_replan(struct magnum_item *item)
{
    json_decref(steal_ptr(item->differences));
    json_decref(steal_ptr(item->operations));
    json_decref(steal_ptr(item->body));
    free(steal_ptr(item->immutable));
    item->action = ACTION_NONE;
}

void magnum_close(void *state)
{
    struct magnum *magnum = state;
    if (!magnum)
        return;
    for (size_t i = 0; i < magnum->count; i++) {
        struct magnum_item *item = &magnum->items[i];
        magnum_item_replan(item);
        json_decref(item->found);
        json_decref(item->listed);
        json_decref(item->after);
        free(item->request_id);
        strv_clear(&item->warnings);
    }
    for (size_t i = 0; i < magnum->lookup_count; i++)
        osk_lookup_clear(&magnum->lookups[i]);
    free(magnum->lookups);
    free(magnum->items);
    strv_clear(&magnum->texts);
    osk_client_free(magnum->client);
    free(magnum->project);
    osk_cloud_clear(&magnum->cloud);
    magnum_args_clear(&magnum->args);
    free(magnum);
}

char *magnum_label(const struct magnum_item *item)
{
    const struct magnum_wish *wish = item->wish;
    if (wish->uuid && !wish->name)
        return xasprintf("template %s", wish->uuid);
    return wish->name ? xasprintf("template \"%s\"", wish->name) : xstrdup("templates");
}

const struct osk_lookup *magnum_lookup_find(const struct magnum *magnum, enum osk_kind kind,
                                            const char *text)
{
    for (size_t i = 0; i < magnum->lookup_count; i++)
        if (magnum->lookups[i].kind == kind && strcmp(magnum->lookups[i].text, text) == 0)
            return &magnum->lookups[i];
    return NULL;
}
