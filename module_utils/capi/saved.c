#include "capi/saved.h"

#include "base/mem.h"
#include "base/str.h"
#include "json/js_get.h"
#include "json/js_write.h"

/* ---- what has to change, told from the facts alone: most bodies are never parsed again */

static bool has_to_be_paused(const struct capi_node *node)
{
    return (capi_node_is_cluster(node) && !node->cluster->paused) ||
           (capi_node_is_class(node) && !node->paused_annotation);
}

static bool has_to_be_labelled(const struct capi_node *node)
{
    return (node->why == CAPI_WHY_EXTRA || node->why == CAPI_WHY_IDENTITY) &&
           !capi_node_forced(node);
}

static bool is_dropped(const struct capi_node *node, const struct capi_owner *owner)
{
    return node->detached && owner->node && owner->node->why == CAPI_WHY_NONE;
}

static bool is_stale(const struct capi_owner *owner)
{
    return owner->node && owner->node->observed &&
           !str_equal(owner->api_version, owner->node->api_version);
}

static bool owners_change(const struct capi_node *node)
{
    for (size_t i = 0; i < node->owner_count; i++)
        if (is_dropped(node, &node->owners[i]) || is_stale(&node->owners[i]))
            return true;
    return false;
}

bool capi_saved_stays(const struct capi_node *node)
{
    return !has_to_be_paused(node) && !has_to_be_labelled(node) && !node->paused_by &&
           !owners_change(node);
}

bool capi_saved_was_paused(const struct capi_node *node)
{
    if (node->paused_by || node->restoring)
        return false;
    if (capi_node_is_cluster(node))
        return node->cluster->paused || node->paused_annotation;
    return capi_node_is_class(node) && node->paused_annotation;
}

/* ---- the changes */

static json_t *member_object(json_t *parent, const char *name)
{
    json_t *member = json_object_get(parent, name);
    if (json_is_object(member))
        return member;
    member = json_object();
    json_object_set_new(parent, name, member);
    return member;
}

static void pause_copy(const struct capi_node *node, json_t *value, struct strv *modified)
{
    if (capi_node_is_cluster(node))
        json_object_set_new(member_object(value, "spec"), "paused", json_true());
    else
        json_object_set_new(member_object(member_object(value, "metadata"), "annotations"),
                            CAPI_PAUSED_ANNOTATION, json_string(""));
    strv_add(modified, "paused");
}

/* An annotations map that holds ours alone was not there before. */
static void drop_own_annotation(json_t *metadata, struct strv *modified)
{
    json_t *annotations = json_object_get(metadata, "annotations");
    json_object_del(annotations, CAPI_PAUSED_BY);
    if (json_object_size(annotations) == 0)
        json_object_del(metadata, "annotations");
    strv_add(modified, "annotation:" CAPI_PAUSED_BY);
}

static const struct capi_owner *find_owner(const struct capi_node *node, const char *uid)
{
    for (size_t i = 0; i < node->owner_count; i++)
        if (str_equal(node->owners[i].uid, uid))
            return &node->owners[i];
    return NULL;
}

static void fix_owners(const struct capi_node *node, json_t *metadata, struct strv *modified)
{
    json_t *references = json_object_get(metadata, "ownerReferences");
    for (size_t i = json_array_size(references); i-- > 0;) {
        json_t *reference = json_array_get(references, i);
        const struct capi_owner *owner = find_owner(node, js_str(reference, "uid", NULL));
        if (!owner)
            continue;
        if (is_dropped(node, owner)) {
            strv_printf(modified, "ownerReferences:-%s/%s", owner->kind, owner->name);
            json_array_remove(references, i);
        } else if (is_stale(owner)) {
            strv_printf(modified, "ownerReferences:%s/%s", owner->kind, owner->name);
            json_object_set_new(reference, "apiVersion", json_string(owner->node->api_version));
        }
    }
    if (json_array_size(references) == 0)
        json_object_del(metadata, "ownerReferences");
}

static void change(const struct capi_node *node, json_t *value, struct strv *modified)
{
    json_t *metadata = json_object_get(value, "metadata");
    if (has_to_be_paused(node))
        pause_copy(node, value, modified);
    if (node->paused_by)
        drop_own_annotation(metadata, modified);
    if (has_to_be_labelled(node)) {
        json_object_set_new(member_object(metadata, "labels"), CAPI_LABEL_MOVE, json_string(""));
        strv_add(modified, "label:" CAPI_LABEL_MOVE);
    }
    if (owners_change(node))
        fix_owners(node, metadata, modified);
}

int capi_saved_copy(const struct capi_node *node, struct buf *out, struct strv *modified,
                    struct error **err)
{
    if (capi_saved_stays(node)) {
        buf_add(out, node->text, node->text_size);
        buf_add_char(out, '\n');
        return 0;
    }
    json_auto_t *value = capi_node_parse(node, err);
    if (!value)
        return -1;
    change(node, value, modified);
    if (js_write(out, value, JS_WRITE_SORT | JS_WRITE_HTML, err) < 0)
        return -1;
    buf_add_char(out, '\n');
    return 0;
}
