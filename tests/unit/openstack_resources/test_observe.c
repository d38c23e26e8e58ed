#include "unit/openstack_resources/task.h"

#define TRY "POST /v3/auth/tokens?nocatalog "
#define DOMAINS                                                                                    \
    {                                                                                              \
        .when = "GET /v3/domains ",                                                                \
        .body = "{\"domains\": [{\"id\": \"default\", \"name\": \"Default\"}]}"                    \
    }
#define USER(MORE)                                                                                 \
    {                                                                                              \
        .when = "GET /v3/users?", .body = "{\"users\": [{\"id\": \"u1\", \"name\": \"u\", "        \
                                          "\"domain_id\": \"default\"" MORE "}]}"                  \
    }
#define PROJECTS                                                                                   \
    {                                                                                              \
        .when = "GET /v3/projects?", .body = "{\"projects\": [{\"id\": \"p1\", \"name\": \"p\", "  \
                                             "\"domain_id\": \"default\"}]}"                       \
    }

/* What the item of TASK would change, joined; owned. */
static char *differing(const struct task *task)
{
    auto_strv struct strv names = {0};
    const char *name = NULL;
    json_t *change = NULL;
    json_object_foreach (task->bench.all->items[0].differences, name, change)
        strv_add(&names, name);
    return strv_join(&names, " ");
}

static void test_observe__a_password__is_tried_where_that_can_tell(void **state)
{
    (void)state;
    static const struct {
        struct fake_reply user;
        const char *more;
        int status; /* of the try; 0: there is none */
        const char *differing;
        size_t warnings;
    } rows[] = {
        {USER(""), "", 201, "", 0},
        {USER(""), "", 401, "password", 0},
        {USER(""), ", 'update_password': 'on_create'", 0, "", 0},
        {USER(", \"enabled\": false"), "", 0, "", 1},
        {USER(", \"enabled\": false"), ", 'enabled': true", 0, "password enabled", 0},
        {USER(", \"enabled\": false"), ", 'enabled': true, 'update_password': 'on_create'", 0,
         "enabled", 0},
        {USER(", \"enabled\": true"), ", 'enabled': false", 201, "enabled", 0},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        const struct fake_reply script[] = {{.when = TRY,
                                             .status = rows[i].status,
                                             .headers = "X-Subject-Token: t\r\n",
                                             .body = "{}"},
                                            TOKEN("1"),
                                            DOMAINS,
                                            rows[i].user};
        auto_task struct task task;
        auto_free char *items =
            xasprintf("[{'kind': 'user', 'name': 'u', 'password': 'pw'%s}]", rows[i].more);
        start(&task, script, array_length(script), items);
        auto_free char *names = differing(&task);
        assert_string_equal(names, rows[i].differing);
        assert_int_equal(task.bench.context.warnings.count, rows[i].warnings);
        assert_int_equal(fake_server_requests(task.server), rows[i].status ? 4 : 3);
    }
}

/* Keystone answers as to a wrong password. */
static void test_observe__a_password_in_a_disabled_domain__is_not_tried(void **state)
{
    (void)state;
    static const struct {
        const char *domain; /* what its item says; NULL: there is none */
        const char *user;   /* what Keystone says more of the user */
        const char *more;
        const char *differing;
        size_t warnings;
    } rows[] = {
        {NULL, "", "", "", 1},
        {NULL, ", \"enabled\": false", ", 'enabled': true", "enabled", 1},
        {"", "", "", "", 1},
        {", 'enabled': false", "", "", "", 1},
        {", 'enabled': true", "", "", "password", 0},
        {", 'enabled': true", ", \"enabled\": false", "", "", 1},
        {", 'enabled': true", ", \"enabled\": false", ", 'enabled': true", "password enabled", 0},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_free char *user = xasprintf("{\"users\": [{\"id\": \"u1\", \"name\": \"u\", "
                                         "\"domain_id\": \"d1\"%s}]}",
                                         rows[i].user);
        const struct fake_reply script[] = {
            TOKEN("1"),
            {.when = "GET /v3/domains ",
             .body = "{\"domains\": [{\"id\": \"d1\", \"name\": \"d\", \"enabled\": false}]}"},
            {.when = "GET /v3/users?", .body = user}};
        auto_task struct task task;
        auto_free char *domain =
            rows[i].domain ? xasprintf(", {'kind': 'domain', 'name': 'd'%s}", rows[i].domain)
                           : xstrdup("");
        auto_free char *items =
            xasprintf("[{'kind': 'user', 'name': 'u', 'domain': 'd', 'password': 'pw'%s}%s]",
                      rows[i].more, domain);
        start(&task, script, array_length(script), items);
        auto_free char *names = differing(&task);
        assert_string_equal(names, rows[i].differing);
        assert_int_equal(task.bench.context.warnings.count, rows[i].warnings);
        assert_int_equal(fake_server_requests(task.server), 3);
    }
}

static void test_observe__a_try_that_keystone_cannot_answer__ends_the_task(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {
        {.when = TRY, .status = 500}, TOKEN("1"), DOMAINS, USER("")};
    struct error *err = NULL;
    auto_task struct task task;
    assert_int_equal(task_start(&task, script, array_length(script),
                                "[{'kind': 'user', 'name': 'u', 'password': 'pw'}]", &err),
                     -1);
    assert_error(&err, ERROR_STATUS, "Keystone answered 500");
}

static void test_observe__the_default_project__is_compared_by_its_id(void **state)
{
    (void)state;
    static const struct {
        struct fake_reply user;
        const char *differing;
    } rows[] = {{USER(", \"default_project_id\": \"p1\""), ""},
                {USER(", \"default_project_id\": \"p2\""), "default_project"},
                {USER(""), "default_project"}};
    for (size_t i = 0; i < array_length(rows); i++) {
        const struct fake_reply script[] = {
            TOKEN("1"),
            DOMAINS,
            PROJECTS,
            rows[i].user,
            {.when = "PATCH /v3/users/u1", .body = "{\"user\": {\"id\": \"u1\"}}"}};
        auto_task struct task task;
        start(&task, script, array_length(script),
              "[{'kind': 'user', 'name': 'u', 'default_project': 'p'}]");
        auto_free char *names = differing(&task);
        assert_string_equal(names, rows[i].differing);
        json_auto_t *result = applied(&task);
        bool changed = json_is_true(json_object_get(result, "changed"));
        assert_int_equal(changed, *rows[i].differing != '\0');
        auto_free char *patch = fake_server_request(task.server, 4);
        if (changed)
            assert_contains(patch, "{\"user\":{\"default_project_id\":\"p1\"}}");
    }
}

static void test_observe__endpoints__are_those_of_the_service(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {
        TOKEN("1"),
        {.when = "GET /v3/services",
         .body = "{\"services\": [{\"id\": \"s1\", \"name\": \"a\", \"type\": \"t\"}, {\"id\": "
                 "\"s2\", \"name\": \"b\", \"type\": \"u\"}]}"},
        {.when = "GET /v3/endpoints",
         .body = "{\"endpoints\": [{\"id\": \"e1\", \"service_id\": \"s2\", \"interface\": "
                 "\"public\", \"region_id\": \"R\", \"url\": \"http://b\"}, {\"id\": \"e2\", "
                 "\"service_id\": \"s1\", \"interface\": \"admin\", \"region_id\": \"R\", "
                 "\"url\": \"http://a\"}, {\"id\": \"e3\", \"service_id\": \"s1\", "
                 "\"interface\": \"public\", \"region_id\": \"R\", \"url\": \"http://c\"}]}"},
        {.when = "PATCH /v3/endpoints/e3", .body = "{\"endpoint\": {\"id\": \"e3\"}}"}};
    auto_task struct task task;
    start(&task, script, array_length(script),
          "[{'kind': 'endpoint', 'service': 't', 'interface': 'public', 'region': 'R', 'url': "
          "'http://d'}, {'kind': 'endpoint', 'service': 'b', 'state': 'info'}]");
    assert_string_equal(resource_id(&task.bench.all->items[0]), "e3");
    assert_int_equal(json_array_size(task.bench.all->items[1].objects), 1);
    json_auto_t *result = applied(&task);
    auto_free char *patch = fake_server_request(task.server, 3);
    assert_contains(patch, "{\"endpoint\":{\"url\":\"http://d\"}}");
    assert_true(json_is_true(json_object_get(result, "changed")));
}

/* Of the region and of what the catalog says, whatever its shape. */
static void test_result__the_catalog__is_that_of_the_region(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {
        {.when = LOGIN,
         .status = 201,
         .headers = "X-Subject-Token: t\r\n",
         .body = "{\"token\": {\"catalog\": [{\"type\": \"image\", \"endpoints\": [{\"interface\": "
                 "\"public\", \"region_id\": \"A\", \"url\": \"http://a\"}, {\"interface\": "
                 "\"internal\", \"region_id\": \"B\", \"url\": \"http://b\"}, {\"url\": 1}]}, "
                 "{\"type\": \"empty\", \"endpoints\": []}, {\"endpoints\": 1}]}}"}};
    static const struct {
        const char *region;
        const char *catalog;
    } rows[] = {{"", "{'image': {'public': 'http://a', 'internal': 'http://b'}}"},
                {"B", "{'image': {'internal': 'http://b'}}"},
                {"C", "{}"}};
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_task struct task task;
        start(&task, script, array_length(script), "[]");
        json_object_set_new(task.bench.all->cloud.config, "region_name",
                            json_string(rows[i].region));
        json_auto_t *result = applied(&task);
        assert_json(json_object_get(result, "catalog"), rows[i].catalog);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        place_test(test_observe__a_password__is_tried_where_that_can_tell),
        place_test(test_observe__a_password_in_a_disabled_domain__is_not_tried),
        place_test(test_observe__a_try_that_keystone_cannot_answer__ends_the_task),
        place_test(test_observe__the_default_project__is_compared_by_its_id),
        place_test(test_observe__endpoints__are_those_of_the_service),
        place_test(test_result__the_catalog__is_that_of_the_region),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
