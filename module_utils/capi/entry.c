#include "capi/entry.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/strv.h"
#include "json/js_get.h"

static void add(struct capi_entries *entries, const struct capi_entry *entry)
{
    entries->items = xreallocarray(entries->items, entries->count + 1, sizeof(*entries->items));
    entries->items[entries->count++] = *entry;
}

static char *text_or_empty(const char *text)
{
    return xstrdup(text ? text : "");
}

int capi_entries_add_object(struct capi_entries *entries, const json_t *value, struct error **err)
{
    if (js_want(value, "metadata", JSON_OBJECT, NULL, err) < 0) {
        error_wrap(err, "a provider of the inventory cannot be read");
        return -1;
    }
    const char *type = js_str(value, "type", NULL);
    struct capi_entry entry = {
        .type = capi_type_find(type),
        .type_text = text_or_empty(type),
        .name = text_or_empty(js_str(value, "providerName", NULL)),
        .namespace_ = text_or_empty(js_str(value, "metadata", "namespace", NULL)),
        .version = text_or_empty(js_str(value, "version", NULL)),
    };
    add(entries, &entry);
    return 0;
}

void capi_entries_add(struct capi_entries *entries, enum capi_type type, const char *name,
                      const char *namespace_, const char *version)
{
    struct capi_entry entry = {
        .type = type,
        .type_text = xstrdup(capi_type_row(type)->name),
        .name = xstrdup(name),
        .namespace_ = xstrdup(namespace_),
        .version = xstrdup(version),
    };
    add(entries, &entry);
}

void capi_entry_clear(struct capi_entry *entry)
{
    free(entry->type_text);
    free(entry->name);
    free(entry->namespace_);
    free(entry->version);
    *entry = (struct capi_entry){0};
}

struct capi_entry capi_entry_dup(const struct capi_entry *entry)
{
    return (struct capi_entry){
        .type = entry->type,
        .type_text = xstrdup(entry->type_text),
        .name = xstrdup(entry->name),
        .namespace_ = xstrdup(entry->namespace_),
        .version = xstrdup(entry->version),
    };
}

void capi_entries_clear(struct capi_entries *entries)
{
    for (size_t i = 0; i < entries->count; i++)
        capi_entry_clear(&entries->items[i]);
    free(entries->items);
    *entries = (struct capi_entries){0};
}

json_t *capi_entry_object(const struct capi_entry *entry)
{
    auto_free char *label = capi_entry_label(entry);
    return json_pack("{s:s, s:s, s:{s:s, s:s, s:{s:s, s:s, s:s}}, s:s, s:s, s:s}", "apiVersion",
                     "clusterctl.cluster.x-k8s.io/v1alpha3", "kind", "Provider", "metadata", "name",
                     label, "namespace", entry->namespace_, "labels", "clusterctl.cluster.x-k8s.io",
                     "", "cluster.x-k8s.io/provider", label, "clusterctl.cluster.x-k8s.io/core",
                     "inventory", "providerName", entry->name, "type", entry->type_text, "version",
                     entry->version);
}

char *capi_entry_label(const struct capi_entry *entry)
{
    return capi_label(entry->type, entry->name);
}

char *capi_entry_instance(const struct capi_entry *entry)
{
    auto_free char *label = capi_entry_label(entry);
    return xasprintf("%s/%s", entry->namespace_, label);
}

const struct capi_entry *capi_entries_find(const struct capi_entries *entries, enum capi_type type,
                                           const char *name, const char *namespace_)
{
    for (size_t i = 0; i < entries->count; i++) {
        const struct capi_entry *entry = &entries->items[i];
        if (entry->type == type && strcmp(entry->name, name) == 0 &&
            (!namespace_ || strcmp(entry->namespace_, namespace_) == 0))
            return entry;
    }
    return NULL;
}

size_t capi_entries_core_names(const struct capi_entries *entries)
{
    auto_strv struct strv names = {0};
    for (size_t i = 0; i < entries->count; i++)
        if (entries->items[i].type == CAPI_CORE)
            strv_add_once(&names, entries->items[i].name);
    return names.count;
}

size_t capi_entries_cores(const struct capi_entries *entries)
{
    size_t count = 0;
    for (size_t i = 0; i < entries->count; i++)
        count += entries->items[i].type == CAPI_CORE;
    return count;
}

int capi_entry_compare(const struct capi_entry *a, const struct capi_entry *b)
{
    int order = capi_type_row(a->type)->order - capi_type_row(b->type)->order;
    if (!order)
        order = strcmp(a->name, b->name);
    return order ? order : strcmp(a->namespace_, b->namespace_);
}
