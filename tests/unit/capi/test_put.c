#include "capi/put.h"

#include "kube/discovery.h"
#include "unit/kube/scene.h"

/* Objects on their way to a scripted server. */
struct stage {
    struct scene scene;
    struct kube_discovery *discovery;
    struct capi_puts puts;
    size_t failed; /* the lowest group that did */
};

static void stage_begin(struct stage *stage, const struct fake_reply *script, size_t count,
                        unsigned attempts)
{
    const struct capi_put_options options = {.attempts = attempts};
    scene_begin(&stage->scene, script, count, 0);
    stage->discovery = kube_discovery_new(stage->scene.client);
    capi_puts_init(&stage->puts, stage->scene.client, stage->discovery, &options);
}

static void stage_add(struct stage *stage, const char *text, size_t group)
{
    json_auto_t *value = json_from(text);
    struct error *err = NULL;
    assert_int_equal(capi_puts_add(&stage->puts, value, CAPI_WAY_MERGE, group, &err), 0);
    assert_no_error(err);
}

static void stage_run(struct stage *stage)
{
    struct error *err = NULL;
    assert_int_equal(capi_puts_observe(&stage->puts, &err), 0);
    assert_no_error(err);
    assert_int_equal(capi_puts_run(&stage->puts, &stage->failed, &err), 0);
    assert_no_error(err);
}

static void stage_end(struct stage *stage)
{
    capi_puts_clear(&stage->puts);
    kube_discovery_free(stage->discovery);
    scene_end(&stage->scene);
}

/* The position of the first request that begins with START. */
static size_t position(struct stage *stage, const char *start)
{
    for (size_t i = 0; i < fake_server_requests(stage->scene.server); i++) {
        auto_free char *text = fake_server_request(stage->scene.server, i);
        if (strncmp(text, start, strlen(start)) == 0)
            return i;
    }
    fail_msg("nobody sent %s", start);
    return 0;
}

#define MAP(NAME)                                                                                  \
    "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'namespace':'n','name':'" NAME "'}}"
#define NAMESPACE "{'apiVersion':'v1','kind':'Namespace','metadata':{'name':'n'}}"
#define DEPLOYMENT                                                                                 \
    "{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'namespace':'n','name':'d'}}"
#define MAPS  "POST /api/v1/namespaces/n/configmaps"
#define A_MAP "/api/v1/namespaces/n/configmaps/a"
#define DONE  "{\"kind\":\"x\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\"7\"}}"
#define BUSY  "{\"kind\":\"Status\",\"message\":\"busy\"}"

static void test_puts_run__kinds__go_in_waves_whatever_their_order(void **state)
{
    (void)state;
    const struct fake_reply script[] = {{.when = "POST", .status = 201, .body = DONE}};
    struct stage stage;
    stage_begin(&stage, script, array_length(script), 1);
    stage_add(&stage, DEPLOYMENT, 0);
    stage_add(&stage, MAP("a"), 0);
    stage_add(&stage, NAMESPACE, 1);
    stage_run(&stage);
    assert_int_equal(stage.failed, SIZE_MAX);
    size_t first = position(&stage, "POST /api/v1/namespaces ");
    size_t second = position(&stage, MAPS);
    size_t third = position(&stage, "POST /apis/apps/v1/namespaces/n/deployments");
    assert_true(first < second && second < third);
    assert_true(capi_puts_changed(&stage.puts));
    stage_end(&stage);
}

static void
test_puts_run__answer_that_may_pass__is_looked_at_again_before_it_is_repeated(void **state)
{
    (void)state;
    const struct fake_reply script[] = {
        {.when = MAPS, .times = 1, .status = 500, .body = BUSY},
        {.when = MAPS, .status = 201, .body = DONE},
    };
    struct stage stage;
    stage_begin(&stage, script, array_length(script), 3);
    stage_add(&stage, MAP("a"), 0);
    stage_run(&stage);
    assert_int_equal(stage.failed, SIZE_MAX);
    assert_int_equal(scene_count(&stage.scene, MAPS), 2);
    assert_int_equal(scene_count(&stage.scene, "GET " A_MAP), 2);
    stage_end(&stage);
}

static void test_puts_run__lost_answer__is_found_to_be_there(void **state)
{
    (void)state;
    const struct fake_reply script[] = {
        {.when = "GET " A_MAP, .times = 1, .status = 404, .body = BUSY},
        {.when = "GET " A_MAP,
         .body = "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"namespace\":\"n\","
                 "\"name\":\"a\",\"resourceVersion\":\"7\"}}"},
        {.when = MAPS, .fault = FAKE_CLOSE},
    };
    struct stage stage;
    stage_begin(&stage, script, array_length(script), 3);
    stage_add(&stage, MAP("a"), 0);
    stage_run(&stage);
    assert_int_equal(stage.failed, SIZE_MAX);
    assert_int_equal(scene_count(&stage.scene, MAPS), 1);
    assert_int_equal(scene_count(&stage.scene, "PATCH"), 0);
    stage_end(&stage);
}

static void test_puts_run__refusal__stops_its_group_and_those_above_alone(void **state)
{
    (void)state;
    const struct fake_reply script[] = {
        {.when = "POST /api/v1/namespaces/n/secrets", .status = 422, .body = BUSY},
        {.when = "POST", .status = 201, .body = DONE},
    };
    struct stage stage;
    stage_begin(&stage, script, array_length(script), 5);
    stage_add(&stage, DEPLOYMENT, 0);
    stage_add(&stage, "{'apiVersion':'v1','kind':'Secret','metadata':{'namespace':'n','name':'s'}}",
              1);
    stage_add(&stage,
              "{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'namespace':'n',"
              "'name':'later'}}",
              1);
    stage_run(&stage);
    assert_int_equal(stage.failed, 1);
    assert_int_equal(scene_count(&stage.scene, "POST /api/v1/namespaces/n/secrets"), 1);
    assert_int_equal(scene_count(&stage.scene, "POST /apis/apps/v1/namespaces/n/deployments"), 1);
    struct error *err = NULL;
    capi_puts_error(&stage.puts, 1, &err);
    assert_non_null(
        strstr(err->message, "failed to create provider object /v1, Kind=Secret, n/s: "));
    assert_json(json_object_get(err->detail, "failed_object"),
                "{'apiVersion':'v1','kind':'Secret','namespace':'n','name':'s'}");
    error_free(err);
    stage_end(&stage);
}

static void test_puts_run__endless_failure__is_told_with_the_number_of_attempts(void **state)
{
    (void)state;
    const struct fake_reply script[] = {{.when = MAPS, .status = 500, .body = BUSY}};
    struct stage stage;
    stage_begin(&stage, script, array_length(script), 2);
    stage_add(&stage, MAP("a"), 4);
    stage_run(&stage);
    assert_int_equal(stage.failed, 4);
    struct error *err = NULL;
    capi_puts_error(&stage.puts, 4, &err);
    assert_non_null(strstr(err->message, "action failed after 2 attempts: failed to create"));
    error_free(err);
    assert_int_equal(scene_count(&stage.scene, MAPS), 2);
    stage_end(&stage);
}

static void test_puts_add__same_object_twice__is_merged_and_written_once(void **state)
{
    (void)state;
    const struct fake_reply script[] = {{.when = "POST", .status = 201, .body = DONE}};
    struct stage stage;
    stage_begin(&stage, script, array_length(script), 1);
    stage_add(&stage,
              "{'apiVersion':'v1','kind':'Namespace','metadata':{'name':'n','labels':"
              "{'a':'1','b':'1'}}}",
              0);
    stage_add(&stage,
              "{'apiVersion':'v1','kind':'Namespace','metadata':{'name':'n','labels':"
              "{'b':'2'}}}",
              1);
    assert_int_equal(stage.puts.count, 1);
    json_auto_t *wanted = json_loads(buf_str(&stage.puts.items[0].body), 0, NULL);
    assert_json(json_object_get(json_object_get(wanted, "metadata"), "labels"),
                "{'a':'1','b':'2'}");
    stage_run(&stage);
    assert_int_equal(scene_count(&stage.scene, "POST"), 1);
    stage_end(&stage);
}

static void test_puts_add__same_object_applied_twice__is_one_apply(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{'apiVersion':'v1','kind':'Namespace','metadata':{'name':'n','labels':{'a':'1'}}}",
        "{'apiVersion':'v1','kind':'Namespace','metadata':{'name':'n','labels':{'b':'2'}}}",
    };
    struct stage stage;
    struct error *err = NULL;
    stage_begin(&stage, NULL, 0, 1);
    for (size_t i = 0; i < array_length(texts); i++) {
        json_auto_t *value = json_from(texts[i]);
        assert_int_equal(capi_puts_add(&stage.puts, value, CAPI_WAY_APPLY, 0, &err), 0);
    }
    assert_no_error(err);
    assert_int_equal(stage.puts.count, 1);
    json_auto_t *body = json_loads(buf_str(&stage.puts.items[0].body), 0, NULL);
    assert_json(json_object_get(json_object_get(body, "metadata"), "labels"), "{'a':'1','b':'2'}");
    stage_end(&stage);
}

static void test_puts_add__object_without_a_name__is_an_error(void **state)
{
    (void)state;
    struct stage stage;
    stage_begin(&stage, NULL, 0, 1);
    json_auto_t *value = json_from("{'apiVersion':'v1','kind':'ConfigMap','metadata':{}}");
    struct error *err = NULL;
    assert_int_equal(capi_puts_add(&stage.puts, value, CAPI_WAY_MERGE, 0, &err), -1);
    assert_error(&err, ERROR_USAGE, "an object has no metadata.name: ConfigMap");
    assert_int_equal(stage.puts.count, 0);
    stage_end(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_puts_run__kinds__go_in_waves_whatever_their_order),
        cmocka_unit_test(
            test_puts_run__answer_that_may_pass__is_looked_at_again_before_it_is_repeated),
        cmocka_unit_test(test_puts_run__lost_answer__is_found_to_be_there),
        cmocka_unit_test(test_puts_run__refusal__stops_its_group_and_those_above_alone),
        cmocka_unit_test(test_puts_run__endless_failure__is_told_with_the_number_of_attempts),
        cmocka_unit_test(test_puts_add__same_object_twice__is_merged_and_written_once),
        cmocka_unit_test(test_puts_add__same_object_applied_twice__is_one_apply),
        cmocka_unit_test(test_puts_add__object_without_a_name__is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
