#include "backup/manifest_write.h"

#include <string.h>

#include "base/mem.h"
#include "json/js_get.h"
#include "json/js_list.h"
#include "json/js_write.h"

/* ---- entries */

static json_t *uids(struct capi_node *const *nodes, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_string(nodes[i]->uid));
    return list;
}

static json_t *owner_uids(const struct capi_node *node)
{
    json_t *list = json_array();
    for (size_t i = 0; i < node->owner_count; i++)
        if (!node->detached || (node->owners[i].node && node->owners[i].node->why))
            json_array_append_new(list, json_string(node->owners[i].uid));
    return list;
}

static bool is_sensitive(const struct capi_node *node)
{
    return node->sensitive || strstr(node->kind, "KubeadmConfig") ||
           strstr(node->kind, "ControlPlane") || strcmp(node->kind, "ConfigMap") == 0 ||
           node->cluster;
}

static json_t *entry_of(const struct capi_node *node, const struct backup_file *file,
                        const struct strv *modified)
{
    auto_free char *path = xasprintf(BACKUP_DIRECTORY "/%s", file->name);
    return json_pack(
        "{ss ss sI ss ss ss ss ss ss sI sI so so so ss sb sb so}", "path", path, "sha256",
        file->sha256, "size", (json_int_t)file->size, "api_version", node->api_version, "kind",
        node->kind, "namespace", node->namespace_, "name", node->name, "uid", node->uid,
        "resource_version", node->resource_version ? node->resource_version : "", "generation",
        (json_int_t)node->generation, "group_index", (json_int_t)node->group_index, "owners",
        owner_uids(node), "soft_owners", uids(node->soft_owners, node->soft_owner_count), "tenants",
        uids(node->tenants, node->tenant_count), "why", capi_why_text(node->why), "global",
        node->global, "sensitive", is_sensitive(node), "modified", js_strv(modified));
}

int backup_manifest_add(struct buf *entries, const struct capi_node *node,
                        const struct backup_file *file, const struct strv *modified,
                        struct error **err)
{
    json_auto_t *entry = entry_of(node, file, modified);
    if (entries->size)
        buf_add_char(entries, ',');
    return js_write(entries, entry, JS_WRITE_SORT, err);
}

/* ---- the whole */

#define OBJECTS "objects"

static int write_member(struct buf *out, const json_t *head, const struct buf *entries,
                        const char *key, struct error **err)
{
    json_auto_t *name = json_string(key);
    if (js_write(out, name, 0, err) < 0)
        return -1;
    buf_add_char(out, ':');
    if (strcmp(key, OBJECTS) != 0)
        return js_write(out, json_object_get(head, key), JS_WRITE_SORT, err);
    buf_add_char(out, '[');
    buf_add(out, buf_str(entries), entries->size);
    buf_add_char(out, ']');
    return 0;
}

int backup_manifest_write(struct buf *out, const json_t *head, const struct buf *entries,
                          struct error **err)
{
    auto_strv struct strv keys;
    strv_init(&keys);
    strv_add(&keys, OBJECTS);
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach (js_iterable(head), key, value)
        strv_add(&keys, key);
    strv_sort(&keys);
    for (size_t i = 0; i < keys.count; i++) {
        buf_add_char(out, i ? ',' : '{');
        if (write_member(out, head, entries, keys.items[i], err) < 0)
            return -1;
    }
    buf_add_str(out, "}\n");
    return 0;
}
