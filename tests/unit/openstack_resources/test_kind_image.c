#include "unit/openstack_resources/task.h"

#define ABC_256     "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define ZERO_256    "0000000000000000000000000000000000000000000000000000000000000000"
#define NOTED(HASH) ", \"owner_specified.openstack.sha256\": \"" HASH "\""

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
        .when = IMAGES "?", .body =                                                                \
                                "{\"images\": [{\"id\": \"1\", \"name\": \"i\", \"owner\": "       \
                                "\"mine\", \"status\": \"active\", \"visibility\": "               \
                                "\"shared\", \"disk_format\": \"" FORMAT "\"" NOTED(ABC_256) "}]}" \
    }

/* They are told before the image is replaced, also in check mode. */
static void test_observe__projects_that_lose_an_image__are_told(void **state)
{
    sandbox_write(state, "abc", "abc");
    auto_free char *path = sandbox_path(state, "abc");
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
            xasprintf("[{'kind': 'image', 'name': 'i', 'file': '%s', 'disk_format': 'iso', "
                      "'on_different': 'replace'%s}]",
                      path, rows[i].more);
        start(&task, script, array_length(script), items);
        const struct strv *warnings = &task.bench.context.warnings;
        assert_int_equal(warnings->count, rows[i].told ? 1 : 0);
        if (rows[i].told)
            assert_contains(warnings->items[0], rows[i].told);
    }
}

static void test_observe__an_image_to_replace_without_a_file__is_refused(void **state)
{
    static const struct fake_reply script[] = {TOKEN("1"), SHARED("raw")};
    struct error *err = NULL;
    auto_task struct task task;
    (void)state;
    assert_int_equal(task_start(&task, script, array_length(script),
                                "[{'kind': 'image', 'name': 'i', 'disk_format': 'iso', "
                                "'on_different': 'replace'}]",
                                &err),
                     -1);
    assert_error(&err, ERROR_USAGE,
                 "resources[0].file (image \"i\"): it is missing, and the image");
}

/* What is known of the content tells that it is the same; the file is sent all the same. */
static void test_observe__a_file_for_another_format_alone__is_read_first(void **state)
{
    static const struct fake_reply script[] = {
        TOKEN("1"), SHARED("raw"), {.when = IMAGES "/1/members", .body = "{\"members\": []}"}};
    static const struct {
        const char *file;
        const char *error; /* NULL: none */
    } rows[] = {{"abc", NULL}, {"gone", "gone cannot be opened"}, {"other", "damaged or another"}};
    sandbox_write(state, "abc", "abc");
    sandbox_write(state, "other", "other");
    for (size_t i = 0; i < array_length(rows); i++) {
        struct error *err = NULL;
        auto_task struct task task;
        auto_free char *path = sandbox_path(state, rows[i].file);
        auto_free char *items =
            xasprintf("[{'kind': 'image', 'name': 'i', 'file': '%s', 'disk_format': 'iso', "
                      "'on_different': 'replace', 'checksum': 'sha256:" ABC_256 "'}]",
                      path);
        int result = task_start(&task, script, array_length(script), items, &err);
        if (rows[i].error)
            assert_contains(err ? err->message : "", rows[i].error);
        assert_int_equal(result, rows[i].error ? -1 : 0);
        assert_int_equal(task.bench.all->items[0].content.read, !rows[i].error);
        error_clear(&err);
    }
}

/* The file "abc" of the sandbox, or one that is not there, against an image of which Glance keeps
 * what HAS says. */
static void test_observe__a_content__is_judged_by_what_is_known_of_both(void **state)
{
    static const struct {
        const char *has;
        const char *more;
        bool file; /* there is one */
        bool differs;
        const char *error; /* NULL: none */
    } rows[] = {
        {", \"os_hash_algo\": \"sha256\", \"os_hash_value\": \"" ABC_256 "\"", "", true, false,
         NULL},
        {", \"os_hash_algo\": \"sha256\", \"os_hash_value\": \"" ZERO_256 "\"", "", true, true,
         NULL},
        /* another algorithm of Glance: what was noted beside it counts */
        {", \"os_hash_algo\": \"md5\", \"os_hash_value\": \"0\"" NOTED(ABC_256), "", true, false,
         NULL},
        {NOTED(ZERO_256), "", true, true, NULL},
        /* nothing is known: that is no reason to call it the same */
        {"", "", true, true, NULL},
        {NOTED(ABC_256), ", 'checksum': 'sha256:" ABC_256 "'", false, false, NULL},
        {NOTED(ZERO_256), ", 'checksum': 'sha256:" ABC_256 "'", true, true, NULL},
        {NOTED(ZERO_256), ", 'checksum': 'sha256:" ABC_256 "'", false, false,
         "resources[0].file (image \"i\")"},
        {NOTED(ABC_256), ", 'checksum': 'sha256:" ZERO_256 "'", true, false,
         "damaged or another file"},
    };
    sandbox_write(state, "abc", "abc");
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_free char *body =
            xasprintf("{\"images\": [{\"id\": \"1\", \"name\": \"i\", \"owner\": \"mine\", "
                      "\"status\": \"active\"%s}]}",
                      rows[i].has);
        const struct fake_reply script[] = {TOKEN("1"), {.when = IMAGES, .body = body}};
        struct error *err = NULL;
        auto_task struct task task;
        auto_free char *path = sandbox_path(state, rows[i].file ? "abc" : "gone");
        auto_free char *items = xasprintf("[{'kind': 'image', 'name': 'i', 'file': '%s', "
                                          "'on_different': 'replace'%s}]",
                                          path, rows[i].more);
        int result = task_start(&task, script, array_length(script), items, &err);
        if (rows[i].error) {
            if (result == 0)
                fail_msg("row %zu is not refused", i);
            assert_contains(err->message, rows[i].error);
        } else if (result < 0) {
            fail_msg("row %zu: %s", i, err->message);
        } else if (task.bench.all->items[0].content_differs != rows[i].differs) {
            fail_msg("row %zu", i);
        }
        error_clear(&err);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        place_test(test_observe__an_image_that_is_being_uploaded__is_not_touched),
        place_test(test_observe__public_image_of_another_project__is_not_removed),
        place_test(test_observe__projects_that_lose_an_image__are_told),
        place_test(test_observe__an_image_to_replace_without_a_file__is_refused),
        place_test(test_observe__a_file_for_another_format_alone__is_read_first),
        place_test(test_observe__a_content__is_judged_by_what_is_known_of_both),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
