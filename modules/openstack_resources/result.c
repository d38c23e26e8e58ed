#include "openstack_resources/result.h"

#include <stdlib.h>

#include "ansible/am_diff.h"
#include "ansible/am_get.h"
#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"

/* ---- one item */

/* Whether somebody else was faster with all that was to be done. */
static bool was_needless(const struct resource *item)
{
    return item->done && !item->changed;
}

static const char *action_word(const struct resource *item)
{
    static const char *const words[] = {
        [ACTION_NONE] = "unchanged", [ACTION_CREATE] = "created",     [ACTION_UPDATE] = "updated",
        [ACTION_REMOVE] = "removed", [ACTION_RECREATE] = "recreated",
    };
    if (item->wish->state == WISH_INFO)
        return json_array_size(item->objects) ? "found" : "missing";
    return words[was_needless(item) ? ACTION_NONE : item->action];
}

/* The keys of the item that say what a new object is. */
static json_t *given_fields(const struct resource *item)
{
    json_t *names = json_array();
    for (const struct field *field = item->kind->fields; field->option; field++)
        if (field->use != FIELD_POLICY && am_value(item->options, field->option))
            json_array_append_new(names, json_string(field->option));
    return names;
}

static json_t *changed_fields(const struct resource *item)
{
    json_t *names = json_array();
    const char *option = NULL;
    json_t *change = NULL;
    if (was_needless(item))
        return names;
    if (item->action == ACTION_CREATE) {
        json_decref(names);
        return given_fields(item);
    }
    json_object_foreach (item->differences, option, change)
        json_array_append_new(names, json_string(option));
    return names;
}

/* What stands in the place of a name: the label without the kind. */
static const char *nameless(const struct resource *item)
{
    const char *rest = str_after(item->wish->label, item->kind->name);
    return rest && *rest == ' ' ? rest + 1 : NULL;
}

static json_t *text_or_null(const char *text)
{
    return text ? json_string(text) : json_null();
}

static json_t *item_result(const struct resource *item)
{
    const char *name = am_text(item->options, "name");
    json_t *entry =
        json_pack("{s:s, s:o, s:o, s:s, s:o}", "kind", item->kind->name, "name",
                  text_or_null(name ? name : nameless(item)), "id", text_or_null(resource_id(item)),
                  "action", action_word(item), "changed_fields", changed_fields(item));
    if (item->objects)
        json_object_set(entry, "objects", item->objects);
    return entry;
}

/* ---- differences */

/* One side of what changed in an object that stays. Owned. */
static char *side_text(const json_t *differences, const char *side)
{
    json_auto_t *values = json_object();
    const char *option = NULL;
    json_t *change = NULL;
    json_object_foreach (js_iterable(differences), option, change)
        json_object_set(values, option, json_object_get(change, side));
    return json_dumps(values, JSON_INDENT(4) | JSON_SORT_KEYS);
}

/* A whole object: of one that is there what the service says, of a new one what the task says. */
static char *whole_text(const struct resource *item)
{
    json_auto_t *values = json_object();
    for (const struct field *field = item->kind->fields; field->option; field++) {
        json_t *value = am_value(item->options, field->option);
        bool has = field->attribute && item->action == ACTION_REMOVE;
        if (field->use == FIELD_POLICY || field->use == FIELD_SECRET)
            continue;
        if (has)
            value = json_object_get(item->found, field->attribute);
        if (value && !json_is_null(value))
            json_object_set(values, field->option, value);
    }
    return json_dumps(values, JSON_INDENT(4) | JSON_SORT_KEYS);
}

static json_t *diff_of(const struct resource *item)
{
    const char *label = item->wish->label;
    auto_free char *before = NULL;
    auto_free char *after = NULL;
    if (item->action == ACTION_CREATE) {
        after = whole_text(item);
    } else if (item->action == ACTION_REMOVE) {
        before = whole_text(item);
    } else {
        before = side_text(item->differences, "before");
        after = side_text(item->differences, "after");
    }
    return am_diff_new(before, after, label, label);
}

/* ---- the catalog */

static bool in_region(const json_t *endpoint, const char *region)
{
    return str_empty(region) || str_equal(js_str(endpoint, "region_id", NULL), region);
}

/* {type: {interface: URL}} of the region, as the token has it. Owned. */
static json_t *catalog_of(const struct resources *all)
{
    const json_t *token = all->client ? osk_client_token(all->client) : NULL;
    const char *region = js_str(all->cloud.config, "region_name", NULL);
    json_t *shown = json_object();
    size_t index = 0;
    json_t *entry = NULL;
    json_array_foreach (json_object_get(token, "catalog"), index, entry) {
        const char *type = js_str(entry, "type", NULL);
        size_t at = 0;
        json_t *endpoint = NULL;
        json_t *urls = json_object();
        json_array_foreach (json_object_get(entry, "endpoints"), at, endpoint) {
            const char *interface = js_str(endpoint, "interface", NULL);
            if (interface && in_region(endpoint, region))
                json_object_set(urls, interface, json_object_get(endpoint, "url"));
        }
        if (type && json_object_size(urls))
            json_object_set(shown, type, urls);
        json_decref(urls);
    }
    return shown;
}

/* ---- the task */

void resources_result(void *state, const struct error *failure, json_t *result)
{
    struct resources *all = state;
    json_t *list = json_array();
    json_t *diffs = json_array();
    bool changed = false;
    for (size_t i = 0; i < all->count; i++) {
        const struct resource *item = &all->items[i];
        changed = changed || item->changed;
        if (!failure || item->done || item->changed)
            json_array_append_new(list, item_result(item));
        if (item->changed)
            json_array_append_new(diffs, diff_of(item));
    }
    json_object_set_new(result, "changed", json_boolean(changed));
    json_object_set_new(result, "resources", list);
    json_object_set_new(result, "catalog", catalog_of(all));
    json_object_set_new(result, "diff", diffs);
}
