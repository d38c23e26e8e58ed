#include "capi/remove.h"

#include "base/str.h"
#include "capi/resource.h"
#include "unit/kube/scene.h"

static struct kube_object object_of(const char *api_version, const char *kind,
                                    const char *namespace_, const char *name)
{
    struct kube_object object;
    json_t *metadata = json_pack("{ss}", "name", name);
    if (namespace_)
        json_object_set_new(metadata, "namespace", json_string(namespace_));
    kube_object_init_take(&object, json_pack("{ss ss so}", "apiVersion", api_version, "kind", kind,
                                             "metadata", metadata));
    if (!capi_resource_known(api_version, kind, &object.resource))
        object.resource = (struct kube_resource){.group = "x", .plural = "xs", .version = "v1"};
    return object;
}

#define CLUSTERCTL "clusterctl.cluster.x-k8s.io/v1alpha3"
#define RBAC       "rbac.authorization.k8s.io/v1"
#define WEBHOOKS   "admissionregistration.k8s.io/v1"

static void test_remove_fits__kinds_and_rules__are_those_of_clusterctl(void **state)
{
    (void)state;
    static const struct {
        const char *api_version, *kind, *namespace_, *name;
        bool plain, everything; /* with no switch, with all of them */
    } rows[] = {
        {"apps/v1", "Deployment", "capo-system", "x", true, false},
        {"apps/v1", "Deployment", "other", "x", true, true},
        {"v1", "Namespace", NULL, "capo-system", false, true},
        {"v1", "Namespace", NULL, "other", false, false},
        {"apiextensions.k8s.io/v1", "CustomResourceDefinition", NULL, "x.y", false, true},
        {CLUSTERCTL, "Provider", "capo-system", "x", false, false},
        {RBAC, "ClusterRole", NULL, "capo-manager-role", false, false},
        {RBAC, "ClusterRole", NULL, "capo-system-manager-role", true, true},
        {RBAC, "ClusterRole", NULL, "capo-system", false, false},
        {RBAC, "ClusterRole", NULL, "capo-systemx-role", false, false},
        {WEBHOOKS, "ValidatingWebhookConfiguration", NULL, "x", true, true},
        {WEBHOOKS, "MutatingWebhookConfiguration", NULL, "x", true, true},
    };
    const struct capi_remove_rule plain = {.namespace_ = "capo-system"};
    const struct capi_remove_rule everything = {
        .namespace_ = "capo-system", .definitions = true, .namespace_too = true, .inventory = true};
    for (size_t i = 0; i < array_length(rows); i++) {
        struct kube_object object =
            object_of(rows[i].api_version, rows[i].kind, rows[i].namespace_, rows[i].name);
        if (capi_remove_fits(&object, &plain) != rows[i].plain ||
            capi_remove_fits(&object, &everything) != rows[i].everything)
            fail_msg("%s %s", rows[i].kind, rows[i].name);
        kube_object_clear(&object);
    }
}

static void test_remove_fits__provider_object__goes_with_the_inventory_alone(void **state)
{
    (void)state;
    struct kube_object object = object_of(CLUSTERCTL, "Provider", "ns", "x");
    const struct capi_remove_rule rule = {.namespace_ = "ns", .inventory = true};
    const struct capi_remove_rule without = {.namespace_ = "ns"};
    assert_true(capi_remove_fits(&object, &rule));
    assert_false(capi_remove_fits(&object, &without));
    object.resource.group = "other.example.org"; /* somebody else's kind of that name */
    assert_true(capi_remove_fits(&object, &without));
    kube_object_clear(&object);
}

static void test_remove_fits_cert_manager__all_but_what_others_need(void **state)
{
    (void)state;
    static const struct {
        const char *api_version, *kind;
        bool fits;
    } rows[] = {
        {"apps/v1", "Deployment", true},
        {RBAC, "ClusterRole", true},
        {"v1", "Namespace", false},
        {"apiextensions.k8s.io/v1", "CustomResourceDefinition", false},
        {WEBHOOKS, "ValidatingWebhookConfiguration", false},
        {WEBHOOKS, "MutatingWebhookConfiguration", false},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        struct kube_object object = object_of(rows[i].api_version, rows[i].kind, NULL, "x");
        if (capi_remove_fits_cert_manager(&object) != rows[i].fits)
            fail_msg("%s", rows[i].kind);
        kube_object_clear(&object);
    }
}

#define MAPS "DELETE /api/v1/namespaces/n/configmaps/"

/* Deletes ConfigMaps a, b and c; returns what is in DONE, owned. */
static json_t *remove_three(struct scene *scene, const struct capi_remove_options *options,
                            int *result, struct error **err)
{
    static const char *const names[] = {"a", "b", "c"};
    struct kube_object objects[3];
    const struct kube_object *pointers[3];
    for (size_t i = 0; i < 3; i++) {
        objects[i] = object_of("v1", "ConfigMap", "n", names[i]);
        pointers[i] = &objects[i];
    }
    json_t *done = json_array();
    *result = capi_remove(scene->client, pointers, 3, options, done, err);
    for (size_t i = 0; i < 3; i++)
        kube_object_clear(&objects[i]);
    return done;
}

static void test_remove__what_is_gone_already__is_fine_and_not_told(void **state)
{
    (void)state;
    const struct fake_reply script[] = {
        {.when = MAPS "a", .body = "{}"},
        {.when = MAPS "b", .status = 404, .body = "{\"kind\":\"Status\",\"message\":\"gone\"}"},
        {.when = MAPS "c", .body = "{}"},
    };
    struct scene scene;
    scene_begin(&scene, script, array_length(script), 0);
    struct error *err = NULL;
    int result = -1;
    const struct capi_remove_options options = {0};
    json_auto_t *done = remove_three(&scene, &options, &result, &err);
    assert_no_error(err);
    assert_int_equal(result, 0);
    assert_int_equal(json_array_size(done), 2);
    assert_int_equal(fake_server_requests(scene.server), 3);
    scene_end(&scene);
}

#define BUSY "{\"kind\":\"Status\",\"message\":\"busy\"}"
#define NOT  "{\"kind\":\"Status\",\"message\":\"not you\"}"

static void test_remove__failures_that_may_pass__are_tried_again_refusals_are_not(void **state)
{
    (void)state;
    const struct fake_reply script[] = {
        {.when = MAPS "a", .times = 1, .status = 500, .body = BUSY},
        {.when = MAPS "a", .body = "{}"},
        {.when = MAPS "b", .status = 403, .body = NOT},
        {.when = MAPS "c", .body = "{}"},
    };
    struct scene scene;
    scene_begin(&scene, script, array_length(script), 0);
    struct error *err = NULL;
    int result = 0;
    const struct capi_remove_options options = {.attempts = 3};
    json_auto_t *done = remove_three(&scene, &options, &result, &err);
    assert_int_equal(result, -1);
    assert_int_equal(scene_count(&scene, MAPS "a"), 2);
    assert_int_equal(scene_count(&scene, MAPS "b"), 1);
    assert_int_equal(json_array_size(done), 2);
    assert_non_null(strstr(err->message, "Error deleting object /v1, Kind=ConfigMap, n/b: "));
    assert_json(json_object_get(err->detail, "failed_object"),
                "{'apiVersion':'v1','kind':'ConfigMap','namespace':'n','name':'b'}");
    error_free(err);
    scene_end(&scene);
}

static void test_remove__several_failures__are_one_error_in_brackets(void **state)
{
    (void)state;
    const struct fake_reply script[] = {
        {.when = MAPS "a", .status = 403, .body = NOT},
        {.when = MAPS "b", .body = "{}"},
        {.when = MAPS "c", .status = 500, .body = BUSY},
    };
    struct scene scene;
    scene_begin(&scene, script, array_length(script), 0);
    struct error *err = NULL;
    int result = 0;
    const struct capi_remove_options options = {.attempts = 2};
    json_auto_t *done = remove_three(&scene, &options, &result, &err);
    assert_int_equal(result, -1);
    assert_int_equal(err->message[0], '[');
    assert_non_null(strstr(err->message, "n/a: "));
    assert_non_null(strstr(err->message, ", Error deleting object /v1, Kind=ConfigMap, n/c: action "
                                         "failed after 2 attempts: "));
    assert_int_equal(err->code, 403);
    error_free(err);
    assert_int_equal(json_array_size(done), 1);
    scene_end(&scene);
}

#define RECORD "DELETE /apis/clusterctl.cluster.x-k8s.io/v1alpha3/namespaces/n/providers/a"

/* Deletes Provider a, which is named first, ConfigMap a and the namespace. */
static int remove_recorded(struct scene *scene, struct error **err)
{
    struct kube_object objects[] = {object_of(CLUSTERCTL, "Provider", "n", "a"),
                                    object_of("v1", "Namespace", NULL, "n"),
                                    object_of("v1", "ConfigMap", "n", "a")};
    const struct kube_object *pointers[] = {&objects[0], &objects[1], &objects[2]};
    const struct capi_remove_options options = {0};
    json_auto_t *done = json_array();
    int result = capi_remove(scene->client, pointers, array_length(pointers), &options, done, err);
    for (size_t i = 0; i < array_length(objects); i++)
        kube_object_clear(&objects[i]);
    return result;
}

static void test_remove__the_record__goes_when_all_else_is_gone(void **state)
{
    (void)state;
    const struct fake_reply script[] = {{.when = "DELETE ", .body = "{}"}};
    struct scene scene;
    scene_begin(&scene, script, array_length(script), 0);
    struct error *err = NULL;
    assert_int_equal(remove_recorded(&scene, &err), 0);
    assert_no_error(err);
    assert_int_equal(fake_server_requests(scene.server), 3);
    auto_free char *first = fake_server_request(scene.server, 0);
    assert_true(str_starts_with(first, MAPS "a"));
    assert_int_equal(scene_count(&scene, RECORD), 1);
    scene_end(&scene);
}

static void test_remove__the_record__stays_when_something_failed(void **state)
{
    (void)state;
    const struct fake_reply script[] = {
        {.when = MAPS "a", .status = 403, .body = NOT},
        {.when = "DELETE ", .body = "{}"},
    };
    struct scene scene;
    scene_begin(&scene, script, array_length(script), 0);
    struct error *err = NULL;
    assert_int_equal(remove_recorded(&scene, &err), -1);
    assert_non_null(strstr(err->message, "n/a: "));
    error_free(err);
    assert_int_equal(fake_server_requests(scene.server), 1);
    scene_end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_remove_fits__kinds_and_rules__are_those_of_clusterctl),
        cmocka_unit_test(test_remove_fits__provider_object__goes_with_the_inventory_alone),
        cmocka_unit_test(test_remove_fits_cert_manager__all_but_what_others_need),
        cmocka_unit_test(test_remove__what_is_gone_already__is_fine_and_not_told),
        cmocka_unit_test(test_remove__failures_that_may_pass__are_tried_again_refusals_are_not),
        cmocka_unit_test(test_remove__several_failures__are_one_error_in_brackets),
        cmocka_unit_test(test_remove__the_record__goes_when_all_else_is_gone),
        cmocka_unit_test(test_remove__the_record__stays_when_something_failed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
