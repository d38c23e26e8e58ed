#include "daemon/batch.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include "unit/kube/scene.h"

enum { COUNT = 40, PATIENCE_MS = 300 };

struct calls {
    struct kube_call items[COUNT];
};

static void calls_init(struct calls *calls)
{
    for (size_t i = 0; i < COUNT; i++)
        kube_call_init(&calls->items[i], "DELETE", xasprintf("/%02zu", i));
}

static void calls_clear(struct calls *calls)
{
    for (size_t i = 0; i < COUNT; i++)
        kube_call_clear(&calls->items[i]);
}
#define auto_calls cleanup_with(calls_clear)

static size_t made(const struct calls *calls)
{
    size_t count = 0;
    for (size_t i = 0; i < COUNT; i++)
        count += batch_made(&calls->items[i]);
    return count;
}

/* The result of all calls, how many were made, and the error. */
static int run(const struct fake_reply *script, size_t rows, struct calls *calls, size_t *count,
               struct error **err)
{
    struct scene scene;
    scene_begin(&scene, script, rows, PATIENCE_MS);
    calls_init(calls);
    int result = batch_run(scene.client, calls->items, COUNT, err);
    *count = made(calls);
    scene_end(&scene);
    return result;
}

static void test_batch__no_answer__the_rest_is_not_tried(maybe_unused void **state)
{
    static const struct fake_reply script[] = {{.fault = FAKE_HANG}};
    struct error *err = NULL;
    auto_calls struct calls calls;
    size_t count = 0;
    assert_int_equal(run(script, array_length(script), &calls, &count, &err), -1);
    assert_error(&err, ERROR_TIMEOUT, "no answer within 0.3 s");
    assert_in_range(count, 1, COUNT - 1);
    assert_non_null(calls.items[0].error);
    assert_false(batch_made(&calls.items[COUNT - 1]));
}

static void test_batch__no_answer_any_more__ends(maybe_unused void **state)
{
    static const struct fake_reply script[] = {{.body = "{}", .times = 3}, {.fault = FAKE_CLOSE}};
    struct error *err = NULL;
    auto_calls struct calls calls;
    size_t count = 0;
    assert_int_equal(run(script, array_length(script), &calls, &count, &err), -1);
    assert_in_range(count, 4, COUNT - 1);
    assert_non_null(err);
    error_free(err);
}

static void test_batch__one_has_no_answer__the_others_count(maybe_unused void **state)
{
    static const struct fake_reply script[] = {
        {.when = "DELETE /07", .fault = FAKE_HANG},
        {.when = "DELETE /08", .status = 500, .body = "no"},
        {.body = "{}"},
    };
    struct error *err = NULL;
    auto_calls struct calls calls;
    size_t count = 0;
    assert_int_equal(run(script, array_length(script), &calls, &count, &err), 0);
    assert_no_error(err);
    assert_int_equal(count, COUNT);
    for (size_t i = 0; i < COUNT; i++)
        assert_int_equal(calls.items[i].error != NULL, i == 7 || i == 8);
}

static void test_batch__all_are_refused__is_an_answer(maybe_unused void **state)
{
    static const struct fake_reply script[] = {{.status = 403, .body = "no"}};
    struct error *err = NULL;
    auto_calls struct calls calls;
    size_t count = 0;
    assert_int_equal(run(script, array_length(script), &calls, &count, &err), 0);
    assert_int_equal(count, COUNT);
}

static void test_batch__told_to_stop__says_so(maybe_unused void **state)
{
    static const struct fake_reply script[] = {{.fault = FAKE_HANG}};
    struct scene scene;
    struct error *err = NULL;
    auto_calls struct calls calls;
    scene_begin(&scene, script, array_length(script), 0);
    calls_init(&calls);
    int stop = eventfd(1, EFD_CLOEXEC);
    struct kube_client *client =
        kube_client_new(&scene.config, &(struct kube_client_options){.wake = &stop}, &err);
    assert_int_equal(batch_run(client, calls.items, COUNT, &err), -1);
    assert_error(&err, ERROR_INTERRUPTED, "");
    assert_int_equal(made(&calls), 0);
    kube_client_free(client);
    scene_end(&scene);
    close(stop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_batch__no_answer__the_rest_is_not_tried),
        cmocka_unit_test(test_batch__no_answer_any_more__ends),
        cmocka_unit_test(test_batch__one_has_no_answer__the_others_count),
        cmocka_unit_test(test_batch__all_are_refused__is_an_answer),
        cmocka_unit_test(test_batch__told_to_stop__says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
