#include "capi/migrate.h"

#include "unit/kube/scene.h"

#define CURRENT                                                                                    \
    "{'metadata':{'name':'x.g'},'spec':{'versions':[{'name':'v1','storage':false},"                \
    "{'name':'v2','storage':true}]},'status':{'storedVersions':"

static int needed(const char *current, const char *wanted, struct error **err)
{
    const char *version = NULL;
    json_auto_t *one = json_from(current);
    json_auto_t *other = json_from(wanted);
    return capi_migrate_needed(one, other, &version, err);
}

static void test_migrate_needed__only_the_storage_version_stored__no(maybe_unused void **state)
{
    auto_error struct error *err = NULL;
    assert_int_equal(needed(CURRENT "['v2']}}", "{'spec':{'versions':[{'name':'v2'}]}}", &err), 0);
}

static void test_migrate_needed__an_old_version_stored__yes(maybe_unused void **state)
{
    auto_error struct error *err = NULL;
    const char *version = NULL;
    json_auto_t *current = json_from(CURRENT "['v1','v2']}}");
    json_auto_t *wanted = json_from("{'spec':{'versions':[{'name':'v2'}]}}");
    assert_int_equal(capi_migrate_needed(current, wanted, &version, &err), 1);
    assert_string_equal(version, "v2");
}

static void test_migrate_needed__storage_version_dropped__error(maybe_unused void **state)
{
    struct error *err = NULL;
    assert_int_equal(needed(CURRENT "['v2']}}", "{'spec':{'versions':[{'name':'v3'}]}}", &err), -1);
    assert_error(&err, ERROR_USAGE,
                 "unable to upgrade CRD \"x.g\" because the new CRD does not contain the storage "
                 "version \"v2\"");
}

static void test_migrate_needed__no_storage_version__error(maybe_unused void **state)
{
    struct error *err = NULL;
    assert_int_equal(needed("{'metadata':{'name':'x.g'}}", "{}", &err), -1);
    assert_error(&err, ERROR_USAGE, "could not find storage version for CRD \"x.g\"");
}

#define CRD     "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/xs.g"
#define OBJECTS "/apis/g/v2/namespaces/n/xs/"
#define BUSY    "{\"kind\":\"Status\",\"message\":\"the object has been modified\"}"

static const char definition[] =
    "{\"apiVersion\":\"apiextensions.k8s.io/v1\",\"kind\":\"CustomResourceDefinition\","
    "\"metadata\":{\"name\":\"xs.g\",\"resourceVersion\":\"7\"},\"spec\":{\"group\":\"g\","
    "\"scope\":\"Namespaced\",\"names\":{\"kind\":\"X\",\"plural\":\"xs\"},"
    "\"versions\":[{\"name\":\"v1\",\"storage\":false},{\"name\":\"v2\",\"storage\":true}]},"
    "\"status\":{\"storedVersions\":[\"v1\",\"v2\"]}}";
static const char items[] = "{\"kind\":\"XList\",\"items\":[{\"metadata\":{\"name\":\"a\","
                            "\"namespace\":\"n\",\"resourceVersion\":\"3\"}}]}";

static void test_migrate__written_by_others_meanwhile__objects_are_done_the_status_not(
    maybe_unused void **state)
{
    const struct fake_reply script[] = {
        {.when = "GET " CRD, .body = definition},
        {.when = "GET /apis/g/v2/xs", .body = items},
        {.when = "PUT " OBJECTS "a", .status = 409, .body = BUSY},
        {.when = "PATCH " CRD "/status", .times = 1, .status = 409, .body = BUSY},
        {.when = "PATCH " CRD "/status", .body = definition},
    };
    struct scene scene;
    scene_begin(&scene, script, array_length(script), 0);
    auto_strv struct strv log;
    strv_init(&log);
    struct error *err = NULL;
    size_t count = 0;
    json_auto_t *objects = json_pack("[o]", json_loads(definition, 0, NULL));
    assert_int_equal(capi_migrate(scene.client, objects, &log, &count, &err), 0);
    assert_no_error(err);
    assert_int_equal(count, 1);
    assert_int_equal(scene_count(&scene, "PUT "), 1);
    assert_int_equal(scene_count(&scene, "PATCH " CRD "/status"), 2);
    auto_free char *last =
        fake_server_request(scene.server, fake_server_requests(scene.server) - 1);
    assert_non_null(strstr(last, "{\"status\":{\"storedVersions\":[\"v2\"]}}"));
    scene_end(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_migrate_needed__only_the_storage_version_stored__no),
        cmocka_unit_test(test_migrate_needed__an_old_version_stored__yes),
        cmocka_unit_test(test_migrate_needed__storage_version_dropped__error),
        cmocka_unit_test(test_migrate_needed__no_storage_version__error),
        cmocka_unit_test(
            test_migrate__written_by_others_meanwhile__objects_are_done_the_status_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
