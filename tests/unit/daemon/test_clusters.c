#include "daemon/clusters.h"

#include "base/compiler.h"
#include "support/json_text.h"
#include "support/unit.h"

/* One that qualifies. */
static json_t *sample(void)
{
    return json_from("{'metadata': {'name': 'kube-x', 'resourceVersion': '7', 'labels':"
                     " {'cluster.x-k8s.io/cluster-name': 'kube-x'}},"
                     " 'spec': {'disableAPIServerFloatingIP': true,"
                     "  'controlPlaneEndpoint': {'host': '10.0.0.5', 'port': 6443}},"
                     " 'status': {'network': {'id': 'net-1'},"
                     "  'apiServerLoadBalancer': {'internalIP': '10.0.0.5'}}}");
}

static void test_cluster__that_qualifies__is_read(maybe_unused void **state)
{
    json_auto_t *object = sample();
    struct cluster cluster;
    assert_int_equal(cluster_read(object, false, &cluster), CLUSTER_QUALIFIES);
    assert_string_equal(cluster.name, "kube-x");
    assert_string_equal(cluster.network, "net-1");
    assert_string_equal(cluster.address, "10.0.0.5");
    assert_int_equal(cluster.port, 6443);
    assert_string_equal(cluster.version, "7");
    cluster_clear(&cluster);
}

/* A merge patch on the sample, and what comes of it. */
static const struct {
    const char *patch;
    bool always;
    enum cluster_verdict verdict;
    int port;
} rows[] = {
    {"{}", false, CLUSTER_QUALIFIES, 6443},
    {"{'metadata': {'labels': null}}", false, CLUSTER_NAMELESS, 0},
    {"{'metadata': {'labels': {'cluster.x-k8s.io/cluster-name': 'Upper'}}}", false,
     CLUSTER_NAMELESS, 0},
    {"{'metadata': {'labels': {'cluster.x-k8s.io/cluster-name': '1st'}}}", false, CLUSTER_NAMELESS,
     0},
    {"{'metadata': {'labels': {'cluster.x-k8s.io/cluster-name': 'a.b'}}}", false, CLUSTER_NAMELESS,
     0},
    {"{'metadata': {'labels': {'cluster.x-k8s.io/cluster-name': 'a-'}}}", false, CLUSTER_NAMELESS,
     0},
    {"{'spec': {'disableAPIServerFloatingIP': false}}", false, CLUSTER_HAS_FLOATING_IP, 0},
    {"{'spec': {'disableAPIServerFloatingIP': null}}", false, CLUSTER_HAS_FLOATING_IP, 0},
    {"{'spec': {'disableAPIServerFloatingIP': false}}", true, CLUSTER_QUALIFIES, 6443},
    {"{'spec': null}", true, CLUSTER_QUALIFIES, 6443},
    {"{'status': null}", false, CLUSTER_NO_NETWORK, 0},
    {"{'status': {'network': {'id': ''}}}", false, CLUSTER_NO_NETWORK, 0},
    {"{'status': {'apiServerLoadBalancer': null}}", false, CLUSTER_NO_ADDRESS, 0},
    {"{'status': {'apiServerLoadBalancer': {'internalIP': 'x'}}}", false, CLUSTER_NO_ADDRESS, 0},
    {"{'status': {'apiServerLoadBalancer': {'internalIP': 'fd00::5'}}}", false, CLUSTER_QUALIFIES,
     6443},
    {"{'status': {'apiServerLoadBalancer': null, 'network': {'apiServerLoadBalancer':"
     " {'internalIP': '10.0.0.9'}}}}",
     false, CLUSTER_QUALIFIES, 6443},
    {"{'spec': {'controlPlaneEndpoint': {'port': 443}}}", false, CLUSTER_QUALIFIES, 443},
    {"{'spec': {'controlPlaneEndpoint': {'port': 0}}}", false, CLUSTER_QUALIFIES, 6443},
    {"{'spec': {'controlPlaneEndpoint': {'port': 65536}}}", false, CLUSTER_QUALIFIES, 6443},
    {"{'spec': {'controlPlaneEndpoint': null}}", false, CLUSTER_QUALIFIES, 6443},
};

static void merge(json_t *target, const json_t *patch)
{
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach ((json_t *)(uintptr_t)patch, key, value) {
        json_t *inner = json_object_get(target, key);
        if (json_is_null(value))
            json_object_del(target, key);
        else if (json_is_object(value) && json_is_object(inner))
            merge(inner, value);
        else
            json_object_set(target, key, value);
    }
}

static void test_cluster__every_rule__has_its_verdict(maybe_unused void **state)
{
    for (size_t i = 0; i < array_length(rows); i++) {
        json_auto_t *object = sample();
        json_auto_t *patch = json_from(rows[i].patch);
        merge(object, patch);
        struct cluster cluster = {0};
        enum cluster_verdict verdict = cluster_read(object, rows[i].always, &cluster);
        if (verdict != rows[i].verdict || cluster.port != rows[i].port)
            fail_msg("%s: %s, port %d", rows[i].patch, cluster_verdict_text(verdict), cluster.port);
        cluster_clear(&cluster);
    }
}

static void test_clusters__many__are_sorted_and_found_and_all_are_named(maybe_unused void **state)
{
    json_auto_t *objects = json_object();
    static const char *const names[] = {"c", "a", "b", "a"};
    for (size_t i = 0; i < array_length(names); i++) {
        json_t *object = sample();
        json_object_set_new(json_object_get(json_object_get(object, "metadata"), "labels"),
                            "cluster.x-k8s.io/cluster-name", json_string(names[i]));
        if (strcmp(names[i], "b") == 0)
            json_object_del(object, "status");
        auto_free char *key = xasprintf("object-%zu", i);
        json_object_set_new(objects, key, object);
    }
    auto_clusters struct clusters clusters;
    clusters_read(&clusters, objects, false);
    assert_int_equal(clusters.count, 2);
    assert_string_equal(clusters.items[0].name, "a");
    assert_ptr_equal(clusters_find(&clusters, "c"), &clusters.items[1]);
    assert_null(clusters_find(&clusters, "b"));
    assert_true(strv_contains(&clusters.names, "b"));
}

static void test_clusters__none__is_empty(maybe_unused void **state)
{
    auto_clusters struct clusters clusters;
    clusters_read(&clusters, NULL, false);
    assert_int_equal(clusters.count, 0);
    assert_null(clusters_find(&clusters, "a"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cluster__that_qualifies__is_read),
        cmocka_unit_test(test_cluster__every_rule__has_its_verdict),
        cmocka_unit_test(test_clusters__many__are_sorted_and_found_and_all_are_named),
        cmocka_unit_test(test_clusters__none__is_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
