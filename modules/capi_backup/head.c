#include "capi_backup/head.h"

#include "base/mem.h"
#include "base/str.h"
#include "base/timestamp.h"
#include "capi/saved.h"
#include "json/js_get.h"
#include "json/js_list.h"
#include "kube/client.h"

enum { SKIPPED_IN_RESULT = 200 };

static json_t *text_or_null(const char *text)
{
    return str_empty(text) ? json_null() : json_string(text);
}

/* ---- the server */

static json_t *read_server(struct kube_client *client, struct error **err)
{
    static const char *const paths[] = {"/version", "/api/v1/namespaces/kube-system"};
    struct kube_call calls[array_length(paths)];
    json_t *values[array_length(paths)] = {NULL};
    for (size_t i = 0; i < array_length(paths); i++)
        kube_call_init(&calls[i], "GET", xstrdup(paths[i]));
    int result = kube_client_all(client, calls, array_length(paths), err);
    for (size_t i = 0; i < array_length(paths); i++) {
        auto_error struct error *ignored = NULL; /* who may not see it does without */
        if (result == 0 && !calls[i].error)
            values[i] = kube_call_json(&calls[i], &ignored);
        kube_call_clear(&calls[i]);
    }
    json_t *server =
        result < 0
            ? NULL
            : json_pack("{s:o, s:o}", "git_version",
                        text_or_null(js_str(values[0], "gitVersion", NULL)), "kube_system_uid",
                        text_or_null(js_str(values[1], "metadata", "uid", NULL)));
    for (size_t i = 0; i < array_length(paths); i++)
        json_decref(values[i]);
    return server;
}

static json_t *providers(const struct capi_snapshot *snapshot)
{
    json_t *list = json_array();
    size_t index = 0;
    json_t *provider = NULL;
    json_array_foreach (snapshot->providers, index, provider)
        json_array_append_new(
            list, json_pack("{s:o, s:o, s:o, s:o, s:o}", "name",
                            text_or_null(js_str(provider, "metadata", "name", NULL)), "namespace",
                            text_or_null(js_str(provider, "metadata", "namespace", NULL)), "type",
                            text_or_null(js_str(provider, "type", NULL)), "provider_name",
                            text_or_null(js_str(provider, "providerName", NULL)), "version",
                            text_or_null(js_str(provider, "version", NULL))));
    return list;
}

static json_t *kinds(const struct capi_kinds *kinds)
{
    json_t *list = json_array();
    for (size_t i = 0; i < kinds->count; i++)
        json_array_append_new(list, capi_kind_json(&kinds->items[i]));
    return list;
}

/* ---- namespaces */

static void namespace_names(const struct capi_graph *graph, struct strv *names)
{
    for (size_t i = 0; i < graph->count; i++) {
        const struct capi_node *node = graph->nodes[i];
        /* Objects come list by list: most are of the namespace of the one before. */
        if (node->why != CAPI_WHY_NONE && *node->namespace_ &&
            !(names->count && str_equal(names->items[names->count - 1], node->namespace_)))
            strv_add_once(names, node->namespace_);
    }
    strv_sort(names);
}

static json_t *describe_namespace(const char *name, const json_t *value)
{
    json_t *labels = js_get(value, "metadata", "labels", NULL);
    json_t *annotations = js_get(value, "metadata", "annotations", NULL);
    return json_pack("{s:s, s:o, s:o}", "name", name, "labels",
                     labels ? json_incref(labels) : json_object(), "annotations",
                     annotations ? json_incref(annotations) : json_object());
}

static json_t *read_namespaces(struct export *export, struct error **err)
{
    auto_strv struct strv names;
    strv_init(&names);
    namespace_names(&export->graph, &names);
    json_t *list = json_array();
    for (size_t i = 0; i < names.count; i++) {
        auto_free char *path = xasprintf("/api/v1/namespaces/%s", names.items[i]);
        json_auto_t *value = NULL;
        auto_error struct error *failure = NULL;
        if (kube_client_get(export->cb->client, path, &value, &failure) < 0) {
            if (failure->code != 403) {
                json_decref(list);
                error_move_take(err, steal_ptr(failure));
                return NULL;
            }
            cb_warn(export->cb, "labels and annotations of namespace %s are not saved: %s",
                    names.items[i], failure->message);
        }
        json_array_append_new(list, describe_namespace(names.items[i], value));
    }
    return list;
}

/* ---- clusters */

static const char *credentials(const struct capi_graph *graph, const struct capi_node *node)
{
    const char *name = node->cluster->identity_name;
    if (name)
        return name;
    auto_free char *usual = xasprintf("%s-cloud-config", node->name);
    const struct capi_node *secret = capi_graph_find(graph, "", "Secret", node->namespace_, usual);
    return secret ? secret->name : NULL;
}

static json_t *describe_cluster(const struct capi_graph *graph, const struct capi_node *node)
{
    const struct capi_cluster *cluster = node->cluster;
    return json_pack(
        "{s:s, s:s, s:s, s:o, s:b, s:o, s:b, s:b, s:I, s:I, s:o, s:o}", "namespace",
        node->namespace_, "name", node->name, "uid", node->uid, "class",
        text_or_null(cluster->class_name), "ready", cluster->reasons.count == 0, "reasons",
        js_strv(&node->cluster->reasons), "paused_before", capi_saved_was_paused(node), "deleting",
        node->deleting, "control_plane_machines", (json_int_t)cluster->control_plane_machines,
        "machines", (json_int_t)cluster->machines, "credentials_secret",
        text_or_null(credentials(graph, node)), "magnum_uuid", text_or_null(cluster->magnum_uuid));
}

static json_t *clusters(const struct capi_graph *graph)
{
    json_t *list = json_array();
    for (size_t i = 0; i < graph->count; i++)
        if (capi_node_is_cluster(graph->nodes[i]) && graph->nodes[i]->why != CAPI_WHY_NONE)
            json_array_append_new(list, describe_cluster(graph, graph->nodes[i]));
    return list;
}

/* ---- what does not travel */

static json_t *describe_skipped(const struct capi_node *node)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "api_version", node->api_version, "kind",
                     node->kind, "namespace", node->namespace_, "name", node->name, "uid",
                     node->uid, "reason", capi_skip_text(node->skip));
}

/* Those first that would have travelled but for something: they are the news. */
static json_t *skipped(const struct capi_graph *graph, size_t most, size_t *total)
{
    json_t *list = json_array();
    *total = 0;
    for (int plain = 0; plain < 2; plain++) {
        for (size_t i = 0; i < graph->count; i++) {
            const struct capi_node *node = graph->nodes[i];
            if (!node->observed || node->why != CAPI_WHY_NONE ||
                (node->skip == CAPI_SKIP_NO_TENANT) != plain)
                continue;
            if ((*total)++ < most)
                json_array_append_new(list, describe_skipped(node));
        }
    }
    return list;
}

/* ---- */

static json_t *list_versions(const struct capi_snapshot *snapshot)
{
    json_t *versions = json_object();
    for (size_t i = 0; i < snapshot->count; i++) {
        const struct capi_list *list = &snapshot->lists[i];
        if (!list->version)
            continue;
        auto_free char *key =
            xasprintf("%s%s%s%s%s", list->namespace_, *list->namespace_ ? "/" : "",
                      list->kind->plural, *list->kind->group ? "." : "", list->kind->group);
        json_object_set_new(versions, key, json_string(list->version));
    }
    return versions;
}

static json_t *namespaces_text(const struct cb_args *args)
{
    auto_free char *text = strv_join(&args->namespaces, ",");
    return json_string(text);
}

static const char *quiesce_text(const struct cb_args *args)
{
    static const char *const texts[] = {"verify", "pause", "none"};
    return texts[args->quiesce];
}

json_t *head_new(struct export *export, const char *run_id, time_t now, struct error **err)
{
    json_auto_t *server = read_server(export->cb->client, err);
    json_auto_t *namespaces = server ? read_namespaces(export, err) : NULL;
    if (!namespaces)
        return NULL;
    size_t total = 0;
    auto_free char *created = rfc3339_format(now);
    return json_pack("{s:s, s:s, s:s, s:o, s:s, s:b, s:i, s:O, s:o, s:o, s:O, s:o, s:o, s:o}",
                     "created", created, "run_id", run_id, "tool", "capi_backup", "namespace",
                     namespaces_text(&export->cb->args), "quiesce", quiesce_text(&export->cb->args),
                     "consistent", export->consistent, "rounds", (int)export->rounds, "server",
                     server, "providers", providers(&export->snapshot), "crds",
                     kinds(&export->kinds), "namespaces", namespaces, "clusters",
                     clusters(&export->graph), "skipped", skipped(&export->graph, SIZE_MAX, &total),
                     "list_versions", list_versions(&export->snapshot));
}

/* ---- the result */

static json_t *counts(const struct capi_graph *graph)
{
    json_int_t objects = 0;
    json_t *by_kind = json_object();
    for (size_t i = 0; i < graph->count; i++) {
        const struct capi_node *node = graph->nodes[i];
        if (node->why == CAPI_WHY_NONE)
            continue;
        objects++;
        json_int_t before = json_integer_value(json_object_get(by_kind, node->kind));
        json_object_set_new(by_kind, node->kind, json_integer(before + 1));
    }
    return json_pack("{s:I, s:o}", "objects", objects, "by_kind", by_kind);
}

static json_t *cluster_results(const struct capi_graph *graph)
{
    json_t *list = json_array();
    for (size_t i = 0; i < graph->count; i++) {
        const struct capi_node *node = graph->nodes[i];
        if (!node->observed || !node->cluster || node->skip == CAPI_SKIP_FILTERED)
            continue;
        json_array_append_new(list, json_pack("{s:s, s:s, s:b, s:o, s:b, s:s}", "namespace",
                                              node->namespace_, "name", node->name, "ready",
                                              node->cluster->reasons.count == 0, "reasons",
                                              js_strv(&node->cluster->reasons), "paused_before",
                                              capi_saved_was_paused(node), "action",
                                              node->why == CAPI_WHY_NONE ? "skipped" : "saved"));
    }
    return list;
}

void head_result(const struct export *export, json_t *result)
{
    size_t total = 0;
    json_object_set_new(result, "clusters", cluster_results(&export->graph));
    json_object_set_new(result, "counts", counts(&export->graph));
    json_object_set_new(result, "left_out", skipped(&export->graph, SKIPPED_IN_RESULT, &total));
    json_object_set_new(result, "left_out_total", json_integer((json_int_t)total));
    json_object_set_new(result, "rounds", json_integer(export->rounds));
    json_object_set_new(result, "consistent", json_boolean(export->consistent));
}
