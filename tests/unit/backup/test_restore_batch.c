/* Requests for many things at once: which are made, which once more, and how they are made up. */
#include "support/unit.h"

#include "backup/restore_priv.h"
#include "base/str.h"
#include "unit/backup/world.h"

enum { ITEMS = 5 };

/* Item 1 needs no request, item 2 a second one, the first answer of item 3 is repeated. */
struct course {
    unsigned started[ITEMS], finished[ITEMS], asked[ITEMS];
    int last[ITEMS]; /* status */
    struct strv started_in_order;
};

static bool start(void *context, size_t index, struct kube_call *call)
{
    struct course *course = context;
    course->started[index]++;
    if (index == 1)
        return false;
    strv_printf(&course->started_in_order, "%zu", index);
    kube_call_init(call, "GET", xasprintf("/item/%zu", index));
    return true;
}

static bool again(void *context, size_t index, struct kube_call *call, long long *wait_ms)
{
    struct course *course = context;
    course->asked[index]++;
    *wait_ms = 0;
    return kube_call_status(call) == 418;
}

static bool finish(void *context, size_t index, struct kube_call *call)
{
    struct course *course = context;
    course->last[index] = kube_call_status(call);
    return ++course->finished[index] == 1 && index == 2;
}

static void test_restore_batch__each__is_started_as_often_as_it_asks_to_be(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {
        {.when = "GET /item/3", .times = 1, .status = 418, .body = "{}"},
        {.when = "GET /item/4", .status = 403, .body = "{}"},
        {.body = "{}"},
    };
    static const unsigned starts[ITEMS] = {1, 1, 2, 1, 1};
    static const unsigned finishes[ITEMS] = {1, 0, 2, 1, 1};
    static const int last[ITEMS] = {200, 0, 200, 200, 403};
    for (int repeats = 0; repeats < 2; repeats++) {
        struct world world;
        struct error *err = NULL;
        struct course course = {.started = {0}};
        strv_init(&course.started_in_order);
        world_begin(&world, script, array_length(script));
        world_connect(&world, &(struct kube_client_options){.max_in_flight = 1});
        struct backup_batch batch = {
            .client = world.client,
            .context = &course,
            .count = ITEMS,
            .start = start,
            .again = repeats ? again : NULL,
            .finish = finish,
        };
        assert_int_equal(backup_batch_run(&batch, &err), 0);
        for (size_t i = 0; i < ITEMS; i++) {
            assert_int_equal(course.started[i], starts[i]);
            assert_int_equal(course.finished[i], finishes[i]);
            assert_int_equal(course.last[i], i == 3 && !repeats ? 418 : last[i]);
        }
        assert_int_equal(course.asked[3], repeats ? 2 : 0);
        auto_free char *order = strv_join(&course.started_in_order, " ");
        assert_string_equal(order, "0 2 2 3 4"); /* what is begun is finished first */
        strv_clear(&course.started_in_order);
        world_end(&world);
    }
}

static void test_restore_batch__a_call__is_what_its_method_and_value_make_of_it(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {{.body = "{}"}};
    static const struct {
        const char *method, *type;
    } rows[] = {
        {"POST", "Content-Type: application/json\r\n"},
        {"PUT", "Content-Type: application/json\r\n"},
        {"PATCH", "Content-Type: application/merge-patch+json\r\n"},
    };
    struct world world;
    struct error *err = NULL;
    json_auto_t *value = json_pack("{ss}", "a", "b");
    world_begin(&world, script, array_length(script));
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_kube_call struct kube_call call = {0};
        assert_int_equal(backup_call_json(&call, rows[i].method, "/x", "?q=1", value, &err), 0);
        assert_int_equal(kube_client_call(world.client, &call, &err), 0);
        auto_free char *sent = fake_server_request(world.server, i);
        assert_true(str_starts_with(sent, rows[i].method));
        assert_non_null(strstr(sent, " /x?q=1 HTTP"));
        assert_non_null(strstr(sent, rows[i].type));
        assert_non_null(strstr(sent, "\r\n\r\n{\"a\":\"b\"}"));
    }
    world_end(&world);
}

static void
test_restore_batch__the_path_of_an_item__is_its_own_or_that_of_its_collection(void **state)
{
    (void)state;
    struct world world;
    world_begin(&world, NULL, 0);
    struct backup_item *item = world_item(&world, "m");
    free(item->node->namespace_);
    item->node->namespace_ = xstrdup("n/../x?y");
    auto_free char *own = backup_item_path(item, false);
    auto_free char *collection = backup_item_path(item, true);
    assert_string_equal(own, "/apis/cluster.x-k8s.io/v1beta2/namespaces/n%2F..%2Fx%3Fy/machines/m");
    assert_string_equal(collection,
                        "/apis/cluster.x-k8s.io/v1beta2/namespaces/n%2F..%2Fx%3Fy/machines");
    world_end(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_restore_batch__each__is_started_as_often_as_it_asks_to_be),
        cmocka_unit_test(test_restore_batch__a_call__is_what_its_method_and_value_make_of_it),
        cmocka_unit_test(
            test_restore_batch__the_path_of_an_item__is_its_own_or_that_of_its_collection),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
