#include "kube/write_priv.h"

#include "base/clock.h"
#include "json/js_get.h"
#include "unit/kube/replies.h"

/* ---- gone */

static void test_gone__server_that_falls_silent__ends_with_the_time(maybe_unused void **state)
{
    const struct fake_reply script[] = {
        WRITING_SERVES,
        THERE_ONCE("{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"a\","
                   "\"namespace\":\"n\",\"uid\":\"u-1\",\"resourceVersion\":\"1\","
                   "\"deletionTimestamp\":\"2026-01-02T03:04:05Z\"}}"),
        {.when = "GET " WRITING_PATH, .fault = FAKE_HANG},
    };
    struct writing writing;
    writing_init(&writing);
    writing.options.timeout_ms = 300;
    long long start = clock_now_ms();
    writing_go(&writing, script, array_length(script), KUBE_APPLY);
    assert_in_range(clock_now_ms() - start, 300, 10000);
    assert_non_null(strstr(writing.write->error->message, "no answer within"));
    assert_int_equal(writing_count(&writing, "PATCH"), 0);
    writing_end(&writing);
}

/* ---- update and replace */

#define NOT_FOUND(METHOD)                                                                          \
    {                                                                                              \
        .when = METHOD " " WRITING_PATH, .status = 404,                                            \
        .body = WRITING_REFUSAL("404", "NotFound", "configmaps \\\"a\\\" not found")               \
    }
#define CREATED                                                                                    \
    {                                                                                              \
        .when = "POST ", .status = 201, .body = WRITING_MAP("u-2", "5", "\"data\":{\"k\":\"v\"}")  \
    }

static void test_write__vanished_since_it_was_seen__is_created_anew(maybe_unused void **state)
{
    static const struct {
        enum kube_verb verb;
        struct fake_reply refusal;
    } rows[] = {{KUBE_UPDATE, NOT_FOUND("PATCH")}, {KUBE_REPLACE, NOT_FOUND("PUT")}};
    for (size_t i = 0; i < array_length(rows); i++) {
        const struct fake_reply script[] = {WRITING_SERVES, THERE_ONCE(OLD), GONE, rows[i].refusal,
                                            CREATED};
        struct writing writing;
        writing_init(&writing);
        writing_go(&writing, script, array_length(script), rows[i].verb);
        assert_null(writing.write->error);
        assert_true(writing.write->changed);
        assert_string_equal(writing.write->method, "create");
        assert_false(writing.write->prior.exists);
        writing_end(&writing);
    }
}

static void test_write__vanishes_while_it_is_there__ends(maybe_unused void **state)
{
    const struct fake_reply script[] = {WRITING_SERVES, THERE(OLD), NOT_FOUND("PATCH")};
    struct writing writing;
    writing_init(&writing);
    writing_go(&writing, script, array_length(script), KUBE_UPDATE);
    assert_int_equal(writing.write->error->code, 404);
    assert_int_equal(writing_count(&writing, "PATCH"), 6);
    writing_end(&writing);
}

static void test_replace__answer_lost__is_a_change_all_the_same(maybe_unused void **state)
{
    /* The second replacement is of the version that the first one made, and changes nothing. */
    const struct fake_reply script[] = {
        WRITING_SERVES,
        THERE_ONCE(OLD),
        THERE(WRITING_MAP("u-1", "2", "\"data\":{\"k\":\"v\"}")),
        LOST("PUT"),
        {.when = "PUT " WRITING_PATH,
         .times = 1,
         .status = 409,
         .body = WRITING_REFUSAL("409", "Conflict", "the object has been modified")},
        {.when = "PUT " WRITING_PATH, .body = WRITING_MAP("u-1", "2", "\"data\":{\"k\":\"v\"}")},
    };
    struct writing writing;
    writing_init(&writing);
    writing_go(&writing, script, array_length(script), KUBE_REPLACE);
    assert_null(writing.write->error);
    assert_true(writing.write->changed);
    assert_string_equal(writing.write->prior.resource_version, "1"); /* for the diff */
    json_auto_t *body = writing_body(&writing, "PUT", 2);
    assert_string_equal(js_str(body, "metadata", "resourceVersion", NULL), "2");
    writing_end(&writing);
}

static void test_create__answer_lost__was_not_there_before(maybe_unused void **state)
{
    const struct fake_reply script[] = {
        WRITING_SERVES,
        THERE(NEW),
        LOST_CREATION,
        ALREADY_EXISTS,
    };
    struct writing writing;
    writing_init(&writing);
    writing_go(&writing, script, array_length(script), KUBE_CREATE);
    assert_null(writing.write->error);
    assert_true(writing.write->changed);
    assert_string_equal(writing.write->method, "create");
    assert_non_null(writing.write->after);
    assert_false(writing.write->prior.exists); /* for the diff */
    writing_end(&writing);
}

static void test_update__answer_to_a_creation_lost__was_not_there_before(maybe_unused void **state)
{
    const struct fake_reply made = {.when = NULL,
                                    .body = WRITING_MAP("u-2", "5", "\"data\":{\"k\":\"v\"}")};
    struct fake_reply script[] = {WRITING_SERVES, GONE,          made,          made,
                                  made,           LOST_CREATION, ALREADY_EXISTS};
    static const char *const starts[] = {"GET " WRITING_PATH, "PATCH " WRITING_PATH,
                                         "PUT " WRITING_PATH};
    static const enum kube_verb verbs[] = {KUBE_UPDATE, KUBE_REPLACE};
    script[1].times = 1;
    for (size_t i = 0; i < array_length(starts); i++)
        script[2 + i].when = starts[i];
    for (size_t i = 0; i < array_length(verbs); i++) {
        struct writing writing;
        writing_init(&writing);
        writing_go(&writing, script, array_length(script), verbs[i]);
        assert_null(writing.write->error);
        assert_true(writing.write->changed);
        assert_true(writing.write->prior.known && !writing.write->prior.exists); /* for the diff */
        writing_end(&writing);
    }
}

static void test_write__first_attempt_was_turned_away__nothing_is_ours(maybe_unused void **state)
{
    const struct fake_reply scripts[][4] = {
        {WRITING_SERVES, THERE(NEW), TURNED_AWAY("POST"), ALREADY_EXISTS},
        {WRITING_SERVES, THERE(OLD), TURNED_AWAY("DELETE"), NOT_FOUND("DELETE")},
    };
    static const enum kube_verb verbs[] = {KUBE_CREATE, KUBE_DELETE};
    for (size_t i = 0; i < array_length(scripts); i++) {
        struct writing writing;
        writing_init(&writing);
        writing_go(&writing, scripts[i], array_length(scripts[i]), verbs[i]);
        assert_null(writing.write->error);
        assert_int_equal(writing.write->prior.exists, true);
        assert_false(writing.write->changed);
        writing_end(&writing);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gone__server_that_falls_silent__ends_with_the_time),
        cmocka_unit_test(test_write__vanished_since_it_was_seen__is_created_anew),
        cmocka_unit_test(test_write__vanishes_while_it_is_there__ends),
        cmocka_unit_test(test_replace__answer_lost__is_a_change_all_the_same),
        cmocka_unit_test(test_create__answer_lost__was_not_there_before),
        cmocka_unit_test(test_update__answer_to_a_creation_lost__was_not_there_before),
        cmocka_unit_test(test_write__first_attempt_was_turned_away__nothing_is_ours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
