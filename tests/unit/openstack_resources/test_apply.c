#include "unit/openstack_resources/task.h"

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

static void test_apply__a_domain_that_is_enabled__is_disabled_and_deleted(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {
        TOKEN("1"),
        {.when = "GET /v3/domains",
         .body = "{\"domains\": [{\"id\": \"1\", \"name\": \"a\", \"enabled\": true}, {\"id\": "
                 "\"2\", \"name\": \"b\", \"enabled\": false}, {\"id\": \"3\", \"name\": \"c\", "
                 "\"enabled\": true}]}"},
        {.when = "PATCH /v3/domains/3", .status = 403},
        {.when = "PATCH /v3/domains/1", .body = "{\"domain\": {\"id\": \"1\"}}"},
        {.when = "DELETE /v3/domains/", .status = 204}};
    struct error *err = NULL;
    auto_task struct task task;
    start(&task, script, array_length(script),
          "[{'kind': 'domain', 'name': 'c', 'state': 'absent'}, {'kind': 'domain', 'name': 'b', "
          "'state': 'absent'}, {'kind': 'domain', 'name': 'a', 'state': 'absent'}]");
    assert_int_equal(resources_apply(task.bench.all, &err), -1);
    assert_error(&err, ERROR_AUTH, "resources[0] (domain \"c\")");
    assert_requests(&task, LOGIN ", GET /v3/domains, PATCH /v3/domains/1, DELETE /v3/domains/1, "
                                 "DELETE /v3/domains/2, PATCH /v3/domains/3");
    auto_free char *patch = fake_server_request(task.server, 2);
    assert_contains(patch, "{\"domain\":{\"enabled\":false}}");
}

#define ASSIGNED(SCOPE)                                                                            \
    "{\"role\": {\"id\": \"r\"}, \"user\": {\"id\": \"u\"}, \"scope\": {" SCOPE "}}"

/* What a group or a parent project hands down is not the user's own. */
static void test_apply__a_role_that_a_user_has__is_taken_in_its_place_alone(void **state)
{
    (void)state;
    static const struct {
        const char *scope;
        const char *path; /* of the DELETE; NULL: there is nothing to delete */
    } rows[] = {
        {"'project': 'p'", "/v3/projects/p/users/u/roles/r"},
        {"'domain': 'Default'", "/v3/domains/d/users/u/roles/r"},
        {"'system': 'all'", "/v3/system/users/u/roles/r"},
        {"'project': 'q'", NULL},
    };
    static const struct fake_reply script[] = {
        TOKEN("1"),
        {.when = "GET /v3/domains",
         .body = "{\"domains\": [{\"id\": \"d\", \"name\": \"Default\"}]}"},
        {.when = "GET /v3/users", .body = "{\"users\": [{\"id\": \"u\", \"name\": \"u\"}]}"},
        {.when = "GET /v3/projects",
         .body = "{\"projects\": [{\"id\": \"p\", \"name\": \"p\"}, {\"id\": \"q\", \"name\": "
                 "\"q\"}]}"},
        {.when = "GET /v3/roles", .body = "{\"roles\": [{\"id\": \"r\", \"name\": \"r\"}]}"},
        {.when = "GET /v3/role_assignments?user.id=u",
         .body = "{\"role_assignments\": [" ASSIGNED("\"project\": {\"id\": \"p\"}") ", " ASSIGNED(
             "\"d"
             "oma"
             "in"
             "\":"
             " {"
             "\"i"
             "d\""
             ": "
             "\"d"
             "\""
             "}") ", " ASSIGNED("\"system\": {\"all\": true}") ", " ASSIGNED("\"project\": "
                                                                             "{\"id\": \"q\"}, "
                                                                             "\"OS-INHERIT:"
                                                                             "inherited_to\": "
                                                                             "\"projects\"") "]}"},
        {.when = "DELETE ", .status = 204}};
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_task struct task task;
        auto_free char *items =
            xasprintf("[{'kind': 'role_assignment', 'user': 'u', 'role': 'r', %s, 'state': "
                      "'absent'}]",
                      rows[i].scope);
        start(&task, script, array_length(script), items);
        json_auto_t *result = applied(&task);
        assert_int_equal(json_is_true(json_object_get(result, "changed")), rows[i].path != NULL);
        size_t count = fake_server_requests(task.server);
        auto_free char *last = fake_server_request(task.server, count - 1);
        auto_free char *wanted = xasprintf("DELETE %s ", rows[i].path ? rows[i].path : "");
        assert_int_equal(str_starts_with(last, wanted), rows[i].path != NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        place_test(test_apply__a_flavor_made_anew__gets_its_specs_and_replaces_the_old),
        place_test(test_apply__a_refusal__comes_with_a_remedy_and_ends_the_task),
        place_test(test_apply__somebody_was_faster__is_told),
        place_test(test_apply__an_answer_without_an_id__is_a_change_and_a_failure),
        place_test(test_apply__what_somebody_removed_meanwhile__is_no_change),
        place_test(test_apply__a_spec_that_somebody_removed_meanwhile__is_no_change),
        place_test(test_apply__a_role_that_a_user_gets__is_a_change),
        place_test(test_apply__a_domain_that_is_enabled__is_disabled_and_deleted),
        place_test(test_apply__a_role_that_a_user_has__is_taken_in_its_place_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
