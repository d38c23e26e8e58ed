#include "backup/osa.h"

#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "crypto/secret.h"
#include "json/js_get.h"

#define NAMESPACE "magnum-system"
#define SUFFIX    "-cloud-config"
#define NAMES     "cluster-names.txt"
#define CACERT    "cacert-"
#define CLOUDS    "clouds-yaml-"
#define TXT       ".txt"

/* The credentials of one cluster, or the cluster itself. */
struct item {
    char *name, *namespace_; /* of the cluster; namespace NULL when read from files */
    bool cluster;            /* the Cluster was seen */
    bool has_cacert, has_clouds;
    struct secret cacert, clouds;
};

struct backup_osa {
    struct item *items; /* owned */
    size_t count;
};

struct backup_osa *backup_osa_new(void)
{
    return xcalloc(1, sizeof(struct backup_osa));
}

void backup_osa_free(struct backup_osa *osa)
{
    for (size_t i = 0; osa && i < osa->count; i++) {
        free(osa->items[i].name);
        free(osa->items[i].namespace_);
        secret_clear(&osa->items[i].cacert);
        secret_clear(&osa->items[i].clouds);
    }
    if (osa)
        free(osa->items);
    free(osa);
}

static struct item *item_of(struct backup_osa *osa, const char *namespace_, const char *name)
{
    for (size_t i = 0; i < osa->count; i++)
        if (str_equal(osa->items[i].name, name) && str_equal(osa->items[i].namespace_, namespace_))
            return &osa->items[i];
    osa->items = xreallocarray(osa->items, osa->count + 1, sizeof(*osa->items));
    struct item *item = &osa->items[osa->count++];
    *item = (struct item){
        .name = xstrdup(name),
        .namespace_ = namespace_ ? xstrdup(namespace_) : NULL,
    };
    return item;
}

/* ---- from objects */

static int take_key(const json_t *secret, const char *key, struct secret *out, bool *has,
                    struct error **err)
{
    const json_t *text = js_get(secret, "data", key, NULL);
    struct buf bytes;
    buf_init(&bytes);
    if (!json_is_string(text))
        return 0;
    int result = base64_decode(json_string_value(text), json_string_length(text), &bytes, err);
    if (result == 0) {
        secret_set(out, buf_str(&bytes), bytes.size);
        *has = true;
    } else {
        error_wrap(err, "data.%s", key);
    }
    buf_wipe(&bytes);
    return result;
}

static int note_secret(struct backup_osa *osa, const struct capi_node *node, struct error **err)
{
    json_auto_t *value = capi_node_parse(node, err);
    if (!value)
        return -1;
    auto_free char *cluster = xmemdup(node->name, strlen(node->name) - strlen(SUFFIX));
    struct item *item = item_of(osa, node->namespace_, cluster);
    if (take_key(value, "cacert", &item->cacert, &item->has_cacert, err) < 0)
        return -1;
    return take_key(value, "clouds.yaml", &item->clouds, &item->has_clouds, err);
}

int backup_osa_note(struct backup_osa *osa, const struct capi_node *node, struct error **err)
{
    if (capi_node_is_cluster(node))
        item_of(osa, node->namespace_, node->name)->cluster = true;
    else if (capi_node_is(node, "", "Secret") && str_ends_with(node->name, SUFFIX))
        return note_secret(osa, node, err);
    return 0;
}

static bool has_one_namespace(const struct backup_osa *osa)
{
    const char *first = NULL;
    for (size_t i = 0; i < osa->count; i++) {
        if (!osa->items[i].cluster)
            continue;
        if (first && !str_equal(first, osa->items[i].namespace_))
            return false;
        first = osa->items[i].namespace_;
    }
    return true;
}

static void add_text(struct backup_draft *draft, const char *prefix, const struct item *item,
                     const struct secret *text)
{
    auto_free char *name = xasprintf("%s%s" TXT, prefix, item->name);
    struct buf bytes;
    buf_init(&bytes);
    buf_add(&bytes, secret_peek(text), text->size);
    backup_draft_add_take(draft, name, &bytes);
}

void backup_osa_files(struct backup_osa *osa, struct backup_draft *draft)
{
    bool one = has_one_namespace(osa);
    struct buf names;
    auto_strv struct strv sorted;
    buf_init(&names);
    strv_init(&sorted);
    for (size_t i = 0; i < osa->count; i++) {
        const struct item *item = &osa->items[i];
        if (!item->cluster || (!one && !str_equal(item->namespace_, NAMESPACE)))
            continue;
        strv_add(&sorted, item->name);
        if (item->has_cacert)
            add_text(draft, CACERT, item, &item->cacert);
        if (item->has_clouds)
            add_text(draft, CLOUDS, item, &item->clouds);
    }
    if (sorted.count)
        strv_sort(&sorted);
    for (size_t i = 0; i < sorted.count; i++)
        buf_printf(&names, "%s\n", sorted.items[i]);
    backup_draft_add_take(draft, NAMES, &names);
}

/* ---- from files */

/* The cluster in PREFIX<cluster>.txt, owned, or NULL. */
static char *cluster_in(const char *name, const char *prefix)
{
    const char *rest = str_after(name, prefix);
    if (!rest || !str_ends_with(rest, TXT) || strlen(rest) == strlen(TXT))
        return NULL;
    return xmemdup(rest, strlen(rest) - strlen(TXT));
}

bool backup_osa_is_file(const char *name)
{
    auto_free char *cacert = cluster_in(name, CACERT);
    auto_free char *clouds = cluster_in(name, CLOUDS);
    return cacert || clouds || str_equal(name, NAMES);
}

void backup_osa_read(struct backup_osa *osa, const char *name, const void *bytes, size_t size)
{
    auto_free char *cacert = cluster_in(name, CACERT);
    auto_free char *clouds = cluster_in(name, CLOUDS);
    if (!cacert && !clouds)
        return;
    struct item *item = item_of(osa, NULL, cacert ? cacert : clouds);
    secret_set(cacert ? &item->cacert : &item->clouds, bytes, size);
    if (cacert)
        item->has_cacert = size > 0;
    else
        item->has_clouds = size > 0;
}

const char *backup_osa_cluster(const struct backup_osa *osa, size_t index)
{
    return index < osa->count ? osa->items[index].name : NULL;
}

static void put(json_t *data, const char *key, const struct secret *text)
{
    char *encoded = base64_encode(secret_peek(text), text->size);
    json_object_set_new(data, key, json_string(encoded));
    secret_free_text(encoded);
}

json_t *backup_osa_secret(const struct backup_osa *osa, const char *cluster, const char *namespace_,
                          const char *uuid)
{
    const struct item *item = NULL;
    for (size_t i = 0; i < osa->count && !item; i++)
        if (str_equal(osa->items[i].name, cluster))
            item = &osa->items[i];
    if (!item || !item->has_clouds)
        return NULL;
    auto_free char *name = xasprintf("%s" SUFFIX, cluster);
    json_t *data = json_object();
    if (item->has_cacert)
        put(data, "cacert", &item->cacert);
    put(data, "clouds.yaml", &item->clouds);
    json_t *metadata = json_pack("{ss ss}", "name", name, "namespace", namespace_);
    if (uuid)
        json_object_set_new(metadata, "labels", json_pack("{ss}", "cluster-uuid", uuid));
    return json_pack("{ss ss so ss so}", "apiVersion", "v1", "kind", "Secret", "metadata", metadata,
                     "type", "Opaque", "data", data);
}
