#include "daemon/failures.h"
#include "support/stderr_text.h"

struct world {
    struct failures failures;
    struct stderr_text log;
};

static void world_begin(struct world *world)
{
    failures_init(&world->failures, "things failed");
    stderr_begin(&world->log);
}

static void world_end(struct world *world, const char *logged)
{
    assert_stderr(&world->log, logged);
    failures_clear(&world->failures);
}

static void test_failures__many_at_once__three_lines_and_how_many_more(maybe_unused void **state)
{
    struct world world;
    world_begin(&world);
    for (unsigned round = 0; round < 5; round++) {
        for (unsigned i = 0; i < 100; i++) {
            char name[16];
            snprintf(name, sizeof(name), "t%u", i);
            failures_add(&world.failures, name, "no");
        }
        failures_end_round(&world.failures);
    }
    world_end(&world, "<4>no\n<4>no\n<4>no\n<4>97 more things failed\n");
}

static void test_failures__the_same_again__is_said_when_it_changed(maybe_unused void **state)
{
    static const char cut[] = "cut \xc3"; /* inside a character */
    struct world world;
    world_begin(&world);
    const char *const texts[] = {"no", "no", "never", cut, cut, "no"};
    for (size_t i = 0; i < array_length(texts); i++) {
        failures_add(&world.failures, "a", texts[i]);
        failures_end_round(&world.failures);
    }
    failures_end_of(&world.failures, "a");
    failures_end_of(&world.failures, "b");
    failures_add(&world.failures, "a", "no");
    world_end(&world, "<4>no\n<4>never\n<4>cut \xc3\n<4>no\n<4>no\n");
}

static void test_failures__not_tried_any_more__nothing_stays(maybe_unused void **state)
{
    struct world world;
    json_auto_t *wanted = json_pack("{s:n}", "t7");
    world_begin(&world);
    for (unsigned i = 0; i < 100; i++) {
        char name[16];
        snprintf(name, sizeof(name), "t%u", i);
        failures_add(&world.failures, name, "no");
    }
    failures_keep(&world.failures, wanted);
    failures_end_round(&world.failures);
    assert_int_equal(json_object_size(world.failures.told), 1);
    failures_add(&world.failures, "t7", "no");
    failures_add(&world.failures, "t8", "no");
    world_end(&world, "<4>no\n<4>no\n<4>no\n<4>97 more things failed\n<4>no\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_failures__not_tried_any_more__nothing_stays),
        cmocka_unit_test(test_failures__many_at_once__three_lines_and_how_many_more),
        cmocka_unit_test(test_failures__the_same_again__is_said_when_it_changed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
