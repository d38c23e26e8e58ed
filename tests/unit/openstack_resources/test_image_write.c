#include <unistd.h>

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

#define IMAGE(MORE)                                                                                \
    "{\"id\": \"1\", \"name\": \"i\", \"owner\": \"mine\", \"status\": \"active\", "               \
    "\"visibility\": \"private\", \"container_format\": \"bare\"" MORE "}"
#define THERE(MORE)                                                                                \
    {                                                                                              \
        .when = IMAGES "?", .body = "{\"images\": [" IMAGE(MORE) "]}"                              \
    }
#define SENT(ID)                                                                                   \
    {.when = "PUT /i/v2/images/" ID "/file", .status = 204},                                       \
    {                                                                                              \
        .when = IMAGES "/" ID,                                                                     \
        .body = "{\"id\": \"" ID "\", \"status\": \"active\", "                                    \
                "\"os_hash_algo\": \"sha512\", \"os_hash_value\": \"" ABC_512 "\"}"                \
    }

static void test_update__an_image__is_patched_where_it_differs(void **state)
{
    (void)state;
    static const struct fake_reply script[] = {
        TOKEN("1"),
        THERE(", \"drop\": \"1\", \"a/b~c\": \"1\", \"same\": \"1\""),
        {.when = "PATCH /i/v2/images/1", .body = IMAGE("")}};
    auto_task struct task task;
    start(&task, script, array_length(script),
          "[{'kind': 'image', 'name': 'i', 'min_ram': 5, 'properties': {'drop': null, 'a/b~c': 2, "
          "'new': true, 'same': 1, 'never': null}}]");
    json_auto_t *result = applied(&task);
    auto_free char *patch = fake_server_request(task.server, 2);
    assert_contains(patch, "Content-Type: application/openstack-images-v2.1-json-patch\r\n");
    assert_contains(patch, "{\"op\":\"add\",\"path\":\"/min_ram\",\"value\":5}");
    assert_contains(patch, "{\"op\":\"remove\",\"path\":\"/drop\"}");
    assert_contains(patch, "{\"op\":\"replace\",\"path\":\"/a~1b~0c\",\"value\":\"2\"}");
    assert_contains(patch, "{\"op\":\"add\",\"path\":\"/new\",\"value\":\"true\"}");
    assert_lacks(patch, "same");
    assert_lacks(patch, "never");
    assert_true(json_is_true(json_object_get(result, "changed")));
}

#define OLD                                                                                        \
    THERE(", \"protected\": true, \"os_hash_algo\": \"sha512\", \"os_hash_value\": \"00\", "       \
          "\"os_distro\": \"u\", \"drop\": \"1\", \"tags\": [\"gold\"], \"img_signature\": \"x\"")
#define NEW_MADE                                                                                   \
    {                                                                                              \
        .when = "POST /i/v2/images", .status = 201, .body = "{\"id\": \"2\", \"name\": \"i\"}"     \
    }
#define ON_DIFFERENT ", 'on_different': 'replace', 'properties': {'drop': null, 'new': '1'}"

static void test_replace__an_image__comes_before_the_old_one_goes(void **state)
{
    static const struct fake_reply script[] = {
        TOKEN("1"),
        OLD,
        NEW_MADE,
        SENT("2"),
        {.when = "PATCH /i/v2/images/2", .body = "{\"id\": \"2\"}"},
        {.when = "PATCH /i/v2/images/1", .body = "{\"id\": \"1\"}"},
        {.when = "DELETE /i/v2/images/1", .status = 204}};
    auto_task struct task task;
    start_image(state, &task, script, array_length(script), ON_DIFFERENT);
    json_auto_t *result = applied(&task);
    const json_t *entry = json_array_get(json_object_get(result, "resources"), 0);
    assert_string_equal(json_string_value(json_object_get(entry, "action")), "recreated");
    assert_string_equal(json_string_value(json_object_get(entry, "id")), "2");
    assert_requests(&task, LOGIN ", " IMAGES "?name=eq%3Ai, POST /i/v2/images, PUT "
                                 "/i/v2/images/2/file, " IMAGES "/2, PATCH /i/v2/images/2, PATCH "
                                 "/i/v2/images/1, DELETE /i/v2/images/1");
    auto_free char *post = fake_server_request(task.server, 2);
    assert_contains(post, "\"os_distro\":\"u\"");
    assert_contains(post, "\"new\":\"1\"");
    assert_contains(post, "\"tags\":[\"gold\"]");
    assert_lacks(post, "drop");
    assert_lacks(post, "protected");
    assert_lacks(post, "img_signature");
}

/* Both are there then, and the result names the new one. */
static void test_replace__an_old_image_that_stays__is_a_change_and_a_failure(void **state)
{
    static const struct {
        int patched;
        int deleted;
    } rows[] = {{403, 204}, {200, 409}};
    for (size_t i = 0; i < array_length(rows); i++) {
        const struct fake_reply script[] = {
            TOKEN("1"),
            OLD,
            NEW_MADE,
            SENT("2"),
            {.when = "PATCH /i/v2/images/2", .body = "{\"id\": \"2\"}"},
            {.when = "PATCH /i/v2/images/1", .status = rows[i].patched, .body = "{\"id\": \"1\"}"},
            {.when = "DELETE /i/v2/images/1", .status = rows[i].deleted}};
        struct error *err = NULL;
        auto_task struct task task;
        start_image(state, &task, script, array_length(script), ON_DIFFERENT);
        assert_int_equal(resources_apply(task.bench.all, &err), -1);
        assert_error(&err, i == 0 ? ERROR_AUTH : ERROR_CONFLICT,
                     "the new image 2 was made, but the old one, 1, could not be removed");
        assert_true(task.bench.all->items[0].changed);
        assert_string_equal(resource_id(&task.bench.all->items[0]), "2");
    }
}

static void test_replace__a_new_image_that_fails__leaves_the_old_one(void **state)
{
    static const struct fake_reply script[] = {TOKEN("1"),
                                               OLD,
                                               NEW_MADE,
                                               {.when = "PUT /i/v2/images/2/file", .status = 413},
                                               {.when = "DELETE /i/v2/images/2", .status = 204}};
    struct error *err = NULL;
    auto_task struct task task;
    start_image(state, &task, script, array_length(script), ON_DIFFERENT);
    assert_int_equal(resources_apply(task.bench.all, &err), -1);
    assert_error(&err, ERROR_STATUS, "the unfinished image 2 was removed");
    assert_false(task.bench.all->items[0].changed);
}

static void test_create__an_image_that_cannot_be_taken_back__is_told(void **state)
{
    static const struct fake_reply script[] = {
        TOKEN("1"), NO_IMAGE, IMAGE_MADE, {.when = "DELETE /i/v2/images/1", .status = 403}};
    struct error *err = NULL;
    auto_task struct task task;
    start_image(state, &task, script, array_length(script), "");
    auto_free char *path = sandbox_path(state, "abc");
    assert_int_equal(unlink(path), 0); /* after it was hashed */
    assert_int_equal(resources_apply(task.bench.all, &err), -1);
    assert_contains(err->message, "abc cannot be opened");
    assert_error(&err, ERROR_IO, "the unfinished image 1 could not be removed: ");
    assert_true(task.bench.all->items[0].changed);
}

static void test_create__a_protected_image__is_protected_when_all_is_done(void **state)
{
    static const struct fake_reply script[] = {
        TOKEN("1"),
        NO_IMAGE,
        IMAGE_MADE,
        SENT("1"),
        {.when = "PATCH /i/v2/images/1", .body = "{\"id\": \"1\", \"protected\": true}"}};
    auto_task struct task task;
    start_image(state, &task, script, array_length(script), ", 'protected': true");
    json_auto_t *result = applied(&task);
    assert_true(json_is_true(json_object_get(result, "changed")));
    auto_free char *post = fake_server_request(task.server, 2);
    auto_free char *patch = fake_server_request(task.server, 5);
    assert_lacks(post, "protected");
    assert_contains(patch, "[{\"op\":\"replace\",\"path\":\"/protected\",\"value\":true}]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        place_test(test_apply__an_image__is_made_filled_and_looked_at),
        place_test(test_apply__an_upload_that_fails__leaves_no_image),
        place_test(test_apply__an_upload_into_an_image_of_others__leaves_it),
        place_test(test_apply__another_content_in_glance__is_a_failure),
        place_test(test_apply__an_image_that_is_the_file__is_not_touched),
        place_test(test_update__an_image__is_patched_where_it_differs),
        place_test(test_replace__an_image__comes_before_the_old_one_goes),
        place_test(test_replace__an_old_image_that_stays__is_a_change_and_a_failure),
        place_test(test_replace__a_new_image_that_fails__leaves_the_old_one),
        place_test(test_create__an_image_that_cannot_be_taken_back__is_told),
        place_test(test_create__a_protected_image__is_protected_when_all_is_done),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
