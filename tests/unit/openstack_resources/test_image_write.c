#include "unit/openstack_resources/task.h"

#define ABC_512                                                                                    \
    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3fe" \
    "ebbd454d4423643ce80e2a9ac94fa54ca49f"
#define NO_IMAGE                                                                                   \
    {                                                                                              \
        .when = IMAGES, .times = 1, .body = "{\"images\": []}"                                     \
    }
#define IMAGE_MADE                                                                                 \
    {                                                                                              \
        .when = "POST /i/v2/images", .status = 201, .body = "{\"id\": \"1\", \"name\": \"i\"}"     \
    }

/* Starts with an item for the file "abc" of the sandbox. */
static void start_image(void **state, struct task *task, const struct fake_reply *script,
                        size_t count, const char *more)
{
    sandbox_write(state, "abc", "abc");
    auto_free char *path = sandbox_path(state, "abc");
    auto_free char *items =
        xasprintf("[{'kind': 'image', 'name': 'i', 'file': '%s'%s}]", path, more);
    start(task, script, count, items);
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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
