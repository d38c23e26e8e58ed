#include "ostack/magnum.h"
#include "unit/ostack/cloudlet.h"

#define LIST "GET /m/v1/clustertemplates"

/* The UUIDs of all templates, joined; owned. */
static char *list(struct cloudlet *cloudlet, struct error **err)
{
    auto_strv struct strv uuids = {0};
    json_auto_t *all = osk_magnum_list(cloudlet->client, err);
    size_t index = 0;
    json_t *item = NULL;
    if (!all)
        return NULL;
    json_array_foreach (all, index, item)
        strv_add(&uuids, json_string_value(json_object_get(item, "uuid")));
    return strv_join(&uuids, " ");
}

static void test_magnum__pages__are_followed_by_their_marker_alone(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {
        TOKEN("1"),
        {.when = LIST "?marker=b ", .body = "{\"clustertemplates\": [{\"uuid\": \"c\"}]}"},
        {.when = LIST " ",
         .body = "{\"clustertemplates\": [{\"uuid\": \"a\"}, {\"uuid\": \"b\"}], \"next\": "
                 "\"http://inner:9/v1/clustertemplates?limit=2&marker=b\"}"}};
    auto_cloudlet struct cloudlet cloudlet;
    cloudlet_start(&cloudlet, script, array_length(script), "{}", NULL);
    auto_free char *uuids = list(&cloudlet, NULL);
    assert_string_equal(uuids, "a b c");
}

static void test_magnum__an_empty_page__ends_the_list_whatever_comes_next(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {
        TOKEN("1"),
        {.when = LIST, .body = "{\"clustertemplates\": [], \"next\": \"http://h/?marker=z\"}"}};
    auto_cloudlet struct cloudlet cloudlet;
    cloudlet_start(&cloudlet, script, array_length(script), "{}", NULL);
    auto_free char *uuids = list(&cloudlet, NULL);
    assert_string_equal(uuids, "");
    assert_int_equal(fake_server_requests(cloudlet.server), 2);
}

static void test_magnum__pages_in_circles__are_an_error(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {
        TOKEN("1"),
        {.when = LIST,
         .body = "{\"clustertemplates\": [{\"uuid\": \"a\"}], \"next\": \"http://h/?marker=a\"}"}};
    auto_cloudlet struct cloudlet cloudlet;
    struct error *err = NULL;
    cloudlet_start(&cloudlet, script, array_length(script), "{}", NULL);
    assert_null(list(&cloudlet, &err));
    assert_error(&err, ERROR_PARSE, "Magnum's list goes in circles: the page behind marker a");
}

static void test_magnum__answers_of_a_wrong_shape__are_errors(void **state)
{
    (void)state;
    static const char *const bodies[] = {"{}", "{\"clustertemplates\": {}}",
                                         "{\"clustertemplates\": [1]}",
                                         "{\"clustertemplates\": [{\"uuid\": null}]}", "[]"};
    for (size_t i = 0; i < array_length(bodies); i++) {
        const struct fake_reply script[] = {TOKEN("1"), {.when = LIST, .body = bodies[i]}};
        auto_cloudlet struct cloudlet cloudlet;
        struct error *err = NULL;
        cloudlet_start(&cloudlet, script, array_length(script), "{}", NULL);
        assert_null(list(&cloudlet, &err));
        assert_error(&err, ERROR_PARSE, "Magnum's answer");
    }
}

static void test_magnum__clusters__are_counted_by_template(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {
        TOKEN("1"),
        {.when = "GET /m/v1/clusters ",
         .body =
             "{\"clusters\": [{\"uuid\": \"1\", \"cluster_template_id\": \"a\"}, {\"uuid\": \"2\", "
             "\"cluster_template_id\": \"a\"}, {\"uuid\": \"3\"}]}"}};
    auto_cloudlet struct cloudlet cloudlet;
    cloudlet_start(&cloudlet, script, array_length(script), "{}", NULL);
    json_auto_t *counts = osk_magnum_references(cloudlet.client, NULL);
    assert_json(counts, "{'a': 2}");
}

static void test_magnum__a_creation__returns_template_and_request(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {TOKEN("1"),
                                               {.when = "POST /m/v1/clustertemplates ",
                                                .status = 201,
                                                .headers =
                                                    "x-openstack-request-id: req-1\r\nLocation: "
                                                    "http://wrong/\r\n",
                                                .body = "{\"uuid\": \"u\", \"name\": \"k\"}"}};
    auto_cloudlet struct cloudlet cloudlet;
    struct osk_change change = {0};
    json_auto_t *body = quoted("{'name': 'a/b'}");
    cloudlet_start(&cloudlet, script, array_length(script), "{}", NULL);
    assert_int_equal(osk_magnum_create(cloudlet.client, body, &change, NULL), 0);
    assert_json(change.template_, "{'uuid': 'u', 'name': 'k'}");
    assert_string_equal(change.request_id, "req-1");
    osk_change_clear(&change);
    auto_free char *request = fake_server_request(cloudlet.server, 1);
    assert_contains(request, "Content-Type: application/json\r\n");
    assert_contains(request, "{\"name\":\"a/b\"}");
}

static void test_magnum__a_patch__goes_to_the_escaped_uuid(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {TOKEN("1"),
                                               {.when = "PATCH", .body = "{\"uuid\": \"u\"}"}};
    auto_cloudlet struct cloudlet cloudlet;
    struct osk_change change = {0};
    json_auto_t *operations = quoted("[{'op': 'remove', 'path': '/tags'}]");
    cloudlet_start(&cloudlet, script, array_length(script), "{}", NULL);
    assert_int_equal(osk_magnum_patch(cloudlet.client, "a/b", operations, &change, NULL), 0);
    osk_change_clear(&change);
    auto_free char *request = fake_server_request(cloudlet.server, 1);
    assert_contains(request, "PATCH /m/v1/clustertemplates/a%2Fb HTTP/1.1");
    assert_contains(request, "[{\"op\":\"remove\",\"path\":\"/tags\"}]");
}

static void test_magnum__an_accepted_change_with_a_broken_answer__says_so(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {TOKEN("1"),
                                               {.when = "POST", .status = 201, .body = "{\"uu"}};
    auto_cloudlet struct cloudlet cloudlet;
    struct osk_change change = {0};
    struct error *err = NULL;
    json_auto_t *body = json_object();
    cloudlet_start(&cloudlet, script, array_length(script), "{}", NULL);
    /* The login is a POST too: the first row serves it. */
    assert_int_equal(osk_magnum_create(cloudlet.client, body, &change, &err), -1);
    assert_error(&err, ERROR_PARSE, "the change was accepted, but the answer cannot be read");
}

static void test_magnum__deletes__tell_deleted_absent_and_refused_apart(void **state)
{
    (void)state;
    static const struct {
        int status;
        const char *body;
        int result;
    } rows[] = {
        {204, "", 1},
        {404, "{\"errors\": [{\"detail\": \"could not be found\"}]}", 0},
        {400,
         "{\"errors\": [{\"detail\": \"ClusterTemplate u is referenced by one or multiple "
         "clusters.\"}]}",
         -1},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        const struct fake_reply script[] = {TOKEN("1"),
                                            {.when = "DELETE /m/v1/clustertemplates/u ",
                                             .status = rows[i].status,
                                             .body = rows[i].body}};
        auto_cloudlet struct cloudlet cloudlet;
        struct osk_change change = {0};
        struct error *err = NULL;
        cloudlet_start(&cloudlet, script, array_length(script), "{}", NULL);
        assert_int_equal(osk_magnum_delete_lookup(cloudlet.client, "u", &change, &err),
                         rows[i].result);
        assert_int_equal(osk_magnum_is_referenced(err), rows[i].result < 0);
        error_clear(&err);
        osk_change_clear(&change);
    }
}

static void test_magnum__tokens_for_other_things_than_projects__are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        const char *error; /* NULL: fine */
    } rows[] = {
        {"{\"token\": {\"system\": {\"all\": true}}}", "Magnum needs a project-scoped token"},
        {"{\"token\": {\"domain\": {\"id\": \"d\"}}}", "this one is for a domain"},
        {"{\"token\": {}}", NULL},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        const struct fake_reply script[] = {{.when = "POST",
                                             .status = 201,
                                             .headers = "X-Subject-Token: t\r\n",
                                             .body = rows[i].body}};
        auto_cloudlet struct cloudlet cloudlet;
        struct error *err = NULL;
        cloudlet_start(&cloudlet, script, 1, "{}", NULL);
        assert_int_equal(osk_magnum_check_scope(cloudlet.client, &err), rows[i].error ? -1 : 0);
        if (rows[i].error)
            assert_error(&err, ERROR_USAGE, rows[i].error);
        assert_int_equal(fake_server_requests(cloudlet.server), 1);
    }
}

static void test_magnum__project_and_roles__come_from_the_token(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {TOKEN("1")};
    auto_cloudlet struct cloudlet cloudlet;
    cloudlet_start(&cloudlet, script, 1, "{}", NULL);
    assert_int_equal(osk_magnum_check_scope(cloudlet.client, NULL), 0);
    assert_string_equal(osk_magnum_project(cloudlet.client), "mine");
    assert_true(osk_magnum_has_role(cloudlet.client, "member"));
    assert_false(osk_magnum_has_role(cloudlet.client, "admin"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        place_test(test_magnum__pages__are_followed_by_their_marker_alone),
        place_test(test_magnum__an_empty_page__ends_the_list_whatever_comes_next),
        place_test(test_magnum__pages_in_circles__are_an_error),
        place_test(test_magnum__answers_of_a_wrong_shape__are_errors),
        place_test(test_magnum__clusters__are_counted_by_template),
        place_test(test_magnum__a_creation__returns_template_and_request),
        place_test(test_magnum__a_patch__goes_to_the_escaped_uuid),
        place_test(test_magnum__an_accepted_change_with_a_broken_answer__says_so),
        place_test(test_magnum__deletes__tell_deleted_absent_and_refused_apart),
        place_test(test_magnum__tokens_for_other_things_than_projects__are_refused),
        place_test(test_magnum__project_and_roles__come_from_the_token),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
