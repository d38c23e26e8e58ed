#include "unit/openstack_resources/task.h"

#define FLAVOR(MORE)                                                                               \
    {                                                                                              \
        .when = FLAVORS "/detail?is_public=None ",                                                 \
        .body = "{\"flavors\": [{\"id\": \"1\", \"name\": \"f\", \"vcpus\": 1, \"ram\": 1, "       \
                "\"disk\": 1" MORE "}]}"                                                           \
    }
#define PRIVATE ", \"os-flavor-access:is_public\": false, \"rxtx_factor\": 2.0, \"swap\": \"\""
#define MADE                                                                                       \
    {                                                                                              \
        .when = "POST /c/v2.1/flavors ", .body = "{\"flavor\": {\"id\": \"1\", \"name\": \"f\"}}"  \
    }
#define ACCESS FLAVORS "/1/os-flavor-access"
#define ITEM                                                                                       \
    "[{'kind': 'flavor', 'name': 'f', 'vcpus': 2, 'ram': 1, 'disk': 1, 'on_immutable': "           \
    "'recreate'}]"

static void test_flavor__specs__are_set_and_unset(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {
        TOKEN("1"),
        FLAVOR(", \"extra_specs\": {\"a\": \"1\", \"b/c\": \"1\", \"keep\": \"1\"}"),
        {.when = "POST /c/v2.1/flavors/1/os-extra_specs", .body = "{}"},
        {.when = "DELETE /c/v2.1/flavors/1/os-extra_specs", .status = 200}};
    auto_task struct task task;
    start(&task, script, array_length(script),
          "[{'kind': 'flavor', 'name': 'f', 'extra_specs': {'a': 2, 'b/c': null, 'x': null}}]");
    json_auto_t *result = applied(&task);
    assert_true(json_is_true(json_object_get(result, "changed")));
    auto_free char *post = fake_server_request(task.server, 2);
    assert_contains(post, "{\"extra_specs\":{\"a\":\"2\"}}");
    assert_requests(&task, LOGIN ", " FLAVORS
                                 "/detail?is_public=None, POST /c/v2.1/flavors/1/os-extra_specs, "
                                 "DELETE /c/v2.1/flavors/1/os-extra_specs/b%2Fc");
}

static void test_flavor__of_the_chosen_projects__is_made_anew_for_them(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {
        TOKEN("1"),
        FLAVOR(PRIVATE),
        {.when = ACCESS,
         .body = "{\"flavor_access\": [{\"tenant_id\": \"gone\"}, {}, {\"tenant_id\": \"p\"}]}"},
        {.when = "DELETE /c/v2.1/flavors/1 ", .status = 202},
        MADE,
        {.when = "POST /c/v2.1/flavors/1/action", .times = 1, .status = 400},
        {.when = "POST /c/v2.1/flavors/1/action", .body = "{}"}};
    auto_task struct task task;
    start(&task, script, array_length(script), ITEM);
    json_auto_t *result = applied(&task);
    assert_true(json_is_true(json_object_get(result, "changed")));
    const struct strv *warnings = &task.bench.context.warnings;
    assert_int_equal(warnings->count, 1);
    assert_contains(warnings->items[0], "the project gone could use the old flavor, and cannot");
    auto_free char *post = fake_server_request(task.server, 4);
    assert_contains(post, "\"vcpus\":2");
    assert_contains(post, "\"os-flavor-access:is_public\":false");
    assert_contains(post, "\"rxtx_factor\":2.0");
    assert_lacks(post, "swap");
    auto_free char *action = fake_server_request(task.server, 6);
    assert_contains(action, "{\"addTenantAccess\":{\"tenant\":\"p\"}}");
}

/* The task fails with KIND and TEXT; its flavor is CHANGED all the same, or not. */
static void assert_fails(struct task *task, enum error_kind kind, const char *text, bool changed)
{
    struct error *err = NULL;
    assert_int_equal(resources_apply(task->bench.all, &err), -1);
    assert_error(&err, kind, text);
    assert_int_equal(task->bench.all->items[0].changed, changed);
}

static void test_flavor__whose_projects_cannot_be_read__is_left(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {
        TOKEN("1"), FLAVOR(PRIVATE), {.when = ACCESS, .status = 403}};
    auto_task struct task task;
    start(&task, script, array_length(script), ITEM);
    assert_fails(&task, ERROR_AUTH, "Nova answered 403", false);
    assert_requests(&task, LOGIN ", " FLAVORS "/detail?is_public=None, " ACCESS);
}

/* The old one is gone: that is a change, and has to be told. */
static void test_flavor__that_cannot_be_made_anew__is_a_change_and_a_failure(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {TOKEN("1"),
                                               FLAVOR(""),
                                               {.when = "DELETE /c/v2.1/flavors/1 ", .status = 202},
                                               {.when = "POST /c/v2.1/flavors ", .status = 500}};
    auto_task struct task task;
    start(&task, script, array_length(script), ITEM);
    assert_fails(&task, ERROR_STATUS, "the old flavor was deleted, and the new one is not complete",
                 true);
}

#define SPECS ", \"extra_specs\": {\"a\": \"1\"}"

/* Nobody but the task knows what the old one was. */
static void test_flavor__whose_successor_nova_refuses__is_made_again(void **state)
{
    (void)state;
    static const struct {
        int made;  /* the answer to the new one */
        int specs; /* to its specs */
        size_t again;
        const char *requests;
    } rows[] = {
        {400, 200, 5,
         "DELETE /c/v2.1/flavors/1, POST /c/v2.1/flavors, DELETE /c/v2.1/flavors/1, POST "
         "/c/v2.1/flavors, POST /c/v2.1/flavors/1/os-extra_specs"},
        {200, 400, 6,
         "DELETE /c/v2.1/flavors/1, POST /c/v2.1/flavors, POST /c/v2.1/flavors/1/os-extra_specs, "
         "DELETE /c/v2.1/flavors/1, POST /c/v2.1/flavors, POST /c/v2.1/flavors/1/os-extra_specs"},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        struct fake_reply first = MADE;
        first.times = 1;
        first.status = rows[i].made;
        const struct fake_reply script[] = {
            TOKEN("1"),
            FLAVOR(SPECS),
            {.when = "DELETE /c/v2.1/flavors/1 ", .status = 202},
            first,
            MADE,
            {.when = "POST /c/v2.1/flavors/1/os-extra_specs",
             .times = rows[i].specs == 400,
             .status = rows[i].specs},
            {.when = "POST /c/v2.1/flavors/1/os-extra_specs", .body = "{}"}};
        auto_task struct task task;
        start(&task, script, array_length(script), ITEM);
        assert_fails(&task, ERROR_STATUS, "(the old flavor was made again)", false);
        auto_free char *wanted =
            xasprintf(LOGIN ", " FLAVORS "/detail?is_public=None, %s", rows[i].requests);
        assert_requests(&task, wanted);
        auto_free char *post = fake_server_request(task.server, rows[i].again);
        auto_free char *specs = fake_server_request(task.server, rows[i].again + 1);
        assert_contains(post, "\"vcpus\":1");
        assert_contains(specs, "{\"extra_specs\":{\"a\":\"1\"}}");
    }
}

static void test_flavor__that_cannot_be_deleted__is_no_change(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {
        TOKEN("1"), FLAVOR(""), {.when = "DELETE /c/v2.1/flavors/1 ", .status = 403}};
    auto_task struct task task;
    start(&task, script, array_length(script), ITEM);
    assert_fails(&task, ERROR_AUTH, "Nova answered 403", false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        place_test(test_flavor__specs__are_set_and_unset),
        place_test(test_flavor__of_the_chosen_projects__is_made_anew_for_them),
        place_test(test_flavor__whose_projects_cannot_be_read__is_left),
        place_test(test_flavor__that_cannot_be_made_anew__is_a_change_and_a_failure),
        place_test(test_flavor__whose_successor_nova_refuses__is_made_again),
        place_test(test_flavor__that_cannot_be_deleted__is_no_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
