/* What a task changes, for people: see clusterctl_init/result.h. */
#include <stdlib.h>

#include "ansible/am_diff.h"
#include "base/mem.h"
#include "base/str.h"
#include "clusterctl_init/result.h"
#include "json/js_get.h"
#include "kube/mask.h"
#include "kube/strip.h"
#include "yaml/ym_write.h"

/* VALUE (NULL allowed) as YAML, owned, or NULL. */
static char *yaml_of(const json_t *value)
{
    if (!value)
        return NULL;
    struct buf text;
    buf_init(&text);
    if (ym_write_sorted(&text, value, NULL) == 0)
        return buf_steal(&text);
    buf_clear(&text);
    return NULL;
}

/* Schemas are thousands of lines that nobody reads in a difference. */
static void drop_schemas(json_t *object)
{
    size_t index = 0;
    json_t *version = NULL;
    if (str_equal(js_str(object, "kind", NULL), "CustomResourceDefinition"))
        json_array_foreach (js_get(object, "spec", "versions", NULL), index, version)
            json_object_del(version, "schema");
}

static json_t *shown(const json_t *object, bool plain_status)
{
    if (!object)
        return NULL;
    json_t *copy = json_deep_copy(object);
    drop_schemas(copy);
    kube_strip_for_diff(copy, plain_status);
    return copy;
}

static void add_put(const struct capi_put *item, json_t *list)
{
    if (item->action != CAPI_CREATED && item->action != CAPI_PATCHED)
        return;
    bool plain_status = item->id.resource.plain_status;
    json_auto_t *before = shown(item->before, plain_status);
    json_auto_t *after = shown(item->after, plain_status);
    kube_mask_pair(before, after);
    auto_free char *before_text = yaml_of(before);
    auto_free char *after_text = yaml_of(after);
    auto_free char *label = kube_object_label(&item->id);
    json_array_append_new(list, am_diff_new(before_text, after_text, label, label));
}

static void add_puts(const struct capi_puts *puts, json_t *list)
{
    for (size_t i = 0; i < puts->count; i++)
        add_put(&puts->items[i], list);
}

static void add_deleted(const json_t *deleted, json_t *list)
{
    size_t index = 0;
    json_t *entry = NULL;
    json_array_foreach (js_iterable(deleted), index, entry) {
        const char *namespace_ = js_str(entry, "namespace", NULL);
        auto_free char *label =
            xasprintf("%s %s%s%s", js_str(entry, "kind", NULL), namespace_ ? namespace_ : "",
                      namespace_ ? "/" : "", js_str(entry, "name", NULL));
        json_auto_t *before = json_deep_copy(entry);
        json_object_del(before, "action");
        auto_free char *text = yaml_of(before);
        json_array_append_new(list, am_diff_new(text, NULL, label, label));
    }
}

/* ---- the inventory */

static void set_version(json_t *inventory, const struct cc_item *item, const char *version)
{
    if (!str_empty(version))
        json_object_set_new(
            inventory, item->label,
            json_pack("{ss ss}", "namespace", item->entry.namespace_, "version", version));
}

static void add_inventory(const struct cc *cc, json_t *list)
{
    json_auto_t *before = json_object();
    json_auto_t *after = json_object();
    for (size_t i = 0; i < cc->count; i++) {
        const struct cc_item *item = &cc->items[i];
        bool changed = item->done && item->verb != CC_LEAVE;
        set_version(before, item, item->previous);
        if (changed && item->verb != CC_DELETE)
            set_version(after, item, item->entry.version);
        else if (!changed)
            set_version(after, item, item->previous);
    }
    if (json_equal(before, after))
        return;
    auto_free char *before_text = yaml_of(before);
    auto_free char *after_text = yaml_of(after);
    json_array_append_new(list, am_diff_new(before_text, after_text, "providers", "providers"));
}

void cc_diff(const struct cc *cc, json_t *list)
{
    add_inventory(cc, list);
    add_deleted(cc->deleted, list);
    add_puts(&cc->cert_manager.puts, list);
    add_puts(&cc->extra.puts, list);
    for (size_t i = 0; i < cc->count; i++)
        add_puts(&cc->items[i].replacement.objects, list);
    add_puts(&cc->install.objects, list);
}
