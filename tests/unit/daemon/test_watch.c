#include "daemon/watch.h"

#include <errno.h>
#include <sys/resource.h>

#include "fakes/fake_clock.h"
#include "support/stderr_text.h"
#include "support/temp_dir.h"

enum { LATER_MS = 5000, ROUNDS = 3 };

struct world {
    struct config config;
    struct server server;
    struct watch *watch;
    struct timer end;
    struct rlimit descriptors;
};

static void world_begin(struct world *world, void **state)
{
    struct error *err = NULL;
    *world = (struct world){.config.netns_dir = *state, .server.config = &world->config};
    getrlimit(RLIMIT_NOFILE, &world->descriptors);
    fake_clock_start();
    assert_int_equal(loop_init(&world->server.loop, &err), 0);
    world->watch = watch_new(&world->server, &err);
    assert_no_error(err);
}

static void world_end(struct world *world)
{
    watch_free(world->watch);
    loop_clear(&world->server.loop);
    fake_clock_stop();
}

static void allow_descriptors(struct world *world, bool more)
{
    struct rlimit limit = world->descriptors;
    limit.rlim_cur = more ? limit.rlim_cur : 0;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

static void stop(struct timer *timer)
{
    container_of(timer, struct world, end)->server.loop.stop = true;
}

/* All that is due until MS from now. */
static void pass(struct world *world, long long ms)
{
    struct error *err = NULL;
    world->end.fire = stop;
    loop_after(&world->server.loop, &world->end, ms);
    world->server.loop.stop = false;
    fake_clock_advance(ms);
    assert_int_equal(loop_run(&world->server.loop, &err), 0);
}

static void assert_names(const struct world *world, const char *expected)
{
    struct strv names = *watch_names(world->watch);
    auto_free char *text = strv_join(&names, " ");
    assert_string_equal(text, expected);
}

static void test_watch__no_descriptors_for_a_while__names_stay_and_are_read_later(void **state)
{
    struct world world;
    struct stderr_text log;
    temp_put(state, "qdhcp-a", "");
    world_begin(&world, state);
    assert_names(&world, "qdhcp-a");
    temp_put(state, "qdhcp-b", "");
    stderr_begin(&log);
    allow_descriptors(&world, false);
    watch_rescan(world.watch);
    for (unsigned i = 0; i < ROUNDS; i++)
        pass(&world, LATER_MS);
    allow_descriptors(&world, true);
    auto_free char *text = stderr_end(&log);
    assert_names(&world, "qdhcp-a");
    assert_non_null(strstr(text, strerror(EMFILE)));
    assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1); /* one line */
    pass(&world, LATER_MS);
    assert_names(&world, "qdhcp-a qdhcp-b");
    world_end(&world);
}

#define WATCH_TEST(TEST) cmocka_unit_test_setup_teardown(TEST, temp_dir_make, temp_dir_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WATCH_TEST(test_watch__no_descriptors_for_a_while__names_stay_and_are_read_later),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
