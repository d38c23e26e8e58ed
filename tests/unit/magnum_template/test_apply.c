#include "magnum_template/apply.h"
#include "magnum_template/observe.h"
#include "magnum_template/predict.h"
#include "unit/magnum_template/bench.h"
#include "unit/ostack/cloudlet.h"

#define LOGIN "POST /v3/auth/tokens"
#define LIST  "GET /m/v1/clustertemplates"
#define NEW   "POST /m/v1/clustertemplates"
#define OLD   "/m/v1/clustertemplates/old"
#define IN_USE                                                                                     \
    .status = 400, .body =                                                                         \
                       "{\"errors\": [{\"detail\": \"ClusterTemplate old is referenced by one "    \
                       "or multiple clusters.\"}]}"
#define FOUND(MORE)                                                                                \
    "{\"clustertemplates\": [{\"uuid\": \"old\", \"name\": \"k\", \"project_id\": \"mine\", "      \
    "\"coe\": \"kubernetes\", \"image_id\": \"i\", \"floating_ip_enabled\": false, "               \
    "\"public\": false, \"hidden\": false, \"labels\": {}" MORE "}]}"
#define OLD_THERE                                                                                  \
    {                                                                                              \
        .when = LIST, .body = FOUND("")                                                            \
    }
#define NONE_THERE                                                                                 \
    {                                                                                              \
        .when = LIST, .times = 1, .body = "{\"clustertemplates\": []}"                             \
    }
#define MADE                                                                                       \
    {                                                                                              \
        .when = NEW, .status = 201, .body = "{\"uuid\": \"new\", \"name\": \"k\"}"                 \
    }

/* A task on a scripted cloud, observed and planned. */
struct task {
    struct bench bench;
    struct fake_server *server;
};

static void task_start(struct task *task, const struct fake_reply *script, size_t count,
                       const char *options)
{
    auto_error struct error *err = NULL;
    *task = (struct task){.server = fake_server_start(script, count, NULL)};
    auto_free char *url = fake_server_url(task->server, "");
    auto_free char *all = xasprintf(
        "{'cloud': {'auth': {'auth_url': '%s/v3', 'user_id': 'u', 'password': 'pw', "
        "'project_id': 'p'}, 'container_infra_endpoint_override': '%s/m', "
        "'compute_endpoint_override': '%s/c', 'image_endpoint_override': '%s/i'}, 'label_check': "
        "'none', %s}",
        url, url, url, url, options);
    bench_start(&task->bench, all);
    if (magnum_observe(task->bench.magnum, &err) < 0 || magnum_plan(task->bench.magnum, &err) < 0)
        fail_msg("%s", err->message);
}

static void task_stop(struct task *task)
{
    bench_clear(&task->bench);
    fake_server_stop(task->server);
}

#define auto_task cleanup_with(task_stop)

static void assert_requests(const struct task *task, const char *wanted)
{
    struct cloudlet cloudlet = {.server = task->server};
    assert_lines(&cloudlet, wanted);
}

static int run(struct task *task, struct error **err)
{
    return magnum_apply(task->bench.magnum, err);
}

static void test_apply__a_template_in_use__gets_one_patch_for_each_change(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {
        TOKEN("1"),
        OLD_THERE,
        {.when = "PATCH " OLD, .times = 1, IN_USE},
        {.when = "PATCH " OLD, .body = "{\"uuid\": \"old\"}"}};
    auto_task struct task task;
    task_start(&task, script, array_length(script), "'name': 'k', 'hidden': true, 'tags': 'x'");
    assert_int_equal(run(&task, NULL), 0);
    assert_requests(&task, LOGIN ", " LIST ", PATCH " OLD ", PATCH " OLD ", PATCH " OLD);
    auto_free char *first = fake_server_request(task.server, 3);
    auto_free char *second = fake_server_request(task.server, 4);
    assert_contains(first, "[{\"op\":\"replace\",\"path\":\"/tags\",\"value\":\"x\"}]");
    assert_contains(second, "[{\"op\":\"replace\",\"path\":\"/hidden\",\"value\":true}]");
}

static void test_apply__a_change_that_use_forbids__fails_with_what_is_allowed(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {TOKEN("1"), OLD_THERE, {.when = "PATCH", IN_USE}};
    auto_task struct task task;
    struct error *err = NULL;
    task_start(&task, script, array_length(script), "'name': 'k', 'flavor_id': 'f'");
    assert_int_equal(run(&task, &err), -1);
    assert_contains(err->message, "is referenced by one or multiple clusters.");
    assert_contains(err->message, "change only its name, tags and hidden, and become public");
    assert_contains(err->message, "what differs: ['flavor_id']");
    assert_false(task.bench.item->changed);
    error_clear(&err);
}

static void test_apply__recreate_in_use__makes_the_new_and_retires_the_old(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {TOKEN("1"),
                                               OLD_THERE,
                                               {.when = "DELETE", IN_USE},
                                               {.when = "PATCH", .body = "{\"uuid\": \"old\"}"},
                                               MADE};
    auto_task struct task task;
    task_start(&task, script, array_length(script),
               "'name': 'k', 'flavor_id': 'f', 'update_policy': 'recreate'");
    assert_int_equal(run(&task, NULL), 0);
    assert_requests(&task, LOGIN ", " LIST ", " NEW ", DELETE " OLD ", PATCH " OLD);
    auto_free char *rename = fake_server_request(task.server, 4);
    assert_contains(rename, "\"value\":\"k-retired-old\"");
    assert_json(json_object_get(task.bench.item->after, "uuid"), "'new'");
    assert_contains(task.bench.item->warnings.items[0], "is used by clusters and stays");
}

static void test_apply__recreate_with_a_refused_post__leaves_the_old_alone(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {TOKEN("1"), OLD_THERE, {.when = NEW, .status = 400}};
    auto_task struct task task;
    struct error *err = NULL;
    task_start(&task, script, array_length(script),
               "'name': 'k', 'flavor_id': 'f', 'update_policy': 'recreate'");
    assert_int_equal(run(&task, &err), -1);
    assert_requests(&task, LOGIN ", " LIST ", " NEW);
    assert_false(task.bench.item->changed);
    error_clear(&err);
}

static void test_apply__an_old_one_that_cannot_be_deleted__is_a_failure_after_a_change(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {
        TOKEN("1"), OLD_THERE, MADE, {.when = "DELETE", .status = 500}};
    auto_task struct task task;
    struct error *err = NULL;
    task_start(&task, script, array_length(script),
               "'name': 'k', 'flavor_id': 'f', 'update_policy': 'recreate'");
    assert_int_equal(run(&task, &err), -1);
    assert_true(task.bench.item->changed);
    assert_error(&err, ERROR_STATUS,
                 "the new template new was made, but the old one, old, could not");
}

static void test_apply__a_new_version__leaves_the_old_one(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {
        TOKEN("1"), OLD_THERE, {.when = "PATCH", IN_USE}, MADE};
    auto_task struct task task;
    task_start(&task, script, array_length(script),
               "'name': 'k', 'flavor_id': 'f', 'on_immutable': 'new_version'");
    assert_int_equal(run(&task, NULL), 0);
    assert_requests(&task, LOGIN ", " LIST ", PATCH " OLD ", " NEW);
    auto_free char *made = fake_server_request(task.server, 3);
    assert_contains(made, "\"name\":\"k-v2\"");
    assert_int_equal(task.bench.item->action, ACTION_NEW_VERSION);
}

static void test_apply__a_delete_of_what_is_gone__changes_nothing(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {
        TOKEN("1"), OLD_THERE, {.when = "DELETE", .status = 404}};
    auto_task struct task task;
    task_start(&task, script, array_length(script), "'name': 'k', 'state': 'absent'");
    assert_int_equal(run(&task, NULL), 0);
    assert_false(task.bench.item->changed);
    assert_int_equal(task.bench.item->action, ACTION_NONE);
}

static void test_apply__the_first_failure__ends_the_list(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {
        TOKEN("1"), NONE_THERE, {.when = NEW, .status = 403, .body = "{\"message\": \"no\"}"}};
    auto_task struct task task;
    struct error *err = NULL;
    task_start(
        &task, script, array_length(script),
        "'coe': 'kubernetes', 'image_id': 'i', 'is_floating_ip_enabled': false, 'templates': "
        "[{'name': 'a'}, {'name': 'b'}]");
    assert_int_equal(run(&task, &err), -1);
    assert_error(&err, ERROR_AUTH, "template \"a\": Magnum answered 403 Forbidden to POST");
    assert_requests(&task, LOGIN ", " LIST ", " NEW);
}

/* ---- check mode */

static void test_apply__prediction__only_reads_and_warns_of_what_use_forbids(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {
        TOKEN("1"),
        OLD_THERE,
        {.when = "GET /m/v1/clusters ",
         .body = "{\"clusters\": [{\"uuid\": \"1\", \"cluster_template_id\": \"old\"}]}"}};
    auto_task struct task task;
    task_start(&task, script, array_length(script),
               "'name': 'k', 'flavor_id': 'f', 'is_public': true");
    assert_int_equal(magnum_predict(task.bench.magnum, NULL), 0);
    assert_requests(&task, LOGIN ", " LIST ", GET /m/v1/clusters");
    assert_true(task.bench.item->changed);
    assert_json(json_object_get(task.bench.item->after, "flavor_id"), "'f'");
    assert_int_equal(task.bench.item->warnings.count, 2);
    assert_contains(task.bench.item->warnings.items[0], "Magnum will refuse the change");
    assert_contains(task.bench.item->warnings.items[1], "need the role admin");
}

static void test_apply__prediction_of_a_creation__asks_for_no_clusters(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {TOKEN("1"), NONE_THERE};
    auto_task struct task task;
    task_start(
        &task, script, array_length(script),
        "'name': 'k', 'coe': 'kubernetes', 'image_id': 'i', 'is_floating_ip_enabled': false");
    assert_int_equal(magnum_predict(task.bench.magnum, NULL), 0);
    assert_requests(&task, LOGIN ", " LIST);
    assert_true(task.bench.item->changed);
    assert_json(json_object_get(task.bench.item->after, "name"), "'k'");
}

static void test_apply__prediction_without_the_right_to_look__goes_on_with_a_warning(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {
        TOKEN("1"), OLD_THERE, {.when = "GET /m/v1/clusters ", .status = 403}};
    auto_task struct task task;
    task_start(&task, script, array_length(script), "'name': 'k', 'state': 'absent'");
    assert_int_equal(magnum_predict(task.bench.magnum, NULL), 0);
    assert_true(task.bench.item->changed);
    assert_contains(task.bench.context.warnings.items[0],
                    "whether clusters use the templates could not");
}

/* ---- what observing asks */

static void test_apply__a_key_pair_that_is_not_there__is_warned_about(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {
        TOKEN("1"), NONE_THERE, {.when = "GET /c/v2.1/os-keypairs/key", .status = 404}};
    auto_task struct task task;
    task_start(
        &task, script, array_length(script),
        "'name': 'k', 'coe': 'kubernetes', 'image_id': 'i', 'is_floating_ip_enabled': false, "
        "'keypair': 'key'");
    assert_int_equal(task.bench.context.warnings.count, 1);
    assert_contains(task.bench.context.warnings.items[0], "Nova has no key pair \"key\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        place_test(test_apply__a_template_in_use__gets_one_patch_for_each_change),
        place_test(test_apply__a_change_that_use_forbids__fails_with_what_is_allowed),
        place_test(test_apply__recreate_in_use__makes_the_new_and_retires_the_old),
        place_test(test_apply__recreate_with_a_refused_post__leaves_the_old_alone),
        place_test(test_apply__an_old_one_that_cannot_be_deleted__is_a_failure_after_a_change),
        place_test(test_apply__a_new_version__leaves_the_old_one),
        place_test(test_apply__a_delete_of_what_is_gone__changes_nothing),
        place_test(test_apply__the_first_failure__ends_the_list),
        place_test(test_apply__prediction__only_reads_and_warns_of_what_use_forbids),
        place_test(test_apply__prediction_of_a_creation__asks_for_no_clusters),
        place_test(test_apply__prediction_without_the_right_to_look__goes_on_with_a_warning),
        place_test(test_apply__a_key_pair_that_is_not_there__is_warned_about),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
