#include "backup/restore.h"

#include <stdlib.h>

#include "backup/restore_priv.h"
#include "base/mem.h"
#include "base/str.h"
#include "capi/select.h"
#include "capi/sequence.h"
#include "crypto/digest.h"
#include "json/js_get.h"

const char *backup_step_text(enum backup_step step)
{
    static const char *const texts[] = {
        [BACKUP_STEP_CREATE] = "create",
        [BACKUP_STEP_LINK] = "link",
        [BACKUP_STEP_UPDATE] = "update",
        [BACKUP_STEP_LEAVE] = "leave",
    };
    return texts[step];
}

/* What tells the archive from others; owned. One without a manifest is what its objects are. */
static char *archive_of(const struct backup_contents *contents)
{
    const char *content = js_str(contents->manifest, "content_sha256", NULL);
    if (content)
        return xstrdup(content);
    auto_digest struct digest *digest = digest_new();
    for (size_t i = 0; i < contents->graph.count; i++) {
        const struct capi_node *node = contents->graph.nodes[i];
        if (node->observed)
            digest_add(digest, node->text, node->text_size);
    }
    return digest_hex(digest);
}

void backup_restore_init(struct backup_restore *restore, struct backup_contents *contents,
                         struct kube_client *client, struct kube_discovery *discovery,
                         const struct backup_restore_options *options)
{
    *restore = (struct backup_restore){
        .contents = contents,
        .client = client,
        .discovery = discovery,
        .options = *options,
        .archive = archive_of(contents),
        .namespaces = json_object(),
        .unplaced = json_array(),
        .checks = json_array(),
        .left_paused = json_array(),
    };
}

static void clear_item(struct backup_item *item)
{
    free(item->reason);
    free(item->uid);
    free(item->version);
    free(item->mark);
    json_decref(item->finalizers);
    error_free(item->error);
}

void backup_restore_clear(struct backup_restore *restore)
{
    for (size_t i = 0; i < restore->count; i++)
        clear_item(&restore->items[i]);
    free(restore->items);
    free(restore->archive);
    json_decref(restore->namespaces);
    json_decref(restore->unplaced);
    json_decref(restore->checks);
    json_decref(restore->left_paused);
    strv_clear(&restore->problems);
    strv_clear(&restore->warnings);
    strv_clear(&restore->notes);
    *restore = (struct backup_restore){0};
}

/* ---- items; a node keeps the place of its item, from 1, in origin */

struct backup_item *backup_item_of(const struct backup_restore *restore,
                                   const struct capi_node *node)
{
    return node && node->origin ? &restore->items[node->origin - 1] : NULL;
}

static void add_item(struct backup_restore *restore, struct capi_node *node, bool foreign)
{
    if (node->origin)
        return;
    restore->items[restore->count++] = (struct backup_item){.node = node, .foreign = foreign};
    node->origin = restore->count;
}

bool backup_is_restoring(const struct backup_restore *restore, const struct backup_item *item)
{
    return item->mark && (restore->options.force || str_equal(item->mark, restore->archive));
}

json_t *backup_identity(const struct capi_node *node, const char *reason)
{
    json_t *entry = json_pack("{ss ss ss}", "kind", node->kind, "namespace", node->namespace_,
                              "name", node->name);
    if (reason)
        json_object_set_new(entry, "reason", json_string(reason));
    return entry;
}

/* ---- which, and in which order */

static int select_nodes(struct backup_restore *restore, struct error **err)
{
    struct capi_graph *graph = &restore->contents->graph;
    const struct strv *clusters = restore->options.clusters;
    bool all = !clusters || clusters->count == 0;
    const struct capi_select_options options = {
        .clusters = clusters, .unused_classes = true, .cloud_configs = true, .identities = true};
    if (capi_select(graph, &options, err) < 0)
        return -1;
    for (size_t i = 0; i < graph->count; i++) {
        struct capi_node *node = graph->nodes[i];
        node->origin = 0;
        if (!node->observed)
            continue;
        if (all && node->why == CAPI_WHY_NONE) {
            node->why = CAPI_WHY_EXTRA;
            node->skip = CAPI_SKIP_NONE;
        }
        /* Owners that are not restored are for the plan to judge, not for the order. */
        node->detached = true;
    }
    return 0;
}

static void note_cycles(struct backup_restore *restore)
{
    const struct capi_graph *graph = &restore->contents->graph;
    for (size_t i = 0; i < graph->count; i++) {
        const struct capi_node *node = graph->nodes[i];
        if (!node->observed || node->skip != CAPI_SKIP_CYCLE)
            continue;
        auto_free char *label = capi_node_label(node);
        strv_printf(&restore->problems, "%s owns itself by way of others", label);
    }
}

static void note_unselected(struct backup_restore *restore)
{
    const struct capi_graph *graph = &restore->contents->graph;
    for (size_t i = 0; i < graph->count; i++) {
        const struct capi_node *node = graph->nodes[i];
        if (node->observed && !node->group_index)
            json_array_append_new(restore->unplaced,
                                  backup_identity(node, capi_skip_text(node->skip)));
    }
}

/* What owns a selected object and is not restored itself. */
static void add_foreign(struct backup_restore *restore, size_t placed)
{
    for (size_t i = 0; i < placed; i++) {
        const struct capi_node *node = restore->items[i].node;
        for (size_t j = 0; j < node->owner_count; j++)
            if (node->owners[j].node)
                add_item(restore, node->owners[j].node, true);
    }
}

int backup_restore_choose(struct backup_restore *restore, struct error **err)
{
    struct capi_graph *graph = &restore->contents->graph;
    size_t count = 0;
    if (select_nodes(restore, err) < 0)
        return -1;
    restore->groups = capi_sequence(graph);
    auto_free struct capi_node **nodes = capi_sequence_list(graph, &count);
    restore->items = xcalloc(graph->count + 1, sizeof(*restore->items));
    for (size_t i = 0; i < count; i++)
        add_item(restore, nodes[i], false);
    add_foreign(restore, count);
    note_cycles(restore);
    note_unselected(restore);
    return 0;
}

/* ---- what it says */

static json_t *item_json(const struct backup_item *item)
{
    json_t *entry = backup_identity(item->node, item->reason);
    json_object_set_new(entry, "step", json_string(backup_step_text(item->step)));
    if (item->differs)
        json_object_set_new(entry, "differs", json_true());
    return entry;
}

json_t *backup_restore_plan_json(const struct backup_restore *restore)
{
    json_t *list = json_array();
    for (size_t i = 0; i < restore->count; i++)
        if (!restore->items[i].foreign)
            json_array_append_new(list, item_json(&restore->items[i]));
    return list;
}
