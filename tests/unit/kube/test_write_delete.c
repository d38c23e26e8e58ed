#include "kube/write_priv.h"

#include "json/js_get.h"
#include "unit/kube/replies.h"

#define DELETED                                                                                    \
    {                                                                                              \
        .when = "DELETE " WRITING_PATH, .body = "{\"kind\":\"Status\",\"status\":\"Success\"}"     \
    }
#define OTHER_UID(TEXT)                                                                            \
    {                                                                                              \
        .when = "DELETE " WRITING_PATH, .status = 409,                                             \
        .body = WRITING_REFUSAL("409", "Conflict",                                                 \
                                "Operation cannot be fulfilled on configmaps \\\"a\\\": " TEXT)    \
    }
#define IN_STORAGE  "Precondition failed: UID in precondition: u-1, UID in object meta: u-2"
#define IN_REGISTRY "the UID in the precondition (u-1) does not match the UID in record (u-2)"

static void test_delete__answer_lost_and_made_anew__is_deleted(maybe_unused void **state)
{
    const struct fake_reply scripts[][4] = {
        {WRITING_SERVES, THERE(OLD), LOST("DELETE"), OTHER_UID(IN_STORAGE)},
        {WRITING_SERVES, THERE(OLD), LOST("DELETE"), OTHER_UID(IN_REGISTRY)},
    };
    static const char *const options[] = {NULL, "{'preconditions':{'uid':'u-1'}}"};
    for (size_t i = 0; i < array_length(scripts); i++) {
        struct writing writing;
        writing_init(&writing);
        json_auto_t *given = options[i] ? json_from(options[i]) : NULL;
        writing.options.delete_options = given;
        writing_go(&writing, scripts[i], array_length(scripts[i]), KUBE_DELETE);
        assert_null(writing.write->error);
        assert_true(writing.write->changed);
        assert_int_equal(writing_count(&writing, "DELETE"), 2);
        assert_int_equal(writing_count(&writing, "GET"), 1);
        writing_end(&writing);
    }
}

static void
test_delete__replaced_since_it_was_seen__what_is_there_now_goes(maybe_unused void **state)
{
    struct fake_reply refused = OTHER_UID(IN_STORAGE);
    refused.times = 1;
    const struct fake_reply script[] = {WRITING_SERVES, THERE_ONCE(OLD), THERE(NEW), refused,
                                        DELETED};
    struct writing writing;
    writing_init(&writing);
    writing_go(&writing, script, array_length(script), KUBE_DELETE);
    assert_null(writing.write->error);
    assert_true(writing.write->changed);
    assert_string_equal(writing.write->prior.uid, "u-2");
    json_auto_t *body = writing_body(&writing, "DELETE", 1);
    assert_json(json_object_get(body, "preconditions"), "{'uid':'u-2'}");
    writing_end(&writing);
}

static void test_delete__replaced_and_gone__is_left_at_that(maybe_unused void **state)
{
    const struct fake_reply script[] = {WRITING_SERVES, THERE_ONCE(OLD), GONE,
                                        OTHER_UID(IN_STORAGE)};
    struct writing writing;
    writing_init(&writing);
    writing_go(&writing, script, array_length(script), KUBE_DELETE);
    assert_null(writing.write->error);
    assert_false(writing.write->changed);
    assert_int_equal(writing_count(&writing, "DELETE"), 1);
    writing_end(&writing);
}

/* As what a list has shown: somebody chose this very object, by its labels perhaps. */
static void test_delete__replaced_since_it_was_chosen__the_other_stays(maybe_unused void **state)
{
    const struct fake_reply script[] = {WRITING_SERVES, THERE(OLD), OTHER_UID(IN_STORAGE)};
    struct writing writing;
    writing_init(&writing);
    writing.manifest = "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'a',"
                       "'namespace':'n','uid':'u-1'}}";
    writing_go(&writing, script, array_length(script), KUBE_DELETE);
    assert_null(writing.write->error);
    assert_false(writing.write->changed);
    assert_int_equal(writing_count(&writing, "DELETE"), 1);
    writing_end(&writing);
}

static void test_delete__replaced_again_and_again__ends(maybe_unused void **state)
{
    const struct fake_reply script[] = {WRITING_SERVES, THERE(OLD), OTHER_UID(IN_STORAGE)};
    struct writing writing;
    writing_init(&writing);
    writing_go(&writing, script, array_length(script), KUBE_DELETE);
    assert_int_equal(writing.write->error->kind, ERROR_CONFLICT);
    assert_int_equal(writing_count(&writing, "DELETE"), 6);
    writing_end(&writing);
}

static void test_delete__uid_of_the_user_is_another__is_refused(maybe_unused void **state)
{
    const struct fake_reply scripts[][4] = {
        {WRITING_SERVES, THERE(OLD), OTHER_UID(IN_STORAGE)},
        {WRITING_SERVES, THERE(OLD), LOST("DELETE"), OTHER_UID(IN_STORAGE)},
    };
    for (size_t i = 0; i < array_length(scripts); i++) {
        struct writing writing;
        writing_init(&writing);
        json_auto_t *given = json_from("{'preconditions':{'uid':'u-0'}}");
        writing.options.delete_options = given;
        writing_go(&writing, scripts[i], i ? 4 : 3, KUBE_DELETE);
        assert_int_equal(writing.write->error->kind, ERROR_CONFLICT);
        assert_false(writing.write->changed);
        assert_int_equal(writing_count(&writing, "GET"), 1);
        writing_end(&writing);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_delete__answer_lost_and_made_anew__is_deleted),
        cmocka_unit_test(test_delete__replaced_since_it_was_seen__what_is_there_now_goes),
        cmocka_unit_test(test_delete__replaced_and_gone__is_left_at_that),
        cmocka_unit_test(test_delete__replaced_since_it_was_chosen__the_other_stays),
        cmocka_unit_test(test_delete__replaced_again_and_again__ends),
        cmocka_unit_test(test_delete__uid_of_the_user_is_another__is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
