#include "kube/list.h"

#include "unit/kube/scene.h"

#define AT(QUERY) "GET /api/v1/pods?" QUERY " "
#define FLOODS(QUERY)                                                                              \
    {                                                                                              \
        .when = AT(QUERY), .body = " ", .fault = FAKE_FLOOD                                        \
    }

/* Lists all Pods by pages of PAGE; the number of objects, or -1. */
static int list(const struct fake_reply *script, size_t count, unsigned page, size_t *requests,
                struct error **err)
{
    struct scene scene;
    scene_begin(&scene, script, count, 0);
    struct kube_object pod = scene_object("{'kind':'Pod'}");
    json_auto_t *items = json_array();
    const struct kube_list_options options = {.resource = &pod.resource, .page = page};
    int result = kube_list(scene.client, &options, items, err);
    *requests = scene_count(&scene, "GET /api/v1/pods?");
    kube_object_clear(&pod);
    scene_end(&scene);
    return result < 0 ? -1 : (int)json_array_size(items);
}

static void test_list__page_that_is_too_large__is_asked_for_in_halves(maybe_unused void **state)
{
    static const struct fake_reply script[] = {
        FLOODS("limit=500"),
        {.when = AT("limit=250"), .body = "{\"metadata\":{\"continue\":\"t\"},\"items\":[{},{}]}"},
        FLOODS("limit=250&continue=t"),
        {.when = AT("limit=125&continue=t"),
         .body = "{\"metadata\":{\"continue\":\"u\"},\"items\":[{}]}"},
        {.when = AT("limit=125&continue=u"), .body = "{\"items\":[{}]}"},
    };
    size_t requests = 0;
    struct error *err = NULL;
    assert_int_equal(list(script, array_length(script), 0, &requests, &err), 4);
    assert_no_error(err);
    assert_int_equal(requests, 5);
}

static void test_list__object_that_is_too_large__is_an_error(maybe_unused void **state)
{
    static const struct fake_reply script[] = {FLOODS("limit=3"), FLOODS("limit=1")};
    size_t requests = 0;
    auto_error struct error *err = NULL;
    assert_int_equal(list(script, array_length(script), 3, &requests, &err), -1);
    assert_error(&err, ERROR_HTTP, "list of Pod");
    assert_int_equal(requests, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_list__page_that_is_too_large__is_asked_for_in_halves),
        cmocka_unit_test(test_list__object_that_is_too_large__is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
