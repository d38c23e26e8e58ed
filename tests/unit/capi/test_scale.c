#include "capi/scale.h"

#include "unit/kube/scene.h"

#define LIST  "GET /apis/apps/v1/deployments?labelSelector="
#define NAMED "'metadata':{'name':'"
#define CORE  "','namespace':'capi-system','labels':{'cluster.x-k8s.io/provider':'cluster-api'}}"
#define INFRA                                                                                      \
    "','namespace':'capo-system','labels':{'cluster.x-k8s.io/provider':'infrastructure-o'}}"
#define OTHER "','namespace':'elsewhere','labels':{'cluster.x-k8s.io/provider':'cluster-api'}}"
#define BEGIN "{'kind':'DeploymentList','apiVersion':'apps/v1','items':["
#define STOP  "PATCH /apis/apps/v1/namespaces/"

/* The first COUNT of two providers, scaled down. */
static int scale_down(struct scene *scene, size_t count, size_t *scaled, struct error **err)
{
    auto_capi_entries struct capi_entries entries = {0};
    capi_entries_add(&entries, CAPI_CORE, "cluster-api", "capi-system", "v1");
    capi_entries_add(&entries, CAPI_INFRASTRUCTURE, "o", "capo-system", "v1");
    const struct capi_entry *const both[] = {&entries.items[0], &entries.items[1]};
    *scaled = 0;
    return capi_scale_down(scene->client, both, count, true, scaled, err);
}

/* ITEMS with ' for ", owned by the test's end. */
static char *list_of(const char *items)
{
    char *text = xasprintf(BEGIN "%s]}", items);
    for (char *c = text; *c; c++)
        if (*c == '\'')
            *c = '"';
    return text;
}

static void test_scale_down__two_providers__one_request_a_look(void **state)
{
    (void)state;
    auto_free char *running = list_of("{" NAMED "a" CORE ",'spec':{'replicas':2}},{" NAMED "b" INFRA
                                      ",'spec':{'replicas':0}},{" NAMED "c" INFRA "},{" NAMED
                                      "d" OTHER ",'status':{'replicas':1}}");
    auto_free char *stopping =
        list_of("{" NAMED "a" CORE ",'spec':{'replicas':0},'status':{'replicas':1}},{" NAMED
                "d" OTHER ",'status':{'replicas':1}}");
    auto_free char *stopped = list_of("{" NAMED "a" CORE ",'spec':{'replicas':0}},{" NAMED "d" OTHER
                                      ",'status':{'replicas':1}}");
    const struct fake_reply script[] = {
        {.when = LIST, .times = 1, .body = running},
        {.when = LIST, .times = 1, .body = stopping},
        {.when = LIST, .body = stopped},
        {.when = STOP "capi-system/deployments/a", .times = 1, .body = "{}"},
        {.when = STOP "capo-system/deployments/c", .times = 1, .body = "{}"},
    };
    struct scene scene;
    scene_begin(&scene, script, array_length(script), 0);
    struct error *err = NULL;
    size_t scaled = 0;
    int result = scale_down(&scene, 2, &scaled, &err);
    assert_no_error(err);
    assert_int_equal(result, 0);
    assert_int_equal(scaled, 2);
    assert_int_equal(scene_count(&scene, LIST), 3);
    assert_int_equal(scene_count(&scene, STOP), 2);
    assert_int_equal(fake_server_requests(scene.server), 5);
    auto_free char *first = fake_server_request(scene.server, 0);
    assert_non_null(strstr(first, "cluster.x-k8s.io%2Fprovider%20in%20%28cluster-api%2C"
                                  "infrastructure-o%29"));
    scene_end(&scene);
}

static void test_scale_down__no_deployments__nothing_is_waited_for(void **state)
{
    (void)state;
    auto_free char *none = list_of("{" NAMED "d" OTHER ",'spec':{'replicas':1}}");
    const struct fake_reply script[] = {{.when = LIST, .body = none}};
    struct scene scene;
    scene_begin(&scene, script, array_length(script), 0);
    struct error *err = NULL;
    size_t scaled = 0;
    assert_int_equal(scale_down(&scene, 1, &scaled, &err), 0);
    assert_no_error(err);
    assert_int_equal(scaled, 0);
    assert_int_equal(fake_server_requests(scene.server), 1);
    assert_int_equal(scale_down(&scene, 0, &scaled, &err), 0);
    assert_int_equal(fake_server_requests(scene.server), 1);
    scene_end(&scene);
}

static void test_scale_down__refused_write__is_an_error_before_anything_is_waited_for(void **state)
{
    (void)state;
    auto_free char *running = list_of("{" NAMED "a" CORE ",'spec':{'replicas':1}}");
    const struct fake_reply script[] = {
        {.when = LIST, .body = running},
        {.when = STOP, .status = 403, .body = "{\"kind\":\"Status\",\"message\":\"not you\"}"},
    };
    struct scene scene;
    scene_begin(&scene, script, array_length(script), 0);
    struct error *err = NULL;
    size_t scaled = 0;
    assert_int_equal(scale_down(&scene, 1, &scaled, &err), -1);
    assert_non_null(err);
    assert_non_null(strstr(err->message, "failed to scale deployment"));
    error_free(err);
    assert_int_equal(scene_count(&scene, LIST), 1);
    scene_end(&scene);
}

static void test_scale_down__deployment_that_vanished__counts_as_stopped(void **state)
{
    (void)state;
    auto_free char *running = list_of("{" NAMED "a" CORE ",'spec':{'replicas':1}}");
    auto_free char *gone = list_of("");
    const struct fake_reply script[] = {
        {.when = LIST, .times = 1, .body = running},
        {.when = LIST, .body = gone},
        {.when = STOP, .status = 404, .body = "{\"kind\":\"Status\",\"message\":\"gone\"}"},
    };
    struct scene scene;
    scene_begin(&scene, script, array_length(script), 0);
    struct error *err = NULL;
    size_t scaled = 0;
    assert_int_equal(scale_down(&scene, 1, &scaled, &err), 0);
    assert_no_error(err);
    scene_end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scale_down__two_providers__one_request_a_look),
        cmocka_unit_test(test_scale_down__no_deployments__nothing_is_waited_for),
        cmocka_unit_test(test_scale_down__refused_write__is_an_error_before_anything_is_waited_for),
        cmocka_unit_test(test_scale_down__deployment_that_vanished__counts_as_stopped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
