#include "daemon/rewrites.h"
#include "support/stderr_text.h"

enum { PAUSE_MS = 10000, START_MS = 1000 };

static char name[] = "c-us";

struct world {
    struct rewrites rewrites;
    struct stderr_text log;
};

static void world_begin(struct world *world)
{
    rewrites_init(&world->rewrites, "us", PAUSE_MS);
    stderr_begin(&world->log);
}

static void world_end(struct world *world, const char *logged)
{
    assert_stderr(&world->log, logged);
    rewrites_clear(&world->rewrites);
}

static const struct write put = {
    .verb = WRITE_PUT, .kind = WRITE_SLICE, .name = name, .why = "reachable", .done = true};

static void carried_out(struct world *world, struct write write, long long at_ms)
{
    const struct plan plan = {.items = &write, .count = 1};
    rewrites_note(&world->rewrites, &plan, at_ms);
}

static void assert_rests(struct world *world, long long at_ms, bool expected)
{
    auto_strv struct strv names = {0};
    rewrites_find(&world->rewrites, at_ms, &names);
    assert_int_equal(strv_contains(&names, name), expected);
}

static void
test_rewrites__changed_by_others__is_written_again_once_in_a_pause(maybe_unused void **s)
{
    struct world world;
    world_begin(&world);
    carried_out(&world, put, START_MS);
    assert_rests(&world, START_MS, false);
    carried_out(&world, put, START_MS);
    assert_rests(&world, START_MS + PAUSE_MS - 1, true);
    assert_rests(&world, START_MS + PAUSE_MS, false);
    rewrites_forget(&world.rewrites);
    assert_rests(&world, START_MS, false);
    world_end(&world, "");
}

static void test_rewrites__deleted_by_others__likewise_and_not_by_us(maybe_unused void **state)
{
    struct world world;
    struct write removal = put;
    removal.verb = WRITE_DELETE;
    world_begin(&world);
    carried_out(&world, put, START_MS);
    carried_out(&world, put, START_MS + 1);
    assert_rests(&world, START_MS + 1, true);
    carried_out(&world, removal, START_MS + 2);
    carried_out(&world, put, START_MS + 3);
    assert_rests(&world, START_MS + 3, false);
    removal.again = true; /* another family of addresses */
    carried_out(&world, removal, START_MS + 4);
    assert_rests(&world, START_MS + 4, false);
    carried_out(&world, put, START_MS + 5);
    assert_rests(&world, START_MS + 5, true);
    world_end(&world, "");
}

static void test_rewrites__what_was_no_rewriting__does_not_count(maybe_unused void **state)
{
    struct write writes[] = {put, put, put};
    struct world world;
    writes[0].done = false;
    writes[1].why = NULL; /* its time was due */
    writes[2].kind = WRITE_SERVICE;
    world_begin(&world);
    carried_out(&world, put, START_MS);
    for (size_t i = 0; i < array_length(writes); i++) {
        carried_out(&world, writes[i], START_MS);
        assert_rests(&world, START_MS, false);
    }
    world_end(&world, "");
}

/* Their slices may have been deleted by somebody else before. */
static void test_rewrites__clusters_come_and_go__nothing_of_them_stays(maybe_unused void **state)
{
    char cluster_name[] = "c";
    struct cluster cluster = {.name = cluster_name};
    const struct clusters clusters = {.items = &cluster, .count = 1};
    struct world world;
    world_begin(&world);
    carried_out(&world, put, START_MS);
    for (unsigned i = 0; i < 100; i++) {
        struct write other = put;
        auto_free char *slice = xasprintf("gone-%u-us", i);
        other.name = slice;
        carried_out(&world, other, START_MS);
    }
    rewrites_keep(&world.rewrites, &clusters);
    assert_int_equal(json_object_size(world.rewrites.at), 1);
    carried_out(&world, put, START_MS);
    assert_rests(&world, START_MS, true);
    world_end(&world, "");
}

static void test_rewrites__one_had_to_wait__is_told_once(maybe_unused void **state)
{
    const struct plan plan = {.contested = true};
    struct world world;
    world_begin(&world);
    rewrites_note(&world.rewrites, &plan, START_MS);
    rewrites_note(&world.rewrites, &plan, START_MS + PAUSE_MS);
    world_end(&world,
              "<4>somebody changes or deletes the slices of this host again and again, maybe "
              "another host that is called us too: PROXY_HOSTNAME has to differ\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rewrites__changed_by_others__is_written_again_once_in_a_pause),
        cmocka_unit_test(test_rewrites__deleted_by_others__likewise_and_not_by_us),
        cmocka_unit_test(test_rewrites__what_was_no_rewriting__does_not_count),
        cmocka_unit_test(test_rewrites__clusters_come_and_go__nothing_of_them_stays),
        cmocka_unit_test(test_rewrites__one_had_to_wait__is_told_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
