#include "daemon/store.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/strv.h"
#include "json/js_get.h"
#include "json/js_read.h"

void store_init(struct store *store, const char *what, const char *const *fields)
{
    *store = (struct store){.what = what, .fields = fields, .items = json_object()};
}

void store_clear(struct store *store)
{
    free(store->path);
    free(store->version);
    json_decref(store->items);
    *store = (struct store){0};
}

/* The member NAME of PARENT, borrowed; made when it is not there. */
static json_t *member(json_t *parent, const char *name)
{
    json_t *value = json_object_get(parent, name);
    if (value)
        return value;
    json_object_set_new(parent, name, json_object());
    return json_object_get(parent, name);
}

/* Copies the value at the dotted PATH of FROM to the same place in TO, if it is there. */
static void copy_path(json_t *to, const json_t *from, const char *path)
{
    auto_strv struct strv names;
    strv_init(&names);
    strv_split(&names, path, '.');
    for (size_t i = 0; i < names.count; i++)
        if (!(from = json_object_get(from, names.items[i])))
            return;
    for (size_t i = 0; i + 1 < names.count; i++)
        to = member(to, names.items[i]);
    json_object_set_new(to, names.items[names.count - 1], json_deep_copy(from));
}

/* OBJECT without what nobody here reads, owned. */
static json_t *reduce(const struct store *store, const json_t *object)
{
    static const char *const always[] = {
        "metadata.name",   "metadata.uid",         "metadata.resourceVersion",
        "metadata.labels", "metadata.annotations", "metadata.creationTimestamp",
    };
    json_t *reduced = json_object();
    for (size_t i = 0; i < array_length(always); i++)
        copy_path(reduced, object, always[i]);
    for (const char *const *field = store->fields; *field; field++)
        copy_path(reduced, object, *field);
    return reduced;
}

/* OBJECT without what changes when nothing does, owned; shares its parts. */
static json_t *essence(const struct store *store, const json_t *object)
{
    json_t *rest = json_copy(js_iterable(object));
    json_t *metadata = json_copy(js_iterable(json_object_get(object, "metadata")));
    json_t *annotations = json_copy(js_iterable(json_object_get(metadata, "annotations")));
    json_object_del(metadata, "resourceVersion");
    if (store->stamp && annotations)
        json_object_del(annotations, store->stamp);
    if (annotations)
        json_object_set_new(metadata, "annotations", annotations);
    json_object_set_new(rest, "metadata", metadata);
    return rest;
}

static bool is_news(const struct store *store, const json_t *before, const json_t *now)
{
    if (!before)
        return true;
    json_auto_t *old = essence(store, before);
    json_auto_t *new = essence(store, now);
    return !json_equal(old, new);
}

void store_put(struct store *store, const json_t *object)
{
    const char *name = js_str(object, "metadata", "name", NULL);
    if (!name)
        return;
    json_t *reduced = reduce(store, object);
    if (is_news(store, json_object_get(store->items, name), reduced))
        store->changed = true;
    json_object_set_new(store->items, name, reduced);
    if (store->seen)
        store->seen(store->context, name, reduced);
}

void store_remove(struct store *store, const char *name)
{
    json_object_del(store->items, name);
    store->changed = true;
}

static void set_version(struct store *store, const char *version)
{
    char *copy = version ? xstrdup(version) : NULL;
    free(store->version);
    store->version = copy;
}

void store_begin(struct store *store)
{
    json_object_clear(store->items);
    set_version(store, NULL);
}

void store_add_page(struct store *store, const json_t *list)
{
    size_t index = 0;
    json_t *object = NULL;
    json_array_foreach (js_get(list, "items", NULL), index, object)
        store_put(store, object);
}

void store_end(struct store *store, const char *version)
{
    set_version(store, version);
    store->changed = true;
}

/* The watch itself failed: OBJECT is a Status. */
static int end_watch(struct store *store, const json_t *object, struct error **err)
{
    long long code = 0;
    const char *message = js_str(object, "message", NULL);
    js_int(object, &code, "code", NULL);
    set_version(store, NULL);
    error_make(err, ERROR_STATUS, "the watch of %s ends: %s", store->what,
               message ? message : "no reason is given");
    error_code(err, (int)code);
    return -1;
}

int store_event(struct store *store, const char *line, size_t length, struct error **err)
{
    json_error_t where;
    json_auto_t *event = js_read(line, length, &where);
    const json_t *object = js_get(event, "object", NULL);
    const char *type = js_str(event, "type", NULL);
    const char *version = js_str(object, "metadata", "resourceVersion", NULL);
    const char *name = js_str(object, "metadata", "name", NULL);
    if (str_equal(type, "ERROR"))
        return end_watch(store, object, err);
    if (!type || !version) {
        set_version(store, NULL);
        error_make(err, ERROR_PARSE, "the watch of %s sent what is no event", store->what);
        return -1;
    }
    if (str_equal(type, "DELETED") && name)
        store_remove(store, name);
    else if (!str_equal(type, "BOOKMARK"))
        store_put(store, object);
    set_version(store, version);
    return 0;
}
