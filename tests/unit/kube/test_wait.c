#include "kube/wait.h"

#include "base/clock.h"
#include "unit/kube/scene.h"

#define POD(VERSION, PHASE)                                                                        \
    "{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"p\",\"namespace\":\"n\","    \
    "\"uid\":\"u\",\"resourceVersion\":\"" VERSION "\"},\"status\":{\"phase\":\"" PHASE "\"}}"
#define EVENT(TYPE, OBJECT) "{\"type\":\"" TYPE "\",\"object\":" OBJECT "}\n"
#define STATUS(CODE)                                                                               \
    "{\"kind\":\"Status\",\"code\":" CODE ",\"reason\":\"Expired\",\"message\":\"too old\"}"

#define LOOK  "GET /api/v1/namespaces/n/pods/p"
#define WATCH "GET /api/v1/namespaces/n/pods?watch"

struct outcome {
    enum kube_wait_state state;
    char *phase; /* owned; of the object as last seen */
    char *why;   /* owned */
    size_t looks, watches;
};

/* Waits for the Pod "p"; the script says what happens to it. */
static struct outcome wait_for(const struct fake_reply *script, size_t count, enum kube_goal goal,
                               long timeout_ms)
{
    struct scene scene;
    scene_begin(&scene, script, count, 0);
    struct kube_object object = scene_object("{'metadata':{'name':'p','namespace':'n'}}");
    object.kind = "Pod";
    struct kube_waiter waiter;
    kube_waiter_init(&waiter, &object, goal, goal == KUBE_GOAL_ABSENT ? "u" : NULL);
    const struct kube_wait wait = {
        .client = scene.client, .timeout_ms = timeout_ms, .sleep_ms = 300};
    struct error *err = NULL;
    assert_int_equal(kube_wait_all(&wait, &waiter, 1, &err), 0);
    const char *phase =
        json_string_value(json_object_get(json_object_get(waiter.value, "status"), "phase"));
    struct outcome outcome = {.state = waiter.state,
                              .phase = xstrdup(phase ? phase : ""),
                              .why = xstrdup(waiter.why.size ? buf_str(&waiter.why) : ""),
                              .looks = scene_count(&scene, LOOK " "),
                              .watches = scene_count(&scene, WATCH)};
    kube_waiter_clear(&waiter);
    kube_object_clear(&object);
    scene_end(&scene);
    return outcome;
}

static void clear(struct outcome *outcome)
{
    free(outcome->phase);
    free(outcome->why);
}

struct row {
    const char *what;
    struct fake_reply watch;
    size_t watches; /* how many are tried */
};

#define BROKEN EVENT("MODIFIED", POD("2", "Pending")) EVENT("MODIFIED", POD("3", "Running"))

/* What a watch may do instead of telling the end. Each is over at once, so that nothing is watched
 * any more; the next look finds what was missed. */
static const struct row rows[] = {
    {"cut in the middle of an event",
     {.when = WATCH, .body = BROKEN, .fault = FAKE_CUT, .fault_after = sizeof(BROKEN) - 40},
     1},
    /* libcurl tries once more what a connection that was used before did not answer at all. */
    {"reset", {.when = WATCH, .body = "", .fault = FAKE_RESET}, 2},
    {"expired as an event", {.when = WATCH, .body = EVENT("ERROR", STATUS("410"))}, 1},
    {"expired as an answer", {.when = WATCH, .status = 410, .body = STATUS("410")}, 1},
    {"forbidden", {.when = WATCH, .status = 403, .body = STATUS("403")}, 1},
    {"not understood", {.when = WATCH, .body = "<html>\n"}, 1},
    {"over at once", {.when = WATCH, .body = ""}, 1},
};

static void test_wait__watch_that_breaks__next_look_finds_what_was_missed(maybe_unused void **state)
{
    for (size_t i = 0; i < array_length(rows); i++) {
        const struct fake_reply script[] = {
            {.when = LOOK " ", .times = 2, .body = POD("1", "Pending")},
            {.when = LOOK " ", .body = POD("4", "Succeeded")},
            rows[i].watch,
        };
        struct outcome outcome = wait_for(script, array_length(script), KUBE_GOAL_READY, 20000);
        if (outcome.state != KUBE_WAIT_MET || strcmp(outcome.phase, "Succeeded") != 0 ||
            outcome.looks != 3 || outcome.watches != rows[i].watches)
            fail_msg("%s: state %d, %s, %zu looks, %zu watches, %s", rows[i].what, outcome.state,
                     outcome.phase, outcome.looks, outcome.watches, outcome.why);
        clear(&outcome);
    }
}

static void test_wait__event_that_meets_the_goal__no_further_look(maybe_unused void **state)
{
    /* The stream stays open: nothing but the event can end the wait. */
    static const struct fake_reply script[] = {
        {.when = LOOK " ", .body = POD("1", "Pending")},
        {.when = WATCH,
         .body = EVENT("MODIFIED", POD("2", "Pending")) EVENT("BOOKMARK", POD("3", ""))
             EVENT("MODIFIED", POD("4", "Succeeded")) " ",
         .fault = FAKE_STALL,
         .fault_after = sizeof(EVENT("MODIFIED", POD("2", "Pending")) EVENT(
                            "BOOKMARK", POD("3", "")) EVENT("MODIFIED", POD("4", "Succeeded"))) -
                        1},
    };
    struct outcome outcome = wait_for(script, array_length(script), KUBE_GOAL_READY, 20000);
    assert_int_equal(outcome.state, KUBE_WAIT_MET);
    assert_string_equal(outcome.phase, "Succeeded");
    assert_int_equal(outcome.looks, 1);
    assert_int_equal(outcome.watches, 1);
    clear(&outcome);
}

static void test_wait__deleted_while_watched__goal_absent_is_met(maybe_unused void **state)
{
    static const struct fake_reply script[] = {
        {.when = LOOK " ", .body = POD("1", "Running")},
        {.when = WATCH, .body = EVENT("DELETED", POD("2", "Running"))},
    };
    struct outcome outcome = wait_for(script, array_length(script), KUBE_GOAL_ABSENT, 20000);
    assert_int_equal(outcome.state, KUBE_WAIT_MET);
    assert_int_equal(outcome.looks, 1);
    clear(&outcome);
}

static void test_wait__watch_that_says_nothing__ends_with_the_time(maybe_unused void **state)
{
    static const struct fake_reply script[] = {
        {.when = LOOK " ", .body = POD("1", "Pending")},
        {.when = WATCH, .body = " ", .fault = FAKE_STALL},
    };
    struct outcome outcome = wait_for(script, array_length(script), KUBE_GOAL_READY, 700);
    assert_int_equal(outcome.state, KUBE_WAIT_TIMED_OUT);
    assert_string_equal(outcome.phase, "Pending");
    assert_string_equal(outcome.why, "there is no condition Ready yet");
    clear(&outcome);
}

static void test_wait__failing_looks__are_not_yet_but_403_is_never(maybe_unused void **state)
{
    static const struct fake_reply passing[] = {
        {.when = LOOK " ", .times = 1, .status = 500, .body = "broken"},
        {.when = LOOK " ", .times = 1, .fault = FAKE_CLOSE},
        {.when = LOOK " ", .times = 1, .body = "{\"half\":"},
        {.when = LOOK " ", .times = 1, .status = 404, .body = STATUS("404")},
        {.when = LOOK " ", .body = POD("1", "Succeeded")},
    };
    struct outcome outcome = wait_for(passing, array_length(passing), KUBE_GOAL_READY, 20000);
    assert_int_equal(outcome.state, KUBE_WAIT_MET);
    clear(&outcome);
    static const struct fake_reply never[] = {
        {.when = LOOK " ", .status = 403, .body = STATUS("403")},
    };
    outcome = wait_for(never, array_length(never), KUBE_GOAL_READY, 20000);
    assert_int_equal(outcome.state, KUBE_WAIT_FAILED);
    assert_int_equal(outcome.looks, 1);
    clear(&outcome);
}

static void test_wait__event_without_end__fails_and_says_so(maybe_unused void **state)
{
    static const struct fake_reply script[] = {
        {.when = LOOK " ", .body = POD("1", "Pending")},
        {.when = WATCH, .fault = FAKE_FLOOD},
    };
    struct outcome outcome = wait_for(script, array_length(script), KUBE_GOAL_READY, 60000);
    assert_int_equal(outcome.state, KUBE_WAIT_FAILED);
    assert_string_equal(outcome.why,
                        "the server sent an event of a watch that is larger than 64 MB");
    assert_int_equal(outcome.watches, 1);
    clear(&outcome);
}

/* A server may fall silent before the first look, or in the middle of the wait. */
static void test_wait__look_that_is_never_answered__ends_with_the_time(maybe_unused void **state)
{
    static const struct fake_reply looks[] = {
        {.when = LOOK " ", .fault = FAKE_HANG},
        {.when = LOOK " ", .body = POD("1", "Pending"), .times = 2},
        {.when = LOOK " ", .fault = FAKE_HANG},
    };
    for (size_t first = 0; first < 2; first++) {
        long long start = clock_now_ms();
        struct outcome outcome =
            wait_for(looks + first, array_length(looks) - first, KUBE_GOAL_READY, 700);
        assert_in_range(clock_now_ms() - start, 700, 10000);
        assert_int_equal(outcome.state, KUBE_WAIT_TIMED_OUT);
        assert_non_null(strstr(outcome.why, "no answer within"));
        assert_string_equal(outcome.phase, first ? "Pending" : "");
        clear(&outcome);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wait__watch_that_breaks__next_look_finds_what_was_missed),
        cmocka_unit_test(test_wait__event_that_meets_the_goal__no_further_look),
        cmocka_unit_test(test_wait__deleted_while_watched__goal_absent_is_met),
        cmocka_unit_test(test_wait__watch_that_says_nothing__ends_with_the_time),
        cmocka_unit_test(test_wait__look_that_is_never_answered__ends_with_the_time),
        cmocka_unit_test(test_wait__event_without_end__fails_and_says_so),
        cmocka_unit_test(test_wait__failing_looks__are_not_yet_but_403_is_never),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
