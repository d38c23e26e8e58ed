#include "daemon/routing.h"

#include "base/compiler.h"
#include "daemon/slices.h"
#include "support/json_text.h"
#include "support/unit.h"

/* Two clusters: "near" has a namespace here, "far" has none. */
struct world {
    struct clusters clusters;
    struct strv namespaces, prefixes;
    json_t *slices;
};

static void world_init(struct world *world)
{
    *world = (struct world){.slices = json_object()};
    json_auto_t *objects = json_object();
    static const char *const names[] = {"near", "far"};
    for (size_t i = 0; i < array_length(names); i++)
        json_object_set_new(objects, names[i],
                            json_pack("{s:{s:{s:s}}, s:{s:b}, s:{s:{s:s}, s:{s:s}}}", "metadata",
                                      "labels", "cluster.x-k8s.io/cluster-name", names[i], "spec",
                                      "disableAPIServerFloatingIP", 1, "status", "network", "id",
                                      names[i], "apiServerLoadBalancer", "internalIP", "10.0.0.5"));
    clusters_read(&world->clusters, objects, false);
    strv_add(&world->namespaces, "qdhcp-near");
    strv_add(&world->prefixes, "qdhcp-");
}

static void world_clear(struct world *world)
{
    clusters_clear(&world->clusters);
    strv_clear(&world->namespaces);
    strv_clear(&world->prefixes);
    json_decref(world->slices);
}
#define auto_world cleanup_with(world_clear)

static void add_slice(struct world *world, const char *cluster, const char *host,
                      const char *address)
{
    const struct place place = {
        .namespace_ = "n", .host = host, .address = address, .port = 44355, .sign = "s"};
    auto_free char *name = slice_name(cluster, host);
    json_object_set_new(world->slices, name, slice_wanted(cluster, &place, "t"));
}

static struct routes *make(const struct world *world, bool forward)
{
    return routing_make(&world->clusters, forward ? world->slices : NULL, "us", &world->namespaces,
                        &world->prefixes);
}

static void test_routing__no_forwarding__all_lead_through_namespaces(maybe_unused void **state)
{
    auto_world struct world world;
    world_init(&world);
    auto_routes struct routes *routes = make(&world, false);
    assert_int_equal(routes_count(routes), 2);
    assert_string_equal(routes_find(routes, "far")->network, "far");
    assert_string_equal(routes_find(routes, "near")->targets[0].address, "10.0.0.5");
    assert_int_equal(routes_find(routes, "near")->targets[0].port, 6443);
}

static void
test_routing__forwarding__leads_to_other_hosts_and_never_to_ourselves(maybe_unused void **state)
{
    auto_world struct world world;
    world_init(&world);
    add_slice(&world, "near", "peer", "10.1.1.1");
    add_slice(&world, "far", "peer", "10.1.1.1");
    add_slice(&world, "far", "other", "fd00::1");
    add_slice(&world, "far", "us", "10.1.1.9");
    auto_routes struct routes *routes = make(&world, true);
    assert_string_equal(routes_find(routes, "near")->network, "near");
    const struct route *far = routes_find(routes, "far");
    assert_null(far->network);
    assert_int_equal(far->count, 2);
    assert_string_equal(far->targets[0].address, "10.1.1.1");
    assert_int_equal(far->targets[0].port, 44355);
    assert_string_equal(far->targets[1].address, "fd00::1");
}

static void test_routing__forwarding_without_a_proxy__has_no_route(maybe_unused void **state)
{
    auto_world struct world world;
    world_init(&world);
    add_slice(&world, "far", "peer", "10.1.1.1");
    json_t *slice = json_object_get(world.slices, "far-peer");
    json_object_set_new(slice, "endpoints",
                        json_from("[{'addresses': ['10.1.1.1'], 'conditions': {'ready': false}}]"));
    auto_routes struct routes *routes = make(&world, true);
    assert_null(routes_find(routes, "far"));
}

static void test_routing__same_and_other_tables__are_told_apart(maybe_unused void **state)
{
    auto_world struct world world;
    world_init(&world);
    add_slice(&world, "far", "peer", "10.1.1.1");
    auto_routes struct routes *near = make(&world, false);
    auto_routes struct routes *again = make(&world, false);
    auto_routes struct routes *forward = make(&world, true);
    auto_routes struct routes *empty = routes_new();
    assert_true(routing_equal(near, again));
    assert_false(routing_equal(near, forward));
    assert_false(routing_equal(near, NULL));
    assert_true(routing_equal(empty, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_routing__no_forwarding__all_lead_through_namespaces),
        cmocka_unit_test(test_routing__forwarding__leads_to_other_hosts_and_never_to_ourselves),
        cmocka_unit_test(test_routing__forwarding_without_a_proxy__has_no_route),
        cmocka_unit_test(test_routing__same_and_other_tables__are_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
