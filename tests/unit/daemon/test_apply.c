#include "daemon/apply.h"

#include "support/stderr_text.h"
#include "unit/kube/scene.h"

enum { COUNT = 20 };

struct world {
    struct scene scene;
    struct store services, slices;
    struct failures failures;
    struct stderr_text log;
};

static const char *const no_fields[] = {NULL};

static void world_begin(struct world *world, const struct fake_reply *script, size_t rows)
{
    *world = (struct world){0};
    scene_begin(&world->scene, script, rows, 0);
    store_init(&world->services, "Services", no_fields);
    store_init(&world->slices, "EndpointSlices", no_fields);
    failures_init(&world->failures, "objects could not be written");
    stderr_begin(&world->log);
}

static void world_end(struct world *world)
{
    free(stderr_end(&world->log));
    failures_clear(&world->failures);
    store_clear(&world->services);
    store_clear(&world->slices);
    scene_end(&world->scene);
}

/* Services c<FIRST>, c<FIRST + 1>, …: COUNT of them. */
static void publish(struct world *world, unsigned first, unsigned count)
{
    struct error *err = NULL;
    struct write items[COUNT];
    struct plan plan = {.items = items, .count = count};
    struct apply apply = {.client = world->scene.client,
                          .namespace_ = "magnum-system",
                          .services = &world->services,
                          .slices = &world->slices,
                          .failures = &world->failures};
    for (unsigned i = 0; i < count; i++)
        items[i] = (struct write){.verb = WRITE_PUT,
                                  .kind = WRITE_SERVICE,
                                  .name = xasprintf("c%u", first + i),
                                  .body = json_object(),
                                  .why = "new cluster"};
    assert_int_equal(apply_plan(&apply, &plan, &err), 0);
    assert_no_error(err);
    for (unsigned i = 0; i < count; i++) {
        free(items[i].name);
        json_decref(items[i].body);
    }
}

static void
test_apply__what_failed_is_not_wanted_any_more__nothing_of_it_stays(maybe_unused void **state)
{
    static const struct fake_reply script[] = {{.status = 422, .body = "{}"}};
    struct world world;
    world_begin(&world, script, array_length(script));
    publish(&world, 0, COUNT);
    assert_int_equal(json_object_size(world.failures.told), COUNT);
    publish(&world, 1, COUNT - 1);
    assert_int_equal(json_object_size(world.failures.told), COUNT - 1);
    publish(&world, COUNT, 1);
    assert_int_equal(json_object_size(world.failures.told), 1);
    publish(&world, 0, 0);
    assert_int_equal(json_object_size(world.failures.told), 0);
    world_end(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_apply__what_failed_is_not_wanted_any_more__nothing_of_it_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
