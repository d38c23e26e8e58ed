#include "openstack_resources/find.h"

#include <stdlib.h>

#include "ansible/am_get.h"
#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"
#include "openstack_resources/refs.h"

static bool fits(const struct resources *all, const struct resource *item, const json_t *object,
                 unsigned pass)
{
    const char *name = am_text(item->options, "name");
    if (item->kind->fits)
        return item->kind->fits(all, item, object, pass);
    return pass == 0 && (!name || str_equal(js_str(object, "name", NULL), name));
}

/* What merely comes near is changed into what is wanted; it is not what is to go. */
static unsigned passes_of(const struct resource *item)
{
    return item->wish->state == WISH_PRESENT ? FIT_PASSES : 1;
}

/* The objects that fit, owned. */
static json_t *all_that_fit(const struct resources *all, const struct resource *item)
{
    auto_free char *path = own_listing(all, item);
    const struct osk_listing *listing = path ? resources_listing(all, item->kind, path) : NULL;
    json_t *found = json_array();
    size_t index = 0;
    json_t *object = NULL;
    for (unsigned pass = 0; pass < passes_of(item) && !json_array_size(found); pass++)
        json_array_foreach (listing ? listing->items : NULL, index, object)
            if (fits(all, item, object, pass))
                json_array_append(found, object);
    return found;
}

static int ambiguous(const struct resource *item, const json_t *found, struct error **err)
{
    auto_strv struct strv ids;
    json_t *detail = json_array();
    size_t index = 0;
    json_t *object = NULL;
    strv_init(&ids);
    json_array_foreach (js_iterable(found), index, object) {
        const char *id = js_str(object, "id", NULL);
        strv_add(&ids, id ? id : "?");
        json_array_append_new(detail, json_string(id ? id : "?"));
    }
    auto_free char *list = strv_join(&ids, ", ");
    error_make(err, ERROR_CONFLICT,
               "there are %zu of them: %s; which one is meant cannot be told: delete all but one "
               "by its ID",
               ids.count, list);
    error_detail_take(err, "ids", detail);
    wish_blame(item->wish, NULL, err);
    return -1;
}

int resource_find(const struct resources *all, struct resource *item, struct error **err)
{
    json_auto_t *found = all_that_fit(all, item);
    if (item->wish->state == WISH_INFO) {
        item->objects = json_incref(found);
        return 0;
    }
    if (json_array_size(found) > 1)
        return ambiguous(item, found, err);
    item->found = json_incref(json_array_get(found, 0));
    return 0;
}
