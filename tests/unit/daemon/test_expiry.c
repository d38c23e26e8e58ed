#include "daemon/expiry.h"

#include "daemon/slices.h"
#include "support/json_text.h"
#include "support/unit.h"

/* 2026-09-21T14:13:20Z, and that time as written by a host whose clock is right, early, late. */
enum { WALL = 1790000000 };
#define RIGHT "2026-09-21T14:13:20+00:00"
#define EARLY "2026-09-21T14:08:20+00:00"
#define LATE  "2026-09-21T14:18:20+00:00"

/* A set of slices under construction. */
static void add(json_t *slices, const char *name, json_t *slice, const char *version)
{
    json_t *metadata = json_object_get(slice, "metadata");
    json_object_set_new(metadata, "resourceVersion", json_string(version));
    json_object_set_new(slices, name, slice);
}

static void add_slice(json_t *slices, const char *host, const char *stamp, const char *version,
                      bool native)
{
    struct place place = {
        .namespace_ = "n", .host = host, .address = "10.0.0.1", .port = 1, .sign = "s"};
    json_t *slice = slice_wanted("c", &place, stamp);
    if (!native)
        json_object_del(json_object_get(json_object_get(slice, "metadata"), "labels"),
                        "endpointslice.kubernetes.io/managed-by");
    add(slices, host, slice, version);
}

static void add_sign(json_t *slices, const char *host, const char *version)
{
    struct place place = {.namespace_ = "n", .host = host, .address = "10.0.0.1", .port = 1};
    auto_free char *name = sign_name(host);
    add(slices, name, sign_wanted(&place, RIGHT), version);
}

static void assert_dead(const struct expiry *expiry, const json_t *slices, long long now_ms,
                        time_t wall, const char *expected)
{
    auto_strv struct strv names;
    strv_init(&names);
    expiry_find(expiry, slices, now_ms, wall, &names);
    auto_free char *joined = strv_join(&names, " ");
    assert_string_equal(joined, expected);
}

static void test_expiry__upstreams_slice_unchanged_for_30_s__is_dead(maybe_unused void **state)
{
    auto_expiry struct expiry *expiry = expiry_new("us", 30000);
    json_auto_t *slices = json_object();
    add_slice(slices, "peer", RIGHT, "1", false);
    expiry_observe(expiry, slices, 1000);
    assert_dead(expiry, slices, 31000, WALL + 30, "");
    assert_dead(expiry, slices, 31001, WALL + 31, "peer");
}

static void
test_expiry__peers_clock_is_late__nothing_that_changes_is_dead(maybe_unused void **state)
{
    auto_expiry struct expiry *expiry = expiry_new("us", 30000);
    for (int i = 0; i < 20; i++) {
        json_auto_t *slices = json_object();
        auto_free char *version = xasprintf("%d", i);
        add_slice(slices, "peer", EARLY, version, false);
        expiry_observe(expiry, slices, i * 10000LL);
        assert_dead(expiry, slices, i * 10000LL, WALL + i * 10, "");
    }
}

static void test_expiry__peers_clock_is_ahead__is_dead_at_last(maybe_unused void **state)
{
    auto_expiry struct expiry *expiry = expiry_new("us", 30000);
    json_auto_t *slices = json_object();
    add_slice(slices, "peer", LATE, "1", false);
    expiry_observe(expiry, slices, 0);
    assert_dead(expiry, slices, 31000, WALL + 31, "");
    assert_dead(expiry, slices, 300001, WALL + 300, "peer");
}

static void test_expiry__no_time_on_it__its_making_counts(maybe_unused void **state)
{
    auto_expiry struct expiry *expiry = expiry_new("us", 30000);
    json_auto_t *slices = json_object();
    add_slice(slices, "peer", "garbage", "1", false);
    json_object_set_new(json_object_get(json_object_get(slices, "peer"), "metadata"),
                        "creationTimestamp", json_string("2026-09-21T14:13:20Z"));
    expiry_observe(expiry, slices, 0);
    assert_dead(expiry, slices, 31000, WALL + 20, "");
    assert_dead(expiry, slices, 31000, WALL + 40, "peer");
}

static void test_expiry__native_slice__lives_by_its_hosts_sign(maybe_unused void **state)
{
    auto_expiry struct expiry *expiry = expiry_new("us", 30000);
    for (int i = 0; i < 20; i++) {
        json_auto_t *slices = json_object();
        auto_free char *version = xasprintf("s%d", i);
        add_slice(slices, "peer", RIGHT, "1", true);
        add_sign(slices, "peer", version);
        expiry_observe(expiry, slices, i * 10000LL);
        assert_dead(expiry, slices, i * 10000LL, WALL + i * 10, "");
    }
}

static void test_expiry__sign_stops__it_is_dead_and_then_the_slices(maybe_unused void **state)
{
    auto_expiry struct expiry *expiry = expiry_new("us", 30000);
    json_auto_t *slices = json_object();
    add_slice(slices, "peer", LATE, "1", true);
    add_sign(slices, "peer", "1");
    expiry_observe(expiry, slices, 0);
    expiry_observe(expiry, slices, 20000);
    assert_dead(expiry, slices, 30000, WALL, "");
    assert_dead(expiry, slices, 30001, WALL, "peer.magnum-cluster-api-proxy");
    json_object_del(slices, "peer.magnum-cluster-api-proxy");
    expiry_observe(expiry, slices, 30002);
    assert_dead(expiry, slices, 30002, WALL, "peer");
}

static void
test_expiry__sign_is_deleted_by_another__its_last_change_still_counts(maybe_unused void **state)
{
    auto_expiry struct expiry *expiry = expiry_new("us", 30000);
    json_auto_t *slices = json_object();
    add_slice(slices, "peer", RIGHT, "1", true);
    expiry_observe(expiry, slices, 0);
    add_sign(slices, "peer", "2");
    expiry_observe(expiry, slices, 40000);
    json_object_del(slices, "peer.magnum-cluster-api-proxy");
    expiry_observe(expiry, slices, 41000);
    assert_dead(expiry, slices, 70000, WALL + 99, "");
    assert_dead(expiry, slices, 70001, WALL + 99, "peer");
}

static void test_expiry__our_own__never_die_here(maybe_unused void **state)
{
    auto_expiry struct expiry *expiry = expiry_new("us", 30000);
    json_auto_t *slices = json_object();
    add_slice(slices, "us", EARLY, "1", true);
    add_sign(slices, "us", "1");
    expiry_observe(expiry, slices, 0);
    assert_dead(expiry, slices, 999999, WALL + 999, "");
}

static void test_expiry__after_a_gap__everything_was_just_seen(maybe_unused void **state)
{
    auto_expiry struct expiry *expiry = expiry_new("us", 30000);
    json_auto_t *slices = json_object();
    add_slice(slices, "peer", RIGHT, "1", false);
    add_slice(slices, "other", RIGHT, "1", true);
    expiry_observe(expiry, slices, 0);
    expiry_forget(expiry);
    expiry_observe(expiry, slices, 600000);
    assert_dead(expiry, slices, 600000, WALL + 600, "");
    assert_dead(expiry, slices, 630001, WALL + 630, "peer other");
}

static void test_expiry__slices_of_others__are_not_ours_to_judge(maybe_unused void **state)
{
    auto_expiry struct expiry *expiry = expiry_new("us", 30000);
    json_auto_t *slices = json_from("{'x': {'metadata': {'labels': {'app': 'x'}}}}");
    expiry_observe(expiry, slices, 0);
    assert_dead(expiry, slices, 999999, WALL, "");
}

/* How many pieces of memory JSON values take. */
static long pieces;

static void *counted_malloc(size_t size)
{
    pieces++;
    return xmalloc(size);
}

static void counted_free(void *memory)
{
    pieces -= memory != NULL;
    free(memory);
}

static void test_expiry__hosts_come_and_go__nothing_of_them_stays(maybe_unused void **state)
{
    auto_expiry struct expiry *expiry = expiry_new("us", 30000);
    long before = pieces;
    for (int i = 0; i < 100; i++) {
        json_auto_t *slices = json_object();
        auto_free char *host = xasprintf("peer-%d", i);
        add_sign(slices, host, "1");
        expiry_observe(expiry, slices, i * 60000LL);
    }
    json_auto_t *nothing = json_object();
    expiry_observe(expiry, nothing, 99 * 60000LL + EXPIRY_AT_LAST * 30000LL + 1);
    json_decref(steal_ptr(nothing));
    assert_int_equal(pieces, before);
}

int main(void)
{
    json_set_alloc_funcs(counted_malloc, counted_free);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_expiry__hosts_come_and_go__nothing_of_them_stays),
        cmocka_unit_test(test_expiry__upstreams_slice_unchanged_for_30_s__is_dead),
        cmocka_unit_test(test_expiry__peers_clock_is_late__nothing_that_changes_is_dead),
        cmocka_unit_test(test_expiry__peers_clock_is_ahead__is_dead_at_last),
        cmocka_unit_test(test_expiry__no_time_on_it__its_making_counts),
        cmocka_unit_test(test_expiry__native_slice__lives_by_its_hosts_sign),
        cmocka_unit_test(test_expiry__sign_stops__it_is_dead_and_then_the_slices),
        cmocka_unit_test(test_expiry__sign_is_deleted_by_another__its_last_change_still_counts),
        cmocka_unit_test(test_expiry__our_own__never_die_here),
        cmocka_unit_test(test_expiry__after_a_gap__everything_was_just_seen),
        cmocka_unit_test(test_expiry__slices_of_others__are_not_ours_to_judge),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
