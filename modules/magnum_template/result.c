#include "magnum_template/result.h"

#include <stdlib.h>
#include <string.h>

#include "ansible/am_diff.h"
#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"
#include "magnum_template/fields.h"

static const char *const action_words[] = {
    [ACTION_NONE] = "none",         [ACTION_CREATE] = "create",
    [ACTION_UPDATE] = "update",     [ACTION_DELETE] = "delete",
    [ACTION_RECREATE] = "recreate", [ACTION_NEW_VERSION] = "new_version",
};

/* What a template has beside the attributes that a task can set. */
static const char *const kept[] = {"uuid", "project_id", "user_id", "created_at", "updated_at"};

json_t *magnum_shown(const json_t *template_)
{
    json_t *shown = json_object();
    for (size_t i = 0; i < magnum_field_count; i++) {
        const struct field *field = &magnum_fields[i];
        json_object_set_new(shown, field->result,
                            field_shown(field, json_object_get(template_, field->attribute)));
    }
    for (size_t i = 0; i < array_length(kept); i++) {
        json_t *value = json_object_get(template_, kept[i]);
        json_object_set(shown, kept[i], value ? value : json_null());
    }
    json_object_set(shown, "id", json_object_get(shown, "uuid"));
    if (!json_is_object(json_object_get(shown, "labels")))
        json_object_set_new(shown, "labels", json_object());
    return shown;
}

/* ---- differences */

/* One side of the differences as text: sorted, labels as a map. Owned; NULL for an empty side. */
static char *side_text(const json_t *differences, const char *side)
{
    json_auto_t *values = json_object();
    const char *attribute = NULL;
    json_t *change = NULL;
    json_object_foreach (js_iterable(differences), attribute, change) {
        const struct field *field = field_of_attribute(attribute);
        json_object_set(values, field ? field->option : attribute, json_object_get(change, side));
    }
    return json_object_size(values) ? json_dumps(values, JSON_INDENT(4) | JSON_SORT_KEYS) : NULL;
}

/* A whole template as one side: what a task could set, without what is empty. */
static char *whole_text(const json_t *template_)
{
    json_auto_t *values = json_object();
    for (size_t i = 0; i < magnum_field_count; i++) {
        json_t *value = json_object_get(template_, magnum_fields[i].attribute);
        if (value && !json_is_null(value))
            json_object_set(values, magnum_fields[i].option, value);
    }
    return json_dumps(values, JSON_INDENT(4) | JSON_SORT_KEYS);
}

static json_t *diff_of(const struct magnum_item *item)
{
    auto_free char *label = magnum_label(item);
    auto_free char *before = NULL;
    auto_free char *after = NULL;
    if (item->action == ACTION_CREATE) {
        after = whole_text(item->body);
    } else if (item->action == ACTION_DELETE) {
        before = whole_text(item->found);
    } else {
        before = side_text(item->differences, "before");
        after = side_text(item->differences, "after");
    }
    return am_diff_new(before, after, label, label);
}

/* ---- one template */

static const json_t *template_now(const struct magnum_item *item)
{
    return item->after ? item->after : item->found;
}

static json_t *changed_attributes(const struct magnum_item *item)
{
    json_t *names = json_array();
    const char *attribute = NULL;
    json_t *change = NULL;
    json_object_foreach (item->differences, attribute, change)
        json_array_append_new(names, json_string(field_of_attribute(attribute)->option));
    return names;
}

static json_t *listed_templates(const struct magnum_item *item)
{
    json_t *list = json_array();
    size_t index = 0;
    json_t *template_ = NULL;
    json_array_foreach (item->listed, index, template_)
        json_array_append_new(list, magnum_shown(template_));
    return list;
}

/* openstack.cloud returns nothing for what is absent, and then a filter over the results of a loop
 * fails: at least the name is always there. */
static json_t *only_name(const struct magnum_item *item)
{
    const char *name = item->wish->name;
    return json_pack("{s:o}", "name", name ? json_string(name) : json_null());
}

static void add_template(const struct magnum_item *item, json_t *result)
{
    const json_t *now = template_now(item);
    json_t *shown = now ? magnum_shown(now) : only_name(item);
    const json_t *id = json_object_get(shown, "id");
    if (id && !json_is_null(id))
        json_object_set(result, "id", js_iterable(id));
    json_object_set_new(result, "cluster_template", shown);
}

static void item_result(const struct magnum_item *item, json_t *result)
{
    json_object_set_new(result, "changed", json_boolean(item->changed));
    if (item->wish->state == MAGNUM_INFO) {
        json_object_set_new(result, "cluster_templates", listed_templates(item));
        return;
    }
    json_object_set_new(result, "action", json_string(action_words[item->action]));
    json_object_set_new(result, "changed_attributes", changed_attributes(item));
    add_template(item, result);
    if (item->request_id)
        json_object_set_new(result, "request_id", json_string(item->request_id));
}

/* ---- the task */

static void add_diffs(const struct magnum *magnum, json_t *result)
{
    json_t *diffs = json_array();
    for (size_t i = 0; i < magnum->count; i++)
        if (magnum->items[i].changed)
            json_array_append_new(diffs, diff_of(&magnum->items[i]));
    json_object_set_new(result, "diff", diffs);
}

static json_t *named_result(const struct magnum_item *item)
{
    json_t *entry = json_object();
    item_result(item, entry);
    const char *name = js_str(template_now(item), "name", NULL);
    if (!name)
        name = item->wish->name;
    json_object_set_new(entry, "name", name ? json_string(name) : json_null());
    return entry;
}

static void several_result(const struct magnum *magnum, json_t *result)
{
    json_t *list = json_array();
    bool changed = false;
    for (size_t i = 0; i < magnum->count; i++) {
        const struct magnum_item *item = &magnum->items[i];
        if (item->done || item->changed)
            json_array_append_new(list, named_result(item));
        changed = changed || item->changed;
    }
    json_object_set_new(result, "templates", list);
    json_object_set_new(result, "changed", json_boolean(changed));
}

/* Warnings of a template that was never reached say nothing about it. */
static void add_warnings(const struct magnum *magnum)
{
    for (size_t i = 0; i < magnum->count; i++)
        for (size_t j = 0; j < magnum->items[i].warnings.count; j++)
            strv_add_once(&magnum->context->warnings, magnum->items[i].warnings.items[j]);
}

void magnum_result(void *state, const struct error *failure, json_t *result)
{
    struct magnum *magnum = state;
    if (magnum->args.several)
        several_result(magnum, result);
    else if (!failure || magnum->items[0].changed)
        item_result(&magnum->items[0], result);
    if (magnum->context->diff)
        add_diffs(magnum, result);
    add_warnings(magnum);
}
