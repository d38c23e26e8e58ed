#include "capi/node.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "capi/node_priv.h"
#include "json/js_get.h"
#include "json/js_write.h"
#include "kube/object.h"

/* ---- words */

const char *capi_why_text(enum capi_why why)
{
    static const char *const texts[] = {
        [CAPI_WHY_NONE] = "none", [CAPI_WHY_FORCE] = "force", [CAPI_WHY_OWNER] = "owner",
        [CAPI_WHY_SOFT] = "soft", [CAPI_WHY_EXTRA] = "extra", [CAPI_WHY_IDENTITY] = "identity",
    };
    return texts[why];
}

const char *capi_skip_text(enum capi_skip skip)
{
    static const char *const texts[] = {
        [CAPI_SKIP_NONE] = "",
        [CAPI_SKIP_NO_TENANT] = "no-tenant",
        [CAPI_SKIP_OWNER_NOT_IN_SET] = "owner-not-in-set",
        [CAPI_SKIP_CYCLE] = "cycle",
        [CAPI_SKIP_FILTERED] = "filtered",
        [CAPI_SKIP_NOT_READY] = "not-ready",
    };
    return texts[skip];
}

/* ---- owners */

static void clear_owner(struct capi_owner *owner)
{
    free(owner->uid);
    free(owner->api_version);
    free(owner->kind);
    free(owner->name);
}

static char *dup_text(const char *text)
{
    return xstrdup(text ? text : "");
}

static int flag(const json_t *reference, const char *name)
{
    const json_t *value = json_object_get(reference, name);
    return json_is_boolean(value) ? json_is_true(value) : -1;
}

/* The place for the reference to UID: a later one replaces an earlier one. */
static struct capi_owner *owner_slot(struct capi_node *node, const char *uid)
{
    for (size_t i = 0; i < node->owner_count; i++) {
        if (str_equal(node->owners[i].uid, uid)) {
            clear_owner(&node->owners[i]);
            return &node->owners[i];
        }
    }
    return &node->owners[node->owner_count++];
}

static void read_owners(struct capi_node *node, const json_t *references)
{
    size_t count = json_array_size(references);
    if (!count)
        return;
    node->owners = xcalloc(count, sizeof(*node->owners));
    size_t index = 0;
    json_t *reference = NULL;
    json_array_foreach (js_iterable(references), index, reference) {
        const char *uid = js_str(reference, "uid", NULL);
        *owner_slot(node, uid ? uid : "") = (struct capi_owner){
            .uid = dup_text(uid),
            .api_version = dup_text(js_str(reference, "apiVersion", NULL)),
            .kind = dup_text(js_str(reference, "kind", NULL)),
            .name = dup_text(js_str(reference, "name", NULL)),
            .controller = flag(reference, "controller"),
            .block = flag(reference, "blockOwnerDeletion"),
        };
    }
}

/* ---- identity and metadata */

static int read_identity(struct capi_node *node, const json_t *value, struct error **err)
{
    const char *api_version = js_str(value, "apiVersion", NULL);
    const char *kind = js_str(value, "kind", NULL);
    const char *name = js_str(value, "metadata", "name", NULL);
    if (str_empty(api_version) || str_empty(kind) || str_empty(name)) {
        error_make(err, ERROR_PARSE, "an object lacks %s",
                   str_empty(api_version) ? "apiVersion"
                   : str_empty(kind)      ? "kind"
                                          : "metadata.name");
        return -1;
    }
    auto_free char *version = NULL;
    kube_split_api_version(api_version, &node->group_owned, &version);
    node->group = node->group_owned;
    node->api_version = xstrdup(api_version);
    node->kind = xstrdup(kind);
    node->name = xstrdup(name);
    node->namespace_ = dup_text(js_str(value, "metadata", "namespace", NULL));
    node->uid = dup_text(js_str(value, "metadata", "uid", NULL));
    return 0;
}

static void read_metadata(struct capi_node *node, const json_t *metadata)
{
    const json_t *labels = json_object_get(metadata, "labels");
    const json_t *annotations = json_object_get(metadata, "annotations");
    node->resource_version = dup_text(js_str(metadata, "resourceVersion", NULL));
    (void)js_int(metadata, &node->generation, "generation", NULL);
    node->hierarchy = json_object_get(labels, CAPI_LABEL_HIERARCHY) != NULL;
    node->move = node->hierarchy || json_object_get(labels, CAPI_LABEL_MOVE) != NULL;
    node->deleting = js_str(metadata, "deletionTimestamp", NULL) != NULL;
    node->paused_annotation = json_object_get(annotations, CAPI_PAUSED_ANNOTATION) != NULL;
    node->restoring = json_object_get(annotations, CAPI_RESTORING) != NULL;
    const char *by = js_str(annotations, CAPI_PAUSED_BY, NULL);
    node->paused_by = by ? xstrdup(by) : NULL;
    node->labelled_control_plane =
        json_object_get(labels, "cluster.x-k8s.io/control-plane") != NULL;
    read_owners(node, json_object_get(metadata, "ownerReferences"));
    capi_metadata_digest(metadata, node->digest);
}

static int read_text(struct capi_node *node, const json_t *value, struct error **err)
{
    auto_buf struct buf text = {0};
    if (js_write(&text, value, JS_WRITE_SORT | JS_WRITE_HTML, err) < 0) {
        error_wrap(err, "%s %s/%s", node->kind, node->namespace_, node->name);
        return -1;
    }
    node->text_size = text.size;
    /* Of its size, as the buffer may have grown to twice of it, and the line feed of a file. */
    node->text = xcalloc(text.size + 2, 1);
    memcpy(node->text, text.data, text.size);
    if (node->sensitive)
        mem_wipe(text.data, text.size);
    return 0;
}

struct capi_node *capi_node_new(const json_t *value, const struct capi_kinds *kinds,
                                struct error **err)
{
    auto_capi_node struct capi_node *node = xcalloc(1, sizeof(*node));
    if (kube_object_check(value, err) < 0 || read_identity(node, value, err) < 0)
        return NULL;
    node->observed = true;
    node->type = capi_kinds_find(kinds, node->group, node->kind);
    node->global = node->type ? !node->type->namespaced : str_empty(node->namespace_);
    node->sensitive = str_empty(node->group) && str_equal(node->kind, "Secret");
    read_metadata(node, json_object_get(value, "metadata"));
    capi_node_read_facts(node, value);
    if (read_text(node, value, err) < 0)
        return NULL;
    return steal_ptr(node);
}

void capi_node_free(struct capi_node *node)
{
    if (!node)
        return;
    for (size_t i = 0; i < node->owner_count; i++)
        clear_owner(&node->owners[i]);
    free(node->owners);
    capi_node_clear_facts(node);
    if (node->text && node->sensitive)
        mem_wipe(node->text, node->text_size);
    free(node->text);
    free(node->uid);
    free(node->api_version);
    free(node->kind);
    free(node->namespace_);
    free(node->name);
    free(node->group_owned);
    free(node->resource_version);
    free(node->paused_by);
    free(node->soft_owners);
    free(node->dependents);
    free(node->tenants);
    free(node);
}

/* ---- questions */

json_t *capi_node_parse(const struct capi_node *node, struct error **err)
{
    json_error_t where;
    json_t *value =
        node->text ? json_loadb(node->text, node->text_size, JSON_ALLOW_NUL, &where) : NULL;
    if (!value)
        error_make(err, ERROR_INTERNAL, "%s %s/%s cannot be read again", node->kind,
                   node->namespace_, node->name);
    return value;
}

bool capi_node_is(const struct capi_node *node, const char *group, const char *kind)
{
    return str_equal(node->kind, kind) && str_equal(node->group, group);
}

bool capi_node_is_cluster(const struct capi_node *node)
{
    return node->cluster != NULL;
}

bool capi_node_is_class(const struct capi_node *node)
{
    return capi_node_is(node, CAPI_GROUP, "ClusterClass");
}

char *capi_node_label(const struct capi_node *node)
{
    return str_empty(node->namespace_)
               ? xasprintf("%s %s", node->kind, node->name)
               : xasprintf("%s %s/%s", node->kind, node->namespace_, node->name);
}

int capi_node_compare(const struct capi_node *a, const struct capi_node *b)
{
    int order = strcmp(a->group, b->group);
    if (!order)
        order = strcmp(a->kind, b->kind);
    if (!order)
        order = strcmp(a->namespace_, b->namespace_);
    if (!order)
        order = strcmp(a->name, b->name);
    return order ? order : strcmp(a->uid, b->uid);
}
