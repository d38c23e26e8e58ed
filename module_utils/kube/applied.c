/*
 * The entry of a manager in managedFields is a tree of names: "f:NAME" a member of an object,
 * "k:{…}" the item of a list that has these members, "v:VALUE" the item of a set, "." the place
 * itself beside what is below it. A name without anything below it is owned as a whole: a plain
 * value, an atomic list or map, or one that was applied empty. The tree is walked together with
 * the manifest and the object; where the three do not say the same, nothing is certain.
 */
#include "kube/applied.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"
#include "kube/managers.h"
#include "kube/schema.h"

/* Comparing the items of two lists takes time with the square of it. */
enum { MAX_ITEMS = 1000 };

static bool holds(json_t *fields, json_t *ours, json_t *live, const char *name);

/* How many names the tree has at this place. */
static size_t count_names(const json_t *fields)
{
    return json_object_size(fields) - (json_object_get(fields, ".") ? 1 : 0);
}

/* ---- what is owned as a whole */

static bool same_value(json_t *ours, json_t *live, const char *name);

/* The object may hold, in addition, what the server fills in again and again. */
static bool same_members(json_t *ours, json_t *live, const char *name)
{
    const char *member = NULL;
    json_t *value = NULL;
    json_object_foreach (ours, member, value)
        if (!same_value(value, json_object_get(live, member), name))
            return false;
    json_object_foreach (live, member, value)
        if (!json_object_get(ours, member) &&
            !kube_schema_is_default(name, member, json_string_value(value)))
            return false;
    return true;
}

/* Below the atomic field NAME. */
static bool same_value(json_t *ours, json_t *live, const char *name)
{
    if (json_is_object(ours) && json_is_object(live))
        return same_members(ours, live, name);
    if (!json_is_array(ours) || !json_is_array(live))
        return json_equal(ours, live);
    bool same = json_array_size(ours) == json_array_size(live);
    for (size_t i = 0; i < json_array_size(ours) && same; i++)
        same = same_value(json_array_get(ours, i), json_array_get(live, i), name);
    return same;
}

/*
 * An entry without names below an object or a list: is it atomic, or granular and was empty when
 * it was applied? In the latter case the manifest's members are not ours yet.
 */
static bool leaf_holds(json_t *ours, json_t *live, const char *name)
{
    if (json_is_null(ours))
        return false;
    if (!json_is_object(ours) && !json_is_array(ours))
        return json_equal(ours, live);
    bool empty = json_is_object(ours) && !json_object_size(ours);
    if (empty || !name || !kube_schema_is_atomic(name))
        return empty && json_equal(ours, live);
    return same_value(ours, live, name);
}

/* ---- objects */

static bool members_hold(json_t *fields, json_t *ours, json_t *live)
{
    if (count_names(fields) != json_object_size(ours))
        return false;
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach (ours, name, value) {
        auto_free char *field = xasprintf("f:%s", name);
        if (!holds(json_object_get(fields, field), value, json_object_get(live, name), name))
            return false;
    }
    return true;
}

/* ---- lists whose items are owned one by one */

/* One item as the entry names it. */
struct item {
    json_t *key; /* owned: the members of "k:", the value of "v:" */
    json_t *fields;
    bool by_value;
    bool met;
};

/* False when the names are no items. */
static bool read_items(json_t *fields, struct item *items)
{
    size_t count = 0;
    const char *name = NULL;
    json_t *inner = NULL;
    json_object_foreach (fields, name, inner) {
        if (str_equal(name, "."))
            continue;
        struct item *item = &items[count++];
        *item = (struct item){.fields = inner, .by_value = str_starts_with(name, "v:")};
        if (item->by_value || str_starts_with(name, "k:"))
            item->key = json_loads(name + 2, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
        if (!item->key || (!item->by_value && !json_object_size(item->key)))
            return false;
    }
    return true;
}

/* A member that the manifest leaves out may have been filled in to make the key, and then the
 * manager does not own it. */
static bool is_default(const struct item *item, const char *member, const json_t *value)
{
    auto_free char *field = xasprintf("f:%s", member);
    const char *filled_in = kube_schema_key_default(member);
    return filled_in && str_equal(filled_in, json_string_value(value)) &&
           !json_object_get(item->fields, field);
}

static bool has_key(const struct item *item, const json_t *value, bool with_defaults)
{
    if (item->by_value)
        return json_equal(item->key, value);
    const char *member = NULL;
    json_t *wanted = NULL;
    json_object_foreach (item->key, member, wanted) {
        json_t *present = json_object_get(value, member);
        if (!present && with_defaults && is_default(item, member, wanted))
            continue;
        if (!json_equal(wanted, present))
            return false;
    }
    return json_is_object(value);
}

/* The only one that fits; NULL when there is none, or when it is not clear which. */
static struct item *find_item(struct item *items, size_t count, const json_t *value)
{
    struct item *found = NULL;
    for (size_t i = 0; i < count; i++) {
        if (!has_key(&items[i], value, true))
            continue;
        if (found)
            return NULL;
        found = &items[i];
    }
    return found;
}

static bool item_holds(struct item *item, json_t *ours, json_t *live)
{
    if (!item || item->met || !has_key(item, live, false))
        return false;
    item->met = true;
    if (item->by_value)
        return !json_object_size(item->fields);
    /* An item that is not atomic owns its key at least, in names below. */
    if (!json_object_size(item->fields))
        return has_key(item, ours, false) && json_equal(ours, live);
    return holds(item->fields, ours, live, NULL);
}

/* Others may have put items of theirs in between, and the order counts: who wants to know what an
 * apply makes of that has to ask the server. */
static bool items_hold(json_t *fields, json_t *ours, json_t *live)
{
    size_t count = count_names(fields);
    if (count != json_array_size(ours) || count != json_array_size(live) || count > MAX_ITEMS)
        return false;
    struct item *items = xcalloc(count + 1, sizeof(*items));
    bool all = read_items(fields, items);
    for (size_t i = 0; i < count && all; i++) {
        json_t *value = json_array_get(ours, i);
        all = item_holds(find_item(items, count, value), value, json_array_get(live, i));
    }
    for (size_t i = 0; i < count; i++)
        json_decref(items[i].key);
    free(items);
    return all;
}

/* ---- any place */

/* NAME is the member's; NULL for an item of a list. */
static bool holds(json_t *fields, json_t *ours, json_t *live, const char *name)
{
    if (!json_is_object(fields) || !live)
        return false;
    if (!json_object_size(fields))
        return leaf_holds(ours, live, name);
    if (json_is_object(ours) && json_is_object(live))
        return members_hold(fields, ours, live);
    if (json_is_array(ours) && json_is_array(live))
        return items_hold(fields, ours, live);
    return false;
}

/* ---- the object */

/* What of the manifest can be owned: all but what tells which object it is. Owned. */
static json_t *ownable(const json_t *manifest)
{
    json_t *rest = json_copy(js_iterable(manifest));
    json_t *metadata = json_copy(json_object_get(manifest, "metadata"));
    json_object_del(metadata, "name");
    json_object_del(metadata, "namespace");
    json_object_del(rest, "apiVersion");
    json_object_del(rest, "kind");
    json_object_del(rest, "metadata");
    if (json_object_size(metadata))
        json_object_set(rest, "metadata", metadata);
    json_decref(metadata);
    return rest;
}

/* The same object, described in the same version, and one that an apply may be compared with. */
static bool is_comparable(const json_t *manifest, const json_t *live)
{
    const char *version = js_str(manifest, "apiVersion", NULL);
    const char *kind = js_str(manifest, "kind", NULL);
    return kube_schema_knows(version, kind) &&
           str_equal(js_str(live, "apiVersion", NULL), version) &&
           str_equal(js_str(live, "kind", NULL), kind) &&
           str_equal(js_str(live, "metadata", "name", NULL),
                     js_str(manifest, "metadata", "name", NULL)) &&
           !js_get(live, "metadata", "deletionTimestamp", NULL) &&
           !js_get(manifest, "metadata", "uid", NULL) &&
           !js_get(manifest, "metadata", "resourceVersion", NULL);
}

bool kube_applied_holds(const json_t *manifest, const json_t *live, const char *manager)
{
    if (!is_comparable(manifest, live))
        return false;
    json_auto_t *ours = ownable(manifest);
    size_t entries = kube_managers_count_applied(live, manager);
    if (!entries)
        return !json_object_size(ours);
    const json_t *entry = kube_managers_applied(live, manager);
    json_t *fields = js_get(entry, "fieldsV1", NULL);
    return entries == 1 && json_is_object(fields) &&
           str_equal(js_str(entry, "fieldsType", NULL), "FieldsV1") &&
           str_equal(js_str(entry, "apiVersion", NULL), js_str(manifest, "apiVersion", NULL)) &&
           members_hold(fields, ours, js_iterable(live));
}
