#include "unit/backup/sample.h"

#include <stdlib.h>

#include "backup/pack.h"
#include "capi/select.h"
#include "capi/sequence.h"
#include "support/unit.h"

static const char *const definitions[] = {
    "{'name': 'clusters.cluster.x-k8s.io', 'group': 'cluster.x-k8s.io', 'kind': 'Cluster', "
    "'plural': 'clusters', 'scope': 'Namespaced', 'storage': 'v1beta2', 'served': ['v1beta2'], "
    "'move': false, 'move_hierarchy': true}",
    "{'name': 'machines.cluster.x-k8s.io', 'group': 'cluster.x-k8s.io', 'kind': 'Machine', "
    "'plural': 'machines', 'scope': 'Namespaced', 'storage': 'v1beta2', 'served': ['v1beta2'], "
    "'move': false, 'move_hierarchy': false}",
};

static const char *const objects[] = {
    "{'apiVersion': 'cluster.x-k8s.io/v1beta2', 'kind': 'Cluster', 'metadata': {'name': 'one', "
    "'namespace': 'magnum-system', 'uid': 'u-1', 'resourceVersion': '7', 'labels': "
    "{'cluster-uuid': 'U'}}, 'spec': {'paused': false}, 'status': {'phase': 'Provisioned'}}",
    "{'apiVersion': 'v1', 'kind': 'Secret', 'metadata': {'name': 'one-cloud-config', 'namespace': "
    "'magnum-system', 'uid': 'u-2'}, 'type': 'Opaque', 'data': {'cacert': 'Q0E=', 'clouds.yaml': "
    "'Y2xvdWRz'}}",
    "{'apiVersion': 'cluster.x-k8s.io/v1beta2', 'kind': 'Machine', 'metadata': {'name': 'm', "
    "'namespace': 'magnum-system', 'uid': 'u-3', 'ownerReferences': [{'apiVersion': "
    "'cluster.x-k8s.io/v1beta2', 'kind': 'Cluster', 'name': 'one', 'uid': 'u-1', 'controller': "
    "true}]}, 'spec': {'clusterName': 'one'}}",
};

/* JSON with ' for ". */
static json_t *read(const char *text)
{
    auto_free char *copy = xstrdup(text);
    for (char *c = copy; *c; c++)
        if (*c == '\'')
            *c = '"';
    json_t *value = json_loads(copy, 0, NULL);
    assert_non_null(value);
    return value;
}

void sample_init(struct sample *sample)
{
    struct error *err = NULL;
    *sample = (struct sample){0};
    capi_graph_init(&sample->graph);
    for (size_t i = 0; i < array_length(definitions); i++) {
        json_auto_t *value = read(definitions[i]);
        assert_int_equal(capi_kinds_add_json(&sample->kinds, value, &err), 0);
    }
    capi_kinds_add_core(&sample->kinds);
    for (size_t i = 0; i < array_length(objects); i++) {
        json_auto_t *value = read(objects[i]);
        struct capi_node *node = capi_node_new(value, &sample->kinds, &err);
        assert_no_error(err);
        capi_graph_add_take(&sample->graph, node);
    }
    capi_graph_link(&sample->graph);
    const struct capi_select_options options = {.unused_classes = true, .cloud_configs = true};
    assert_int_equal(capi_select(&sample->graph, &options, &err), 0);
    capi_sequence(&sample->graph);
    sample->nodes = capi_sequence_list(&sample->graph, &sample->count);
    assert_int_equal(sample->count, array_length(objects));
}

void sample_clear(struct sample *sample)
{
    free(sample->nodes);
    capi_graph_clear(&sample->graph);
    capi_kinds_clear(&sample->kinds);
}

void sample_draft(struct sample *sample, struct backup_draft *draft, bool osa)
{
    struct error *err = NULL;
    json_t *crds = json_array();
    for (size_t i = 0; i < array_length(definitions); i++)
        json_array_append_new(crds, read(definitions[i]));
    json_t *head = json_pack("{ss ss sb so}", "created", "2026-08-31T01:02:03Z", "run_id", "r",
                             "consistent", true, "crds", crds);
    backup_draft_init(draft);
    assert_int_equal(backup_draft_fill(draft, sample->nodes, sample->count, head, osa, &err), 0);
}

void sample_archive(struct buf *out, bool osa)
{
    struct error *err = NULL;
    auto_sample struct sample sample;
    auto_backup_draft struct backup_draft draft;
    sample_init(&sample);
    sample_draft(&sample, &draft, osa);
    buf_init(out);
    const struct sink sink = sink_of_buf(out);
    assert_int_equal(backup_pack(&draft, 1788138123, &sink, &err), 0);
}
