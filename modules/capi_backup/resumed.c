/* state: resumed. */
#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "capi_backup/export.h"
#include "capi_backup/quiesce.h"
#include "capi_backup/state.h"
#include "json/js_get.h"
#include "json/js_list.h"

static bool is_paused(const struct capi_node *node)
{
    return node->cluster ? node->cluster->paused
                         : capi_node_is_class(node) && node->paused_annotation;
}

/* ---- by name */

static bool is_head(const struct capi_node *node)
{
    return node->observed && (node->cluster || capi_node_is_class(node));
}

static bool is_named(const struct strv *names, const struct capi_node *node)
{
    for (size_t i = 0; i < names->count; i++)
        if (capi_select_names(names->items[i], node))
            return true;
    return false;
}

/* A class comes with each of its Clusters. */
static bool is_wanted(const struct strv *names, const struct capi_node *node)
{
    if (is_named(names, node))
        return true;
    for (size_t i = 0; capi_node_is_class(node) && i < node->dependent_count; i++)
        if (node->dependents[i]->cluster && is_named(names, node->dependents[i]))
            return true;
    return false;
}

static int check_name(const char *name, const struct capi_graph *graph, struct error **err)
{
    for (size_t i = 0; i < graph->count; i++)
        if (is_head(graph->nodes[i]) && capi_select_names(name, graph->nodes[i]))
            return 0;
    error_make(err, ERROR_NOT_FOUND,
               "clusters: there is no Cluster or ClusterClass %s in the namespaces that are looked "
               "at; name it by its name, as namespace/name, or a Cluster by Magnum's UUID",
               name);
    return -1;
}

static int check_names(const struct strv *names, const struct capi_graph *graph, struct error **err)
{
    for (size_t i = 0; i < names->count; i++)
        if (check_name(names->items[i], graph, err) < 0)
            return -1;
    return 0;
}

/* With force and by name: also what somebody else has paused, such as a clusterctl that died, and
 * the mark of a restore where somebody has resumed by hand. */
static void add_named(struct quiesce *quiesce, const struct capi_graph *graph)
{
    const struct strv *names = &quiesce->cb->args.clusters;
    for (size_t i = 0; i < graph->count; i++) {
        const struct capi_node *node = graph->nodes[i];
        if (is_head(node) && (is_paused(node) || node->restoring) && is_wanted(names, node))
            capi_pause_add(&quiesce->pause, node);
    }
}

/* ---- */

/* What half a restore has made is not resumed unasked: its controllers would make the other half
 * anew, and other machines with it. */
static void note_restoring(struct quiesce *quiesce, const struct capi_graph *graph)
{
    for (size_t i = 0; i < graph->count; i++) {
        const struct capi_node *node = graph->nodes[i];
        if (!node->observed || !node->restoring || !is_paused(node) ||
            js_find(quiesce->pause.entries, "uid", node->uid))
            continue;
        auto_free char *label = capi_node_label(node);
        cb_note(quiesce->cb,
                "%s is paused by a restore that was cut off, or still runs: repeat the restore, or "
                "resume it as it is with force and its name in clusters",
                label);
    }
}

static int resume_all(const struct cb *cb, struct export *export, struct quiesce *quiesce,
                      struct error **err)
{
    /* Names are for us to judge: they may be those of classes that no Cluster uses. */
    export->select.clusters = NULL;
    if (quiesce_repair(quiesce, err) < 0 || export_read_heads(export, err) < 0 ||
        check_names(&cb->args.clusters, &export->graph, err) < 0)
        return -1;
    if (cb->args.force)
        add_named(quiesce, &export->graph);
    note_restoring(quiesce, &export->graph);
    return quiesce_repair_graph(quiesce, &export->graph, err);
}

/* In check mode too: then nothing is written. */
static int run(struct cb *cb, struct error **err)
{
    struct export export = {0};
    auto_free char *run_id = capi_run_id_new();
    int result = export_init(&export, cb, err) < 0 || export_prepare(&export, err) < 0 ? -1 : 0;
    struct quiesce quiesce = {.lock = -1};
    if (result == 0) {
        quiesce_init(&quiesce, cb, &export.kinds, run_id);
        result =
            quiesce_lock(&quiesce, err) < 0 || resume_all(cb, &export, &quiesce, err) < 0 ? -1 : 0;
        json_t *resumed = js_strv(&quiesce.resumed);
        cb->changed = quiesce.resumed.count > 0;
        json_object_set_new(cb->result, "resumed", resumed);
        quiesce_clear(&quiesce);
    }
    export_clear(&export);
    return result;
}

const struct cb_way cb_resumed = {.apply = run, .predict = run};
