#include "kube/managers.h"

#include "base/mem.h"
#include "base/str.h"
#include "json/js_equal.h"
#include "json/js_get.h"
#include "json/js_merge.h"

static json_t *entries_of(const json_t *object)
{
    return js_get(object, "metadata", "managedFields", NULL);
}

/* Entries of a subresource (a scale, a status) are somebody else's business. */
static bool is_entry(const json_t *entry, const char *operation)
{
    return str_equal(js_str(entry, "operation", NULL), operation) &&
           str_empty(js_str(entry, "subresource", NULL));
}

static bool is_applied(const json_t *entry, const char *manager)
{
    return is_entry(entry, "Apply") && str_equal(js_str(entry, "manager", NULL), manager);
}

static bool is_update_of(const json_t *entry, const struct strv *from)
{
    const char *manager = js_str(entry, "manager", NULL);
    return manager && is_entry(entry, "Update") && strv_contains(from, manager);
}

json_t *kube_managers_applied(const json_t *object, const char *manager)
{
    size_t index = 0;
    json_t *entry = NULL;
    json_array_foreach (entries_of(object), index, entry)
        if (is_applied(entry, manager))
            return entry;
    return NULL;
}

size_t kube_managers_count_applied(const json_t *object, const char *manager)
{
    size_t count = 0;
    size_t index = 0;
    json_t *entry = NULL;
    json_array_foreach (entries_of(object), index, entry)
        count += is_applied(entry, manager);
    return count;
}

/* A copy without the time, owned; NULL for NULL. */
static json_t *timeless(json_t *entry)
{
    json_t *copy = json_copy(entry);
    json_object_del(copy, "time");
    return copy;
}

bool kube_managers_same(const json_t *a, const json_t *b, const char *manager)
{
    json_t *entry_a = timeless(kube_managers_applied(a, manager));
    json_t *entry_b = timeless(kube_managers_applied(b, manager));
    bool same = js_equal(entry_a, entry_b);
    json_decref(entry_a);
    json_decref(entry_b);
    return same;
}

/* ---- what a manager owns */

/* The item of a list map whose members are those of KEYS. */
static json_t *item_with_keys(const json_t *list, json_t *keys)
{
    size_t index = 0;
    json_t *item = NULL;
    json_array_foreach (list, index, item) {
        bool all = true;
        const char *key = NULL;
        json_t *value = NULL;
        json_object_foreach (keys, key, value)
            all = all && js_equal(json_object_get(item, key), value);
        if (all)
            return item;
    }
    return NULL;
}

static json_t *item_with_value(const json_t *list, const json_t *value)
{
    size_t index = 0;
    json_t *item = NULL;
    json_array_foreach (list, index, item)
        if (js_equal(item, value))
            return item;
    return NULL;
}

/* What NAME of a field set means in VALUE, borrowed; NULL when it is not there. */
static json_t *named_part(const json_t *value, const char *name)
{
    if (str_starts_with(name, "f:"))
        return json_object_get(value, name + 2);
    bool keys = str_starts_with(name, "k:");
    if (!keys && !str_starts_with(name, "v:"))
        return NULL; /* "." is the value itself; indices are not used by any server */
    json_auto_t *wanted = json_loads(name + 2, JSON_DECODE_ANY, NULL);
    if (!wanted)
        return NULL;
    return keys ? item_with_keys(value, wanted) : item_with_value(value, wanted);
}

/* The names of a list's items in the order of the list: another order is another value. */
static json_t *order_of(const json_t *list, json_t *fields)
{
    json_t *order = json_array();
    size_t index = 0;
    json_t *item = NULL;
    json_array_foreach (list, index, item) {
        const char *name = NULL;
        json_t *inner = NULL;
        json_object_foreach (fields, name, inner)
            if (named_part(list, name) == item)
                json_array_append_new(order, json_string(name));
    }
    return order;
}

static json_t *project(json_t *value, json_t *fields)
{
    if (!json_object_size(fields))
        return json_incref(value);
    json_t *parts = json_object();
    if (json_is_array(value))
        json_object_set_new(parts, "order", order_of(value, fields));
    const char *name = NULL;
    json_t *inner = NULL;
    json_object_foreach (fields, name, inner) {
        json_t *part = named_part(value, name);
        if (part)
            json_object_set_new(parts, name, project(part, inner));
    }
    return parts;
}

json_t *kube_managers_owned(const json_t *object, const char *manager)
{
    json_t *fields = js_get(kube_managers_applied(object, manager), "fieldsV1", NULL);
    return fields ? project(js_iterable(object), fields) : NULL;
}

/* The entries of all but MANAGER, owned. */
static json_t *entries_of_others(const json_t *object, const char *manager)
{
    json_t *others = json_array();
    size_t index = 0;
    json_t *entry = NULL;
    json_array_foreach (entries_of(object), index, entry)
        if (!str_equal(js_str(entry, "manager", NULL), manager))
            json_array_append(others, entry);
    return others;
}

bool kube_managers_others_wrote(const json_t *a, const json_t *b, const char *manager)
{
    json_auto_t *others_a = entries_of_others(a, manager);
    json_auto_t *others_b = entries_of_others(b, manager);
    size_t index = 0;
    json_t *entry = NULL;
    json_array_foreach (others_b, index, entry)
        if (!item_with_value(others_a, entry))
            return true;
    return false;
}

/* ---- migration */

bool kube_managers_to_migrate(const json_t *object, const struct strv *from)
{
    size_t index = 0;
    json_t *entry = NULL;
    json_array_foreach (entries_of(object), index, entry)
        if (is_update_of(entry, from))
            return true;
    return false;
}

/* The entry that becomes, or already is, MANAGER's applied one: borrowed, never NULL when there is
 * something to migrate. The first Update entry is the most recent. */
static json_t *find_heir(const json_t *object, const struct strv *from, const char *manager)
{
    json_t *applied = kube_managers_applied(object, manager);
    size_t index = 0;
    json_t *entry = NULL;
    if (!applied)
        json_array_foreach (entries_of(object), index, entry)
            if (is_update_of(entry, from))
                return entry;
    return applied;
}

/*
 * A field set is a tree of names whose leaves are {}: merging two trees unites the sets. Sets of
 * another version name fields of another schema: they are dropped, as kubectl does, and their
 * fields are nobody's afterwards.
 */
static bool is_united(json_t *entry, const struct strv *from, json_t *heir)
{
    return entry == heir ||
           (is_update_of(entry, from) &&
            str_equal(js_str(entry, "apiVersion", NULL), js_str(heir, "apiVersion", NULL)));
}

static json_t *united_fields(const json_t *object, const struct strv *from, json_t *heir)
{
    json_t *fields = json_object();
    size_t index = 0;
    json_t *entry = NULL;
    json_array_foreach (entries_of(object), index, entry) {
        json_t *set = js_get(entry, "fieldsV1", NULL);
        if (!json_is_object(set) || !is_united(entry, from, heir))
            continue;
        json_t *smaller = fields;
        fields = js_merge(smaller, set);
        json_decref(smaller);
    }
    return fields;
}

static json_t *make_applied(const json_t *object, const struct strv *from, json_t *heir,
                            const char *manager)
{
    json_t *applied = json_copy(heir);
    json_object_set_new(applied, "manager", json_string(manager));
    json_object_set_new(applied, "operation", json_string("Apply"));
    json_object_set_new(applied, "fieldsV1", united_fields(object, from, heir));
    return applied;
}

/* The new list of entries, each at its old place. */
static json_t *migrated_entries(const json_t *object, const struct strv *from, json_t *heir,
                                const char *manager)
{
    json_t *migrated = json_array();
    size_t index = 0;
    json_t *entry = NULL;
    json_array_foreach (entries_of(object), index, entry) {
        if (entry == heir)
            json_array_append_new(migrated, make_applied(object, from, heir, manager));
        else if (!is_update_of(entry, from))
            json_array_append_new(migrated, json_deep_copy(entry));
    }
    return migrated;
}

static json_t *make_replace(const char *path, json_t *value_take)
{
    json_t *operation = json_object();
    json_object_set_new(operation, "op", json_string("replace"));
    json_object_set_new(operation, "path", json_string(path));
    json_object_set_new(operation, "value", value_take);
    return operation;
}

json_t *kube_managers_migration(const json_t *object, const struct strv *from, const char *manager)
{
    if (!kube_managers_to_migrate(object, from))
        return NULL;
    const char *version = js_str(object, "metadata", "resourceVersion", NULL);
    json_t *entries = migrated_entries(object, from, find_heir(object, from, manager), manager);
    json_t *patch = json_array();
    json_array_append_new(patch, make_replace("/metadata/managedFields", entries));
    json_array_append_new(
        patch, make_replace("/metadata/resourceVersion", json_string(version ? version : "")));
    return patch;
}
