#include "daemon/plan.h"

#include "base/buf.h"
#include "base/str.h"
#include "daemon/rewrites.h"
#include "daemon/services.h"
#include "daemon/stamp.h"
#include "json/js_get.h"
#include "support/json_text.h"
#include "support/unit.h"

enum { NOW = 1790000000, HOUR = 3600, AHEAD = 10, CYCLE_MS = 10000 };

static const struct place place = {
    .namespace_ = "magnum-system", .host = "us", .address = "10.1.2.3", .port = 44355, .sign = "s"};

/* One world: cluster "c" qualifies. */
struct world {
    struct clusters clusters;
    json_t *services, *slices;
    struct strv expired, resting;
    enum plan_health health;
    long long cycle_ms;
};

static enum plan_health health_of(void *context, maybe_unused const char *cluster)
{
    return ((struct world *)context)->health;
}

static void world_init(struct world *world, enum plan_health health)
{
    *world = (struct world){
        .services = json_object(), .slices = json_object(), .health = health, .cycle_ms = CYCLE_MS};
    json_auto_t *objects = json_from(
        "{'c': {'metadata': {'labels': {'cluster.x-k8s.io/cluster-name': 'c'}},"
        " 'spec': {'disableAPIServerFloatingIP': true}, 'status': {'network': {'id': 'n'},"
        " 'apiServerLoadBalancer': {'internalIP': '10.0.0.5'}}},"
        " 'f': {'metadata': {'labels': {'cluster.x-k8s.io/cluster-name': 'floating'}}}}");
    clusters_read(&world->clusters, objects, false);
}

static void world_clear(struct world *world)
{
    clusters_clear(&world->clusters);
    json_decref(world->services);
    json_decref(world->slices);
    strv_clear(&world->expired);
    strv_clear(&world->resting);
}
#define auto_world cleanup_with(world_clear)

static void add_slice(struct world *world, const char *cluster, const char *host, long long left)
{
    struct place at = place;
    at.host = host;
    auto_free char *stamp = stamp_format(NOW + left, 0);
    auto_free char *name = slice_name(cluster, host);
    json_t *slice = slice_wanted(cluster, &at, stamp);
    json_object_set_new(json_object_get(slice, "metadata"), "resourceVersion", json_string("9"));
    json_object_set_new(json_object_get(slice, "metadata"), "uid", json_string("u"));
    json_object_set_new(world->slices, name, slice);
}

static void add_sign(struct world *world, const char *host, long long left)
{
    struct place at = place;
    at.host = host;
    auto_free char *stamp = stamp_format(NOW + left, 0);
    auto_free char *name = sign_name(host);
    json_t *sign = sign_wanted(&at, stamp);
    json_object_set_new(json_object_get(sign, "metadata"), "uid", json_string(place.sign));
    json_object_set_new(world->slices, name, sign);
}

static void add_service(struct world *world, const char *cluster)
{
    json_object_set_new(world->services, cluster, service_wanted(cluster, "magnum-system"));
}

/* Cluster "c" as it is published once all is well. */
static void settle(struct world *world)
{
    add_service(world, "c");
    add_slice(world, "c", "us", 48LL * HOUR);
    add_sign(world, "us", AHEAD - 1);
}

/* "put slice c-us reachable, …"; ~ for a sign of life. */
static void describe(struct buf *out, const struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        const struct write *write = &plan->items[i];
        buf_printf(out, "%s%s %s %s%s", i ? "; " : "", write->verb == WRITE_PUT ? "put" : "delete",
                   write->kind == WRITE_SERVICE ? "service" : "slice", write->name,
                   write->why ? "" : " ~");
    }
}

static void make(struct world *world, struct plan *plan)
{
    struct place at = place;
    auto_free char *sign = sign_name(place.host);
    at.sign = js_str(world->slices, sign, "metadata", "uid", NULL);
    struct plan_input input = {
        .clusters = &world->clusters,
        .services = world->services,
        .slices = world->slices,
        .place = &at,
        .expired = &world->expired,
        .resting = &world->resting,
        .health = health_of,
        .context = world,
        .now = NOW,
        .ahead = AHEAD,
        .cycle_ms = world->cycle_ms,
    };
    plan_make(plan, &input);
}

static void assert_plan(struct world *world, const char *expected)
{
    auto_plan struct plan plan;
    auto_buf struct buf text;
    buf_init(&text);
    make(world, &plan);
    describe(&text, &plan);
    assert_string_equal(buf_str(&text), expected);
}

static void test_plan__new_cluster__the_slice_comes_after_the_sign(maybe_unused void **state)
{
    auto_world struct world world;
    world_init(&world, PLAN_UP);
    assert_plan(&world, "put service c; put slice us.magnum-cluster-api-proxy ~");
    add_sign(&world, "us", AHEAD);
    assert_plan(&world, "put service c; put slice c-us");
}

static void test_plan__another_sign_than_before__slices_follow_it(maybe_unused void **state)
{
    auto_world struct world world;
    world_init(&world, PLAN_UP);
    settle(&world);
    json_t *sign = json_object_get(world.slices, "us.magnum-cluster-api-proxy");
    json_object_set_new(json_object_get(sign, "metadata"), "uid", json_string("other"));
    assert_plan(&world, "put slice c-us");
}

static void test_plan__all_is_well__nothing_is_written(maybe_unused void **state)
{
    auto_world struct world world;
    world_init(&world, PLAN_UP);
    settle(&world);
    assert_plan(&world, "");
}

static void test_plan__not_probed_yet__only_the_service_is_made(maybe_unused void **state)
{
    auto_world struct world world;
    world_init(&world, PLAN_UNKNOWN);
    assert_plan(&world, "put service c");
}

static void test_plan__not_probed_yet_but_published__stays(maybe_unused void **state)
{
    auto_world struct world world;
    world_init(&world, PLAN_UNKNOWN);
    add_service(&world, "c");
    add_slice(&world, "c", "us", -9999);
    assert_plan(&world, "");
}

static void test_plan__not_probed_yet_but_published__its_owner_lives_on(maybe_unused void **state)
{
    auto_world struct world world;
    world_init(&world, PLAN_UNKNOWN);
    settle(&world);
    assert_plan(&world, "");
    add_sign(&world, "us", -60);
    assert_plan(&world, "put slice us.magnum-cluster-api-proxy ~");
    json_object_del(world.slices, "c-us");
    assert_plan(&world, "delete slice us.magnum-cluster-api-proxy ~");
}

static void
test_plan__backend_down__slice_and_sign_go_and_the_service_stays(maybe_unused void **state)
{
    auto_world struct world world;
    world_init(&world, PLAN_DOWN);
    settle(&world);
    assert_plan(&world, "delete slice c-us; delete slice us.magnum-cluster-api-proxy ~");
}

static void test_plan__no_namespace__nothing_is_made_and_the_slice_goes(maybe_unused void **state)
{
    auto_world struct world world;
    world_init(&world, PLAN_ABSENT);
    assert_plan(&world, "");
    add_slice(&world, "c", "us", 600);
    assert_plan(&world, "delete slice c-us");
}

static void
test_plan__cluster_with_floating_ip__loses_its_slice_but_not_its_service(maybe_unused void **state)
{
    auto_world struct world world;
    world_init(&world, PLAN_UP);
    settle(&world);
    add_service(&world, "floating");
    add_slice(&world, "floating", "us", 600);
    assert_plan(&world, "delete slice floating-us");
}

static void
test_plan__cluster_is_gone__its_service_goes_after_the_last_slice(maybe_unused void **state)
{
    auto_world struct world world;
    world_init(&world, PLAN_UP);
    settle(&world);
    add_service(&world, "gone");
    add_slice(&world, "gone", "peer", 600);
    assert_plan(&world, "");
    json_object_del(world.slices, "gone-peer");
    assert_plan(&world, "delete service gone");
}

static void test_plan__services_of_others__are_left_alone(maybe_unused void **state)
{
    auto_world struct world world;
    world_init(&world, PLAN_UP);
    settle(&world);
    json_object_set_new(world.services, "other", json_from("{'metadata': {'name': 'other'}}"));
    add_slice(&world, "x", "peer", -9999);
    assert_plan(&world, "");
}

static void test_plan__changed_by_hand__is_put_again(maybe_unused void **state)
{
    auto_world struct world world;
    world_init(&world, PLAN_UP);
    settle(&world);
    json_object_del(json_object_get(json_object_get(world.slices, "c-us"), "metadata"), "labels");
    json_object_set_new(json_object_get(world.services, "c"), "spec", json_object());
    assert_plan(&world, "put service c; put slice c-us");
}

static void test_plan__slice_that_rests__is_written_only_for_its_time(maybe_unused void **state)
{
    auto_world struct world world;
    world_init(&world, PLAN_UP);
    settle(&world);
    strv_add(&world.resting, "c-us");
    add_slice(&world, "c", "us", HOUR);
    assert_plan(&world, "put slice c-us ~");
    json_object_set_new(json_object_get(world.slices, "c-us"), "ports", json_array());
    assert_plan(&world, "");
    json_object_set_new(json_object_get(world.slices, "c-us"), "addressType", json_string("IPv6"));
    assert_plan(&world, "");
    json_object_del(world.slices, "c-us");
    assert_plan(&world, "");
    strv_clear(&world.resting);
    assert_plan(&world, "put slice c-us");
}

/* As one that a former process wrote, which listened on another port: nobody changed it. */
static void test_plan__differs_from_the_beginning__is_no_rewriting_yet(maybe_unused void **state)
{
    auto_world struct world world;
    struct rewrites rewrites;
    world_init(&world, PLAN_UP);
    settle(&world);
    json_object_set_new(json_object_get(world.slices, "c-us"), "ports", json_array());
    rewrites_init(&rewrites, "us", CYCLE_MS);
    for (size_t times = 0; times < 2; times++) {
        auto_plan struct plan plan;
        make(&world, &plan);
        plan.items[0].done = true;
        rewrites_note(&rewrites, &plan, 1);
        rewrites_find(&rewrites, 1, &world.resting);
        assert_int_equal(strv_contains(&world.resting, "c-us"), times > 0);
    }
    rewrites_clear(&rewrites);
}

static void test_plan__another_family_of_addresses__deletes_first(maybe_unused void **state)
{
    auto_world struct world world;
    world_init(&world, PLAN_UP);
    settle(&world);
    json_object_set_new(json_object_get(world.slices, "c-us"), "addressType", json_string("IPv6"));
    assert_plan(&world, "delete slice c-us");
}

static void test_plan__slice_of_this_host_with_another_name__goes(maybe_unused void **state)
{
    auto_world struct world world;
    world_init(&world, PLAN_UP);
    settle(&world);
    json_object_set(world.slices, "c-US", json_object_get(world.slices, "c-us"));
    assert_plan(&world, "delete slice c-US");
}

static void test_plan__times__are_written_when_their_readers_need_them(maybe_unused void **state)
{
    static const struct {
        long long left;
        bool written;
    } rows[] = {
        {48 * HOUR, false}, {24 * HOUR, false}, {12 * HOUR - 1, true},
        {-1, true},         {97 * HOUR, true},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_world struct world world;
        world_init(&world, PLAN_UP);
        settle(&world);
        add_slice(&world, "c", "us", rows[i].left);
        assert_plan(&world, rows[i].written ? "put slice c-us ~" : "");
    }
}

/* Others are patient for two cycles at least, and a plan may come a cycle after the one before. */
static void test_plan__sign_of_life__is_written_once_a_cycle(maybe_unused void **state)
{
    static const struct {
        long long cycle_ms;
        long long left;
        bool written;
    } rows[] = {
        {CYCLE_MS, AHEAD, false},    {CYCLE_MS, AHEAD - 7, false}, {CYCLE_MS, AHEAD - 8, true},
        {CYCLE_MS, AHEAD + 1, true}, {60000, AHEAD - 7, false},    {60000, AHEAD - 8, true},
        {7000, AHEAD - 4, false},    {7000, AHEAD - 5, true},      {2000, AHEAD, false},
        {2000, AHEAD - 1, true},     {1000, AHEAD, true},          {100, AHEAD, true},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_world struct world world;
        world_init(&world, PLAN_UP);
        settle(&world);
        world.cycle_ms = rows[i].cycle_ms;
        add_sign(&world, "us", rows[i].left);
        assert_plan(&world, rows[i].written ? "put slice us.magnum-cluster-api-proxy ~" : "");
    }
}

static void test_plan__dead_slice_of_a_peer__is_deleted_as_it_was_seen(maybe_unused void **state)
{
    auto_world struct world world;
    world_init(&world, PLAN_UP);
    settle(&world);
    add_slice(&world, "c", "peer", -100);
    strv_add(&world.expired, "c-peer");
    strv_add(&world.expired, "not-there-any-more");
    assert_plan(&world, "delete slice c-peer");
}

static void test_plan__deletion__holds_for_the_version_that_was_seen(maybe_unused void **state)
{
    auto_world struct world world;
    world_init(&world, PLAN_DOWN);
    add_slice(&world, "c", "us", 600);
    auto_plan struct plan plan;
    plan_withdraw(&plan, world.slices, "us");
    assert_int_equal(plan.count, 1);
    assert_json(plan.items[0].body, "{'apiVersion': 'v1', 'kind': 'DeleteOptions',"
                                    " 'preconditions': {'uid': 'u', 'resourceVersion': '9'}}");
}

static void test_withdraw__only_what_this_host_published(maybe_unused void **state)
{
    auto_world struct world world;
    world_init(&world, PLAN_UP);
    settle(&world);
    add_slice(&world, "c", "peer", 600);
    add_sign(&world, "peer", 0);
    auto_plan struct plan plan;
    auto_buf struct buf text;
    buf_init(&text);
    plan_withdraw(&plan, world.slices, "us");
    describe(&text, &plan);
    assert_string_equal(buf_str(&text),
                        "delete slice c-us; delete slice us.magnum-cluster-api-proxy ~");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plan__new_cluster__the_slice_comes_after_the_sign),
        cmocka_unit_test(test_plan__another_sign_than_before__slices_follow_it),
        cmocka_unit_test(test_plan__all_is_well__nothing_is_written),
        cmocka_unit_test(test_plan__not_probed_yet__only_the_service_is_made),
        cmocka_unit_test(test_plan__not_probed_yet_but_published__stays),
        cmocka_unit_test(test_plan__not_probed_yet_but_published__its_owner_lives_on),
        cmocka_unit_test(test_plan__backend_down__slice_and_sign_go_and_the_service_stays),
        cmocka_unit_test(test_plan__no_namespace__nothing_is_made_and_the_slice_goes),
        cmocka_unit_test(test_plan__cluster_with_floating_ip__loses_its_slice_but_not_its_service),
        cmocka_unit_test(test_plan__cluster_is_gone__its_service_goes_after_the_last_slice),
        cmocka_unit_test(test_plan__services_of_others__are_left_alone),
        cmocka_unit_test(test_plan__changed_by_hand__is_put_again),
        cmocka_unit_test(test_plan__slice_that_rests__is_written_only_for_its_time),
        cmocka_unit_test(test_plan__differs_from_the_beginning__is_no_rewriting_yet),
        cmocka_unit_test(test_plan__another_family_of_addresses__deletes_first),
        cmocka_unit_test(test_plan__slice_of_this_host_with_another_name__goes),
        cmocka_unit_test(test_plan__times__are_written_when_their_readers_need_them),
        cmocka_unit_test(test_plan__sign_of_life__is_written_once_a_cycle),
        cmocka_unit_test(test_plan__dead_slice_of_a_peer__is_deleted_as_it_was_seen),
        cmocka_unit_test(test_plan__deletion__holds_for_the_version_that_was_seen),
        cmocka_unit_test(test_withdraw__only_what_this_host_published),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
