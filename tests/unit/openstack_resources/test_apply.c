#include "openstack_resources/apply.h"
#include "openstack_resources/observe.h"
#include "unit/openstack_resources/bench.h"
#include "unit/ostack/cloudlet.h"

#define ABC_512                                                                                    \
    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3fe" \
    "ebbd454d4423643ce80e2a9ac94fa54ca49f"
#define LOGIN   "POST /v3/auth/tokens"
#define IMAGES  "GET /i/v2/images"
#define FLAVORS "GET /c/v2.1/flavors"
#define NO_IMAGE                                                                                   \
    {                                                                                              \
        .when = IMAGES, .times = 1, .body = "{\"images\": []}"                                     \
    }
#define IMAGE_MADE                                                                                 \
    {                                                                                              \
        .when = "POST /i/v2/images", .status = 201, .body = "{\"id\": \"1\", \"name\": \"i\"}"     \
    }

/* A task on a scripted cloud, observed and planned. */
struct task {
    struct bench bench;
    struct fake_server *server;
};

static int task_start(struct task *task, const struct fake_reply *script, size_t count,
                      const char *items, struct error **err)
{
    *task = (struct task){.server = fake_server_start(script, count, NULL)};
    auto_free char *url = fake_server_url(task->server, "");
    auto_free char *text = xasprintf(
        "{'cloud': {'auth': {'auth_url': '%s/v3', 'user_id': 'u', 'password': 'pw', 'project_id': "
        "'p'}, 'image_endpoint_override': '%s/i', 'compute_endpoint_override': '%s/c', "
        "'identity_endpoint_override': '%s/v3'}, 'resources': %s}",
        url, url, url, url, items);
    struct bench *bench = &task->bench;
    bench->params = quoted(text);
    bench->context.secrets = am_secrets_new();
    bench->context.module_name = "openstack_resources";
    if (am_spec_validate(&openstack_resources_spec, bench->params, &bench->context, err) < 0)
        return -1;
    bench->all = resources_open(bench->params, &bench->context, err);
    return bench->all && resources_observe(bench->all, err) == 0 ? resources_plan(bench->all, err)
                                                                 : -1;
}

static void task_stop(struct task *task)
{
    bench_clear(&task->bench);
    fake_server_stop(task->server);
}

#define auto_task cleanup_with(task_stop)

static void start(struct task *task, const struct fake_reply *script, size_t count,
                  const char *items)
{
    auto_error struct error *err = NULL;
    if (task_start(task, script, count, items, &err) < 0)
        fail_msg("%s", err->message);
}

/* The same, with an item for the file "abc" of the sandbox. */
static void start_image(void **state, struct task *task, const struct fake_reply *script,
                        size_t count, const char *more)
{
    sandbox_write(state, "abc", "abc");
    auto_free char *path = sandbox_path(state, "abc");
    auto_free char *items =
        xasprintf("[{'kind': 'image', 'name': 'i', 'file': '%s'%s}]", path, more);
    start(task, script, count, items);
}

static void assert_requests(const struct task *task, const char *wanted)
{
    struct cloudlet cloudlet = {.server = task->server};
    assert_lines(&cloudlet, wanted);
}

static void test_apply__an_image__is_made_filled_and_looked_at(void **state)
{
    static const struct fake_reply script[] = {
        TOKEN("1"),
        NO_IMAGE,
        IMAGE_MADE,
        {.when = "PUT /i/v2/images/1/file", .status = 204},
        {.when = IMAGES "/1",
         .body = "{\"id\": \"1\", \"status\": \"active\", \"os_hash_algo\": \"sha512\", "
                 "\"os_hash_value\": \"" ABC_512 "\"}"}};
    auto_task struct task task;
    start_image(state, &task, script, array_length(script), ", 'properties': {'os_distro': 'u'}");
    assert_int_equal(resources_apply(task.bench.all, NULL), 0);
    assert_requests(&task, LOGIN ", " IMAGES "?name=eq%3Ai, POST /i/v2/images, PUT "
                                 "/i/v2/images/1/file, " IMAGES "/1");
    auto_free char *post = fake_server_request(task.server, 2);
    auto_free char *put = fake_server_request(task.server, 3);
    assert_contains(post, "\"os_distro\":\"u\"");
    assert_contains(put, "\r\n\r\nabc");
}

static void test_apply__an_upload_that_fails__leaves_no_image(void **state)
{
    static const struct fake_reply script[] = {
        TOKEN("1"),
        NO_IMAGE,
        IMAGE_MADE,
        {.when = "PUT /i/v2/images/1/file", .status = 413, .body = "too large"},
        {.when = "DELETE /i/v2/images/1", .status = 204}};
    struct error *err = NULL;
    auto_task struct task task;
    start_image(state, &task, script, array_length(script), "");
    assert_int_equal(resources_apply(task.bench.all, &err), -1);
    assert_error(&err, ERROR_STATUS, "resources[0] (image \"i\")");
    assert_requests(&task, LOGIN ", " IMAGES "?name=eq%3Ai, POST /i/v2/images, PUT "
                                 "/i/v2/images/1/file, DELETE /i/v2/images/1");
}

/* Who made it fills it just now, or could not yet. */
static void test_apply__an_upload_into_an_image_of_others__leaves_it(void **state)
{
    static const struct {
        int status;
        const char *said;
    } refusals[] = {{409, "somebody is uploading the content of the image 1"},
                    {503, "the image 1 was there before, and is left without this content"}};
    for (size_t i = 0; i < array_length(refusals); i++) {
        const struct fake_reply script[] = {
            TOKEN("1"),
            {.when = IMAGES,
             .body = "{\"images\": [{\"id\": \"1\", \"name\": \"i\", \"owner\": \"mine\", "
                     "\"status\": \"queued\", \"visibility\": \"private\"}]}"},
            {.when = "PATCH /i/v2/images/1", .body = "{\"id\": \"1\", \"status\": \"queued\"}"},
            {.when = "PUT /i/v2/images/1/file", .status = refusals[i].status}};
        struct error *err = NULL;
        auto_task struct task task;
        start_image(state, &task, script, array_length(script), "");
        assert_int_equal(resources_apply(task.bench.all, &err), -1);
        assert_null(strstr(err->message, "a moment ago"));
        assert_error(&err, refusals[i].status == 409 ? ERROR_CONFLICT : ERROR_STATUS,
                     refusals[i].said);
        assert_requests(&task, LOGIN ", " IMAGES
                                     "?name=eq%3Ai, PATCH /i/v2/images/1, PUT /i/v2/images/1/file");
    }
}

static void test_apply__another_content_in_glance__is_a_failure(void **state)
{
    static const struct fake_reply script[] = {
        TOKEN("1"),
        NO_IMAGE,
        IMAGE_MADE,
        {.when = "PUT /i/v2/images/1/file", .status = 204},
        {.when = "DELETE /i/v2/images/1", .status = 204},
        {.when = IMAGES "/1",
         .body = "{\"id\": \"1\", \"status\": \"active\", \"os_hash_algo\": \"sha512\", "
                 "\"os_hash_value\": \"00\"}"}};
    struct error *err = NULL;
    auto_task struct task task;
    start_image(state, &task, script, array_length(script), "");
    assert_int_equal(resources_apply(task.bench.all, &err), -1);
    assert_error(&err, ERROR_STATUS, "the hash is not that of the file");
}

static void test_apply__an_image_that_is_the_file__is_not_touched(void **state)
{
    static const struct fake_reply script[] = {
        TOKEN("1"),
        {.when = IMAGES,
         .body = "{\"images\": [{\"id\": \"1\", \"name\": \"i\", \"owner\": \"mine\", \"status\": "
                 "\"active\", \"visibility\": \"private\", \"disk_format\": \"qcow2\", "
                 "\"container_format\": \"bare\", \"os_hash_algo\": \"sha512\", "
                 "\"os_hash_value\": \"" ABC_512 "\"}]}"}};
    auto_task struct task task;
    start_image(state, &task, script, array_length(script), "");
    assert_int_equal(resources_apply(task.bench.all, NULL), 0);
    assert_false(task.bench.all->items[0].changed);
    assert_requests(&task, LOGIN ", " IMAGES "?name=eq%3Ai");
}

static void test_observe__an_image_that_is_being_uploaded__is_not_touched(void **state)
{
    static const struct fake_reply script[] = {
        TOKEN("1"),
        {.when = IMAGES,
         .body = "{\"images\": [{\"id\": \"1\", \"name\": \"i\", \"owner\": \"mine\", \"status\": "
                 "\"saving\"}]}"}};
    struct error *err = NULL;
    auto_task struct task task;
    (void)state;
    assert_int_equal(task_start(&task, script, array_length(script),
                                "[{'kind': 'image', 'name': 'i', 'file': '/none'}]", &err),
                     -1);
    assert_error(&err, ERROR_CONFLICT, "somebody is uploading its content just now");
}

/* The second run of a task that removes an image. */
static void test_observe__public_image_of_another_project__is_not_removed(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {
        TOKEN("1"),
        {.when = IMAGES,
         .body = "{\"images\": [{\"id\": \"1\", \"name\": \"i\", \"status\": \"active\", "
                 "\"visibility\": \"public\", \"owner\": \"another\"}]}"}};
    auto_task struct task task;
    start(&task, script, array_length(script),
          "[{'kind': 'image', 'name': 'i', 'state': 'absent'}]");
    assert_null(task.bench.all->items[0].found);
    assert_int_equal(task.bench.all->items[0].action, ACTION_NONE);
}

#define SHARED(FORMAT)                                                                             \
    {                                                                                              \
        .when = IMAGES "?", .body = "{\"images\": [{\"id\": \"1\", \"name\": \"i\", \"owner\": "   \
                                    "\"mine\", \"status\": \"active\", \"visibility\": "           \
                                    "\"shared\", \"disk_format\": \"" FORMAT "\"}]}"               \
    }

/* They are told before the image is replaced, also in check mode. */
static void test_observe__projects_that_lose_an_image__are_told(void **state)
{
    (void)state;
    static const struct {
        struct fake_reply image;
        const char *more;
        int status;
        const char *members;
        const char *told; /* NULL: nothing */
    } rows[] = {
        {SHARED("raw"), "", 200, "{\"members\": [{\"member_id\": \"p1\"}, {}]}", "(p1, ?)"},
        {SHARED("raw"), "", 403, "{}", "(who cannot be read: "},
        {SHARED("raw"), "", 200, "{\"members\": []}", NULL},
        {SHARED("raw"), ", 'visibility': 'public'", 403, "{}", NULL},
        {SHARED("iso"), "", 403, "{}", NULL},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        const struct fake_reply script[] = {
            TOKEN("1"),
            rows[i].image,
            {.when = IMAGES "/1/members", .status = rows[i].status, .body = rows[i].members}};
        auto_task struct task task;
        auto_free char *items =
            xasprintf("[{'kind': 'image', 'name': 'i', 'disk_format': 'iso', 'on_different': "
                      "'replace'%s}]",
                      rows[i].more);
        start(&task, script, array_length(script), items);
        const struct strv *warnings = &task.bench.context.warnings;
        assert_int_equal(warnings->count, rows[i].told ? 1 : 0);
        if (rows[i].told)
            assert_contains(warnings->items[0], rows[i].told);
    }
}

static void test_apply__a_flavor_made_anew__gets_its_specs_and_replaces_the_old(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {
        TOKEN("1"),
        {.when = FLAVORS,
         .body = "{\"flavors\": [{\"id\": \"1\", \"name\": \"f\", \"vcpus\": 1, \"ram\": 1, "
                 "\"disk\": 1}]}"},
        {.when = "DELETE /c/v2.1/flavors/1", .status = 202},
        {.when = "POST /c/v2.1/flavors/2/os-extra_specs",
         .body = "{\"extra_specs\": {\"a\": \"b\"}}"},
        {.when = "POST /c/v2.1/flavors", .body = "{\"flavor\": {\"id\": \"2\", \"name\": \"f\"}}"}};
    auto_task struct task task;
    start(&task, script, array_length(script),
          "[{'kind': 'flavor', 'name': 'f', 'vcpus': 2, 'ram': 1, 'disk': 1, 'on_immutable': "
          "'recreate', 'extra_specs': {'a': 'b'}}]");
    assert_int_equal(resources_apply(task.bench.all, NULL), 0);
    assert_string_equal(resource_id(&task.bench.all->items[0]), "2");
}

static void test_apply__a_refusal__comes_with_a_remedy_and_ends_the_task(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {
        TOKEN("1"),
        {.when = "GET /v3/roles", .body = "{\"roles\": []}"},
        {.when = "POST /v3/roles",
         .status = 403,
         .body = "{\"error\": {\"message\": \"You are not authorized\"}}"}};
    struct error *err = NULL;
    auto_task struct task task;
    start(&task, script, array_length(script),
          "[{'kind': 'role', 'name': 'a'}, {'kind': 'role', 'name': 'b'}]");
    assert_int_equal(resources_apply(task.bench.all, &err), -1);
    assert_error(&err, ERROR_AUTH, "the login needs the role admin in the system");
    assert_false(task.bench.all->items[0].done);
    assert_false(task.bench.all->items[1].done);
}

static void test_apply__somebody_was_faster__is_told(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {
        TOKEN("1"),
        {.when = "GET /v3/roles", .body = "{\"roles\": []}"},
        {.when = "POST /v3/roles",
         .status = 409,
         .body = "{\"error\": {\"message\": \"Duplicate entry\"}}"}};
    struct error *err = NULL;
    auto_task struct task task;
    start(&task, script, array_length(script), "[{'kind': 'role', 'name': 'a'}]");
    assert_int_equal(resources_apply(task.bench.all, &err), -1);
    assert_error(&err, ERROR_CONFLICT, "it was not there a moment ago");
}

static void test_apply__an_answer_without_an_id__is_a_change_and_a_failure(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {
        TOKEN("1"),
        {.when = "GET /v3/roles", .body = "{\"roles\": []}"},
        {.when = "POST /v3/roles", .status = 201, .body = "{\"role\": {}}"}};
    struct error *err = NULL;
    auto_task struct task task;
    start(&task, script, array_length(script), "[{'kind': 'role', 'name': 'a'}]");
    assert_int_equal(resources_apply(task.bench.all, &err), -1);
    assert_error(&err, ERROR_PARSE, "the change was accepted, but the answer of");
    assert_true(task.bench.all->items[0].changed);
    json_auto_t *result = json_object();
    resources_result(task.bench.all, err, result);
    assert_true(json_is_true(json_object_get(result, "changed")));
}

/* The result of a task that was carried out; owned. */
static json_t *applied(struct task *task)
{
    auto_error struct error *err = NULL;
    json_t *result = json_object();
    if (resources_apply(task->bench.all, &err) < 0)
        fail_msg("%s", err->message);
    resources_result(task->bench.all, NULL, result);
    return result;
}

static void test_apply__what_somebody_removed_meanwhile__is_no_change(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {
        TOKEN("1"),
        {.when = "GET /v3/roles", .body = "{\"roles\": [{\"id\": \"1\", \"name\": \"a\"}]}"},
        {.when = "DELETE /v3/roles/1", .status = 404}};
    auto_task struct task task;
    start(&task, script, array_length(script),
          "[{'kind': 'role', 'name': 'a', 'state': 'absent'}]");
    json_auto_t *result = applied(&task);
    json_auto_t *wanted = quoted("{'kind': 'role', 'name': 'a', 'id': '1', 'action': 'unchanged', "
                                 "'changed_fields': []}");
    assert_true(json_is_false(json_object_get(result, "changed")));
    assert_true(json_equal(json_array_get(json_object_get(result, "resources"), 0), wanted));
    assert_int_equal(json_array_size(json_object_get(result, "diff")), 0);
}

static void test_apply__a_spec_that_somebody_removed_meanwhile__is_no_change(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {
        TOKEN("1"),
        {.when = FLAVORS,
         .body = "{\"flavors\": [{\"id\": \"1\", \"name\": \"f\", \"extra_specs\": {\"a\": "
                 "\"b\"}}]}"},
        {.when = "DELETE /c/v2.1/flavors/1/os-extra_specs/a", .status = 404}};
    auto_task struct task task;
    start(&task, script, array_length(script),
          "[{'kind': 'flavor', 'name': 'f', 'extra_specs': {'a': null}}]");
    json_auto_t *result = applied(&task);
    const json_t *entry = json_array_get(json_object_get(result, "resources"), 0);
    assert_true(json_is_false(json_object_get(result, "changed")));
    assert_string_equal(json_string_value(json_object_get(entry, "action")), "unchanged");
    assert_int_equal(json_array_size(json_object_get(entry, "changed_fields")), 0);
}

static void test_apply__a_role_that_a_user_gets__is_a_change(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {
        TOKEN("1"),
        {.when = "GET /v3/domains",
         .body = "{\"domains\": [{\"id\": \"d\", \"name\": \"Default\"}]}"},
        {.when = "GET /v3/users", .body = "{\"users\": [{\"id\": \"u\", \"name\": \"u\"}]}"},
        {.when = "GET /v3/roles", .body = "{\"roles\": [{\"id\": \"r\", \"name\": \"r\"}]}"},
        {.when = "GET /v3/role_assignments", .body = "{\"role_assignments\": []}"},
        {.when = "PUT /v3/system/users/u/roles/r", .status = 204}};
    auto_task struct task task;
    start(&task, script, array_length(script),
          "[{'kind': 'role_assignment', 'user': 'u', 'role': 'r', 'system': 'all'}]");
    json_auto_t *result = applied(&task);
    const json_t *entry = json_array_get(json_object_get(result, "resources"), 0);
    assert_true(json_is_true(json_object_get(result, "changed")));
    assert_string_equal(json_string_value(json_object_get(entry, "action")), "created");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        place_test(test_apply__an_image__is_made_filled_and_looked_at),
        place_test(test_apply__an_upload_that_fails__leaves_no_image),
        place_test(test_apply__an_upload_into_an_image_of_others__leaves_it),
        place_test(test_apply__another_content_in_glance__is_a_failure),
        place_test(test_apply__an_image_that_is_the_file__is_not_touched),
        place_test(test_observe__an_image_that_is_being_uploaded__is_not_touched),
        place_test(test_observe__public_image_of_another_project__is_not_removed),
        place_test(test_observe__projects_that_lose_an_image__are_told),
        place_test(test_apply__a_flavor_made_anew__gets_its_specs_and_replaces_the_old),
        place_test(test_apply__a_refusal__comes_with_a_remedy_and_ends_the_task),
        place_test(test_apply__somebody_was_faster__is_told),
        place_test(test_apply__an_answer_without_an_id__is_a_change_and_a_failure),
        place_test(test_apply__what_somebody_removed_meanwhile__is_no_change),
        place_test(test_apply__a_spec_that_somebody_removed_meanwhile__is_no_change),
        place_test(test_apply__a_role_that_a_user_gets__is_a_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
