#include "daemon/secrets.h"

#include "base/clock.h"
#include "base/str.h"
#include "fakes/fake_clock.h"
#include "support/stderr_text.h"
#include "unit/kube/scene.h"

#define SECRETS "/api/v1/namespaces/magnum-system/secrets/"

/* clusters: [{name: x, cluster: {server: "https://1.2.3.4:6443"}}] */
#define SECRET                                                                                     \
    "{\"metadata\":{\"resourceVersion\":\"1\"},\"data\":{\"value\":"                               \
    "\"Y2x1c3RlcnM6IFt7bmFtZTogeCwgY2x1c3Rlcjoge3NlcnZlcjogImh0dHBzOi8vMS4yLjMuNDo2NDQzIn19XQ==\"" \
    "}}"

enum { COUNT = 80, SLOW_MS = 100 };

struct world {
    struct scene scene;
    struct secrets secrets;
    json_t *clusters;
};

static json_t *cluster(size_t i)
{
    auto_free char *text = xasprintf(
        "{'metadata': {'labels': {'cluster.x-k8s.io/cluster-name': 'kube-%zu'}},"
        " 'spec': {'disableAPIServerFloatingIP': true}, 'status': {'network': {'id': 'n'},"
        " 'apiServerLoadBalancer': {'internalIP': '10.0.0.5'}}}",
        i);
    return json_from(text);
}

static void world_begin(struct world *world, const struct fake_reply *script, size_t rows)
{
    *world = (struct world){.clusters = json_object()};
    scene_begin(&world->scene, script, rows, 0);
    secrets_init(&world->secrets, "magnum-system", false, false);
    for (size_t i = 0; i < COUNT; i++) {
        auto_free char *name = xasprintf("kube-%zu", i);
        json_object_set_new(world->clusters, name, cluster(i));
    }
}

static void world_end(struct world *world)
{
    json_decref(world->clusters);
    secrets_clear(&world->secrets);
    scene_end(&world->scene);
}

static enum plan_health all_up(maybe_unused void *context, maybe_unused const char *name)
{
    return PLAN_UP;
}

static bool is_enough(void *context)
{
    return context != NULL;
}

/* CONTEXT NULL: everything; else nothing after what is under way. */
static void keep(struct world *world, void *context)
{
    struct error *err = NULL;
    const struct secrets_work work = {
        .objects = world->clusters, .health = all_up, .enough = is_enough, .context = context};
    int result = secrets_keep(&world->secrets, world->scene.client, &work, &err);
    assert_no_error(err);
    assert_int_equal(result, 0);
}

static void test_secrets__many_differ__are_written_several_at_a_time(maybe_unused void **state)
{
    static const struct fake_reply script[] = {{.when = "GET", .body = SECRET},
                                               {.body = "{}", .delay_ms = SLOW_MS}};
    struct world world;
    world_begin(&world, script, array_length(script));
    long long begun = clock_now_ms();
    keep(&world, NULL);
    assert_int_equal(world.secrets.writes, COUNT);
    assert_int_equal(scene_count(&world.scene, "PATCH " SECRETS), COUNT);
    assert_true(clock_now_ms() - begun < COUNT * SLOW_MS / 2);
    world_end(&world);
}

static void test_secrets__enough__the_rest_is_left_for_the_next_time(maybe_unused void **state)
{
    static const struct fake_reply script[] = {{.when = "GET", .body = SECRET}, {.body = "{}"}};
    struct world world;
    world_begin(&world, script, array_length(script));
    size_t before = 0;
    while (world.secrets.writes < COUNT) {
        keep(&world, &world);
        assert_in_range(world.secrets.writes - before, 1, COUNT / 2);
        before = world.secrets.writes;
        assert_int_equal(world.secrets.left, before < COUNT);
    }
    keep(&world, NULL);
    assert_int_equal(scene_count(&world.scene, "GET " SECRETS), COUNT);
    assert_int_equal(scene_count(&world.scene, "PATCH " SECRETS), COUNT);
    world_end(&world);
}

static void test_secrets__some_are_refused__the_others_are_written(maybe_unused void **state)
{
    static const struct fake_reply script[] = {
        {.when = "GET " SECRETS "kube-7-", .status = 404, .body = "{}"},
        {.when = "GET " SECRETS "kube-8-", .status = 403, .body = "{}"},
        {.when = "PATCH " SECRETS "kube-9-", .status = 409, .body = "{}"},
        {.when = "PATCH " SECRETS "kube-10-", .status = 422, .body = "{}"},
        {.when = "GET", .body = SECRET},
        {.body = "{}"},
    };
    struct world world;
    world_begin(&world, script, array_length(script));
    keep(&world, NULL);
    assert_int_equal(world.secrets.writes, COUNT - 4);
    assert_int_equal(world.secrets.errors, 2);
    world_end(&world);
}

static size_t lines_of(const char *text)
{
    size_t count = 0;
    for (; *text; text++)
        count += *text == '\n';
    return count;
}

static void
test_secrets__all_are_refused_each_time__few_lines_tell_it_once(maybe_unused void **state)
{
    static const struct fake_reply script[] = {{.status = 403, .body = "{}"}};
    enum { TRIES = 3, CYCLE_MS = 10000 };
    struct world world;
    struct stderr_text log;
    fake_clock_start();
    world_begin(&world, script, array_length(script));
    stderr_begin(&log);
    for (unsigned i = 0; i < TRIES; i++) {
        keep(&world, NULL);
        fake_clock_advance(CYCLE_MS);
    }
    auto_free char *text = stderr_end(&log);
    assert_int_equal(world.secrets.errors, (size_t)COUNT * TRIES);
    assert_int_equal(lines_of(text), FAILURES_LINES + 1);
    assert_true(str_contains(text, "77 more Secrets could not be read or written"));
    world_end(&world);
    fake_clock_stop();
}

static void test_secrets__clusters_come_and_go__nothing_of_them_stays(maybe_unused void **state)
{
    static const struct fake_reply script[] = {
        {.when = "GET " SECRETS "kube-7-", .status = 403, .body = "{}"},
        {.when = "GET", .body = SECRET},
        {.body = "{}"},
    };
    struct world world;
    world_begin(&world, script, array_length(script));
    keep(&world, NULL);
    assert_int_equal(json_object_size(world.secrets.due), COUNT);
    assert_int_equal(json_object_size(world.secrets.failures.told), 1);
    json_object_clear(world.clusters);
    json_object_set_new(world.clusters, "kube-9", cluster(9));
    keep(&world, NULL);
    assert_int_equal(json_object_size(world.secrets.due), 1);
    assert_int_equal(json_object_size(world.secrets.failures.told), 0);
    assert_int_equal(scene_count(&world.scene, "GET " SECRETS), COUNT);
    world_end(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_secrets__clusters_come_and_go__nothing_of_them_stays),
        cmocka_unit_test(test_secrets__many_differ__are_written_several_at_a_time),
        cmocka_unit_test(test_secrets__enough__the_rest_is_left_for_the_next_time),
        cmocka_unit_test(test_secrets__some_are_refused__the_others_are_written),
        cmocka_unit_test(test_secrets__all_are_refused_each_time__few_lines_tell_it_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
