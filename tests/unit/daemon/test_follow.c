#include "daemon/follow.h"

#include "base/clock.h"
#include "fakes/fake_clock.h"
#include "support/stderr_text.h"
#include "unit/kube/scene.h"

#define WATCH "GET /things?watch=true"

static const char one_more[] =
    "{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"name\":\"b\",\"resourceVersion\":\"8\"}}}\n";
static const char *const no_fields[] = {NULL};

/* What is asked ends long before PATIENCE_MS. */
enum { SETTLE_MS = 100, SHORT_MS = 50, SILENT_MS = 1300, PATIENCE_MS = 20000 };

struct world {
    struct scene scene;
    struct store store;
    struct wake wake;
    struct stderr_text log;
};

/* The store holds "a" already. */
static void world_begin(struct world *world, const struct fake_reply *script, size_t rows)
{
    struct error *err = NULL;
    scene_begin(&world->scene, script, rows, 0);
    assert_int_equal(wake_init(&world->wake, -1, &err), 0);
    store_init(&world->store, "Things", no_fields);
    world->store.path = xstrdup("/things");
    assert_int_equal(follow_list(world->scene.client, &world->store, &err), 0);
    assert_no_error(err);
    world->store.changed = false;
    stderr_begin(&world->log);
}

static void world_end(struct world *world, const char *logged)
{
    assert_stderr(&world->log, logged);
    store_clear(&world->store);
    wake_clear(&world->wake);
    scene_end(&world->scene);
}

/* Watches for a while; the number of watches so far. */
static size_t run(struct world *world, long long ms)
{
    struct error *err = NULL;
    struct store *stores[] = {&world->store};
    wake_at(&world->wake, clock_deadline_ms(ms));
    int result = follow_watch(world->scene.client, stores, 1, &world->wake, SETTLE_MS, &err);
    assert_no_error(err);
    assert_int_equal(result, 0);
    return scene_count(&world->scene, WATCH);
}

#define LIST                                                                                       \
    {                                                                                              \
        .when = "GET /things?limit", .body = "{\"metadata\":{\"resourceVersion\":\"7\"},"          \
                                             "\"items\":[{\"metadata\":{\"name\":\"a\"}}]}"        \
    }

static void test_follow__watch_is_refused__is_tried_again_after_a_minute(maybe_unused void **state)
{
    static const struct fake_reply script[] = {
        LIST,
        {.when = WATCH, .times = 2, .status = 403, .body = "{}"},
        {.when = WATCH, .body = one_more},
    };
    struct world world;
    fake_clock_start();
    world_begin(&world, script, array_length(script));
    assert_int_equal(run(&world, PATIENCE_MS), 1);
    assert_int_equal(run(&world, SHORT_MS), 1);
    assert_true(world.store.cannot_watch);
    fake_clock_advance(FOLLOW_REFUSED_MS);
    assert_int_equal(run(&world, PATIENCE_MS), 2);
    assert_true(world.store.cannot_watch);
    fake_clock_advance(FOLLOW_REFUSED_MS);
    assert_int_equal(run(&world, PATIENCE_MS), 3);
    assert_false(world.store.cannot_watch);
    assert_non_null(json_object_get(world.store.items, "b"));
    fake_clock_stop();
    world_end(&world, "<4>Things cannot be watched (HTTP 403): until they can, they are listed\n"
                      "<6>Things can be watched again\n");
}

static void test_follow__watch_was_refused_and_is_silent_now__is_granted(maybe_unused void **state)
{
    static const struct fake_reply script[] = {LIST, {.when = WATCH, .fault = FAKE_HANG}};
    struct world world;
    world_begin(&world, script, array_length(script));
    world.store.cannot_watch = true;
    run(&world, SILENT_MS);
    assert_false(world.store.cannot_watch);
    world_end(&world, "<6>Things can be watched again\n");
}

static void pass_time(void *context, maybe_unused const char *name,
                      maybe_unused const json_t *object)
{
    fake_clock_advance(*(const long long *)context);
}

/* An API server is silent for a minute and more, and a cycle may be longer than that. */
static void test_follow__silence_within_a_long_wait__is_no_failure(maybe_unused void **state)
{
    static const struct fake_reply script[] = {
        LIST,
        {.when = WATCH,
         .body = one_more,
         .body_size = sizeof(one_more),
         .fault = FAKE_STALL,
         .fault_after = sizeof(one_more) - 1},
    };
    long long silence_ms = 100000;
    struct world world;
    fake_clock_start();
    world_begin(&world, script, array_length(script));
    world.store.seen = pass_time;
    world.store.context = &silence_ms;
    run(&world, 2 * silence_ms);
    assert_non_null(json_object_get(world.store.items, "b"));
    fake_clock_stop();
    world_end(&world, "");
}

static void test_follow__line_without_end__ends_the_watch(maybe_unused void **state)
{
    enum { LARGE = 65 * 1000 * 1000 };
    auto_free char *line = xcalloc(1, LARGE + 1);
    memset(line, ' ', LARGE);
    const struct fake_reply script[] = {LIST, {.when = WATCH, .body = line}};
    struct world world;
    struct error *err = NULL;
    world_begin(&world, script, array_length(script));
    struct store *stores[] = {&world.store};
    wake_at(&world.wake, clock_deadline_ms(PATIENCE_MS));
    assert_int_equal(follow_watch(world.scene.client, stores, 1, &world.wake, SETTLE_MS, &err), -1);
    assert_error(&err, ERROR_HTTP,
                 "Things: the server sent an event of a watch that is larger than 64 MB");
    world_end(&world, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_follow__watch_is_refused__is_tried_again_after_a_minute),
        cmocka_unit_test(test_follow__watch_was_refused_and_is_silent_now__is_granted),
        cmocka_unit_test(test_follow__silence_within_a_long_wait__is_no_failure),
        cmocka_unit_test(test_follow__line_without_end__ends_the_watch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
