#include "capi/install.h"

#include "json/js_get.h"
#include "kube/discovery.h"
#include "unit/kube/scene.h"

struct stage {
    struct scene scene;
    struct kube_discovery *discovery;
    struct capi_install install;
    struct capi_components components[2];
};

static struct capi_components components_of(enum capi_type type, const char *name,
                                            const char *label, const char *namespace_)
{
    struct capi_components made = {.type = type,
                                   .name = xstrdup(name),
                                   .label = xstrdup(label),
                                   .version = xstrdup("v1.2.3"),
                                   .target_namespace = xstrdup(namespace_),
                                   .source = xstrdup("the file"),
                                   .objects = json_array()};
    json_array_append_new(made.objects, json_pack("{ss ss s{ss ss} s{ss}}", "apiVersion", "v1",
                                                  "kind", "ConfigMap", "metadata", "name", "m",
                                                  "namespace", namespace_, "data", "a", "b"));
    json_array_append_new(made.objects, json_pack("{ss ss s{ss ss} s{si}}", "apiVersion", "apps/v1",
                                                  "kind", "Deployment", "metadata", "name", "d",
                                                  "namespace", namespace_, "spec", "replicas", 1));
    return made;
}

static void stage_begin(struct stage *stage, const struct fake_reply *script, size_t count)
{
    const struct capi_put_options options = {.attempts = 1};
    scene_begin(&stage->scene, script, count, 0);
    stage->discovery = kube_discovery_new(stage->scene.client);
    capi_install_init(&stage->install, stage->scene.client, stage->discovery, &options);
    stage->components[0] = components_of(CAPI_CORE, "cluster-api", "cluster-api", "one");
    stage->components[1] = components_of(CAPI_INFRASTRUCTURE, "o", "infrastructure-o", "two");
    struct error *err = NULL;
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(capi_install_add(&stage->install, &stage->components[i], NULL, &err), 0);
    assert_int_equal(capi_install_observe(&stage->install, &err), 0);
    assert_no_error(err);
}

static void stage_end(struct stage *stage)
{
    for (size_t i = 0; i < 2; i++)
        capi_components_clear(&stage->components[i]);
    capi_install_clear(&stage->install);
    kube_discovery_free(stage->discovery);
    scene_end(&stage->scene);
}

/* The lines of all requests that write, in order, owned. */
static char *writes_of(struct stage *stage)
{
    struct buf text;
    buf_init(&text);
    for (size_t i = 0; i < fake_server_requests(stage->scene.server); i++) {
        auto_free char *request = fake_server_request(stage->scene.server, i);
        if (strncmp(request, "POST", 4) == 0)
            buf_printf(&text, "%.*s\n", (int)strcspn(request, " "), request);
    }
    return buf_steal(&text);
}

static size_t position(struct stage *stage, const char *start)
{
    for (size_t i = 0; i < fake_server_requests(stage->scene.server); i++) {
        auto_free char *text = fake_server_request(stage->scene.server, i);
        if (strncmp(text, start, strlen(start)) == 0)
            return i;
    }
    return SIZE_MAX;
}

#define RECORD(NAMESPACE)                                                                          \
    "POST /apis/clusterctl.cluster.x-k8s.io/v1alpha3/namespaces/" NAMESPACE "/providers"
#define DEPLOY(NAMESPACE) "POST /apis/apps/v1/namespaces/" NAMESPACE "/deployments"
#define DONE              "{\"kind\":\"x\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\"7\"}}"
#define NOT               "{\"kind\":\"Status\",\"message\":\"not you\"}"

static void test_install_run__all_objects__come_before_the_records_which_come_in_order(void **state)
{
    (void)state;
    const struct fake_reply script[] = {{.when = "POST", .status = 201, .body = DONE}};
    struct stage stage;
    stage_begin(&stage, script, array_length(script));
    struct error *err = NULL;
    assert_int_equal(capi_install_run(&stage.install, &err), 0);
    assert_no_error(err);
    assert_int_equal(stage.install.recorded, 2);
    size_t first = position(&stage, RECORD("one"));
    size_t second = position(&stage, RECORD("two"));
    assert_true(first < second && second != SIZE_MAX);
    assert_true(position(&stage, DEPLOY("one")) < first);
    assert_true(position(&stage, DEPLOY("two")) < first);
    auto_free char *writes = writes_of(&stage);
    assert_string_equal(writes, "POST\nPOST\nPOST\nPOST\nPOST\nPOST\n");
    stage_end(&stage);
}

static void test_install_run__provider_that_fails__leaves_those_before_it_recorded(void **state)
{
    (void)state;
    const struct fake_reply script[] = {
        {.when = DEPLOY("two"), .status = 403, .body = NOT},
        {.when = "POST", .status = 201, .body = DONE},
    };
    struct stage stage;
    stage_begin(&stage, script, array_length(script));
    struct error *err = NULL;
    assert_int_equal(capi_install_run(&stage.install, &err), -1);
    assert_non_null(strstr(err->message, "failed to create provider object apps/v1, "
                                         "Kind=Deployment, two/d: "));
    error_free(err);
    assert_int_equal(stage.install.recorded, 1);
    assert_int_not_equal(position(&stage, RECORD("one")), SIZE_MAX);
    assert_int_equal(position(&stage, RECORD("two")), SIZE_MAX);
    stage_end(&stage);
}

static void test_install_run__record_that_fails__stops_the_records_behind_it(void **state)
{
    (void)state;
    const struct fake_reply script[] = {
        {.when = RECORD("one"), .status = 403, .body = NOT},
        {.when = "POST", .status = 201, .body = DONE},
    };
    struct stage stage;
    stage_begin(&stage, script, array_length(script));
    struct error *err = NULL;
    assert_int_equal(capi_install_run(&stage.install, &err), -1);
    assert_non_null(strstr(err->message, "Kind=Provider, one/cluster-api: "));
    error_free(err);
    assert_int_equal(stage.install.recorded, 0);
    assert_int_equal(position(&stage, RECORD("two")), SIZE_MAX);
    stage_end(&stage);
}

static void test_install_add__objects__are_cut_down_once_their_text_is_kept(void **state)
{
    (void)state;
    struct stage stage;
    stage_begin(&stage, NULL, 0);
    const json_t *deployment = json_array_get(stage.components[0].objects, 1);
    assert_string_equal(js_str(deployment, "metadata", "name", NULL), "d");
    assert_null(json_object_get(deployment, "spec"));
    assert_non_null(strstr(buf_str(&stage.install.objects.items[1].body), "\"replicas\":1"));
    stage_end(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            test_install_run__all_objects__come_before_the_records_which_come_in_order),
        cmocka_unit_test(test_install_run__provider_that_fails__leaves_those_before_it_recorded),
        cmocka_unit_test(test_install_run__record_that_fails__stops_the_records_behind_it),
        cmocka_unit_test(test_install_add__objects__are_cut_down_once_their_text_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
