/* What --dump prints: every cluster, whether it qualifies, and which namespaces lead to it. */
#include "base/mem.h"
#include "daemon/control.h"
#include "daemon/cycle.h"
#include "daemon/netns.h"
#include "json/js_get.h"
#include "json/js_list.h"

static json_t *namespaces_of(const struct cycle *cycle, const char *network)
{
    auto_strv struct strv found;
    strv_init(&found);
    netns_choose(&cycle->namespaces, network, &cycle->config->netns_prefixes, &found);
    return js_strv(&found);
}

static json_t *describe(const struct cycle *cycle, const json_t *object)
{
    struct cluster cluster = {0};
    enum cluster_verdict verdict = cluster_read(object, cycle->config->always, &cluster);
    const char *name = cluster_name(object);
    json_t *entry =
        json_pack("{s:s, s:s*, s:b}", "object", js_str(object, "metadata", "name", NULL), "cluster",
                  name, "qualifies", verdict == CLUSTER_QUALIFIES);
    if (verdict != CLUSTER_QUALIFIES)
        json_object_set_new(entry, "reason", json_string(cluster_verdict_text(verdict)));
    else
        json_object_update_new(entry,
                               json_pack("{s:s, s:s, s:i, s:o}", "network", cluster.network,
                                         "address", cluster.address, "port", (int)cluster.port,
                                         "namespaces", namespaces_of(cycle, cluster.network)));
    cluster_clear(&cluster);
    return entry;
}

json_t *control_dump(const struct config *config, struct error **err)
{
    auto_cycle struct cycle cycle;
    cycle_init(&cycle, config, NULL);
    if (cycle_connect(&cycle, err) < 0 || cycle_look(&cycle, err) < 0)
        return NULL;
    json_t *clusters = json_array();
    const char *key = NULL;
    json_t *object = NULL;
    json_object_foreach (cycle.clusters.items, key, object)
        json_array_append_new(clusters, describe(&cycle, object));
    return json_pack("{s:s, s:s, s:o}", "host", cycle.host, "address", cycle.connection.address,
                     "clusters", clusters);
}
