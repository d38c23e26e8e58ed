#include "support/unit.h"

#include "base/buf.h"
#include "lxc_container/plan.h"

static const char *const names[CT_VERBS] = {
    [CT_DO_FORCE_REMOVE] = "force", [CT_DO_CREATE] = "create",     [CT_DO_SOURCES] = "sources",
    [CT_DO_CONFIG] = "config",      [CT_DO_START] = "start",       [CT_DO_STOP] = "stop",
    [CT_DO_FREEZE] = "freeze",      [CT_DO_THAW] = "thaw",         [CT_DO_WAIT] = "wait",
    [CT_DO_COMMAND] = "command",    [CT_DO_SNAPSHOT] = "snapshot", [CT_DO_CLONE] = "clone",
    [CT_DO_ARCHIVE] = "archive",    [CT_DO_DESTROY] = "destroy",
};

static void check(struct plan_facts facts, const char *want)
{
    struct plan plan;
    plan_make(&facts, &plan);
    struct buf text;
    buf_init(&text);
    for (size_t i = 0; i < plan.count; i++)
        buf_printf(&text, "%s%s", i ? " " : "", names[plan.steps[i]]);
    assert_string_equal(buf_str(&text), want);
    assert_int_equal(plan_changes(&plan), *want && strcmp(want, "wait") != 0);
    buf_clear(&text);
}

#define STOPPED         .exists = true, .run = CT_RUN_STOPPED
#define RUNNING         .exists = true, .run = CT_RUN_RUNNING
#define FROZEN          .exists = true, .run = CT_RUN_FROZEN
#define PLAN(WANT, ...) check((struct plan_facts){__VA_ARGS__}, WANT)

static void test_plan_make__goal_and_state__give_the_transition(void **state)
{
    (void)state;
    PLAN("start", .goal = CT_STARTED, STOPPED);
    PLAN("", .goal = CT_STARTED, RUNNING);
    PLAN("thaw", .goal = CT_STARTED, FROZEN);
    PLAN("", .goal = CT_STOPPED, STOPPED);
    PLAN("stop", .goal = CT_STOPPED, RUNNING);
    PLAN("thaw stop", .goal = CT_STOPPED, FROZEN);
    PLAN("start", .goal = CT_RESTARTED, STOPPED);
    PLAN("stop start", .goal = CT_RESTARTED, RUNNING);
    PLAN("thaw stop start", .goal = CT_RESTARTED, FROZEN);
    PLAN("start freeze", .goal = CT_FROZEN, STOPPED);
    PLAN("freeze", .goal = CT_FROZEN, RUNNING);
    PLAN("", .goal = CT_FROZEN, FROZEN);
    PLAN("destroy", .goal = CT_ABSENT, STOPPED);
    PLAN("stop destroy", .goal = CT_ABSENT, RUNNING);
    PLAN("thaw stop destroy", .goal = CT_ABSENT, FROZEN);
    PLAN("", .goal = CT_PRESENT, RUNNING);
}

static void test_plan_make__nothing_there__creates_before_all_else(void **state)
{
    (void)state;
    PLAN("create config start", .goal = CT_STARTED, .config = true);
    PLAN("create start freeze", .goal = CT_FROZEN);
    PLAN("create", .goal = CT_PRESENT);
    PLAN("create", .goal = CT_STOPPED);
    PLAN("", .goal = CT_ABSENT);
    PLAN("force", .goal = CT_ABSENT, .remains = true);
    PLAN("force create start", .goal = CT_STARTED, .remains = true);
    PLAN("create clone", .goal = CT_CLONE, .clone = true);
}

static void test_plan_make__pending_setting__restarts_what_runs(void **state)
{
    (void)state;
    PLAN("config stop start", .goal = CT_STARTED, RUNNING, .config = true, .pending = true);
    PLAN("stop start", .goal = CT_STARTED, RUNNING, .pending = true);
    PLAN("thaw stop start freeze", .goal = CT_FROZEN, FROZEN, .pending = true);
    PLAN("stop start freeze", .goal = CT_FROZEN, RUNNING, .pending = true);
    PLAN("config", .goal = CT_STARTED, RUNNING, .config = true);
    PLAN("config", .goal = CT_PRESENT, RUNNING, .config = true, .pending = true);
    PLAN("stop", .goal = CT_STOPPED, RUNNING, .pending = true);
    PLAN("", .goal = CT_STARTED, RUNNING, .pending = true, .restart = CT_RESTART_NEVER);
    PLAN("stop start", .goal = CT_STARTED, RUNNING, .restart = CT_RESTART_ALWAYS);
    PLAN("start", .goal = CT_STARTED, STOPPED, .restart = CT_RESTART_ALWAYS);
}

static void test_plan_make__command__runs_in_a_running_container(void **state)
{
    (void)state;
    PLAN("command", .goal = CT_STARTED, RUNNING, .command = true);
    PLAN("start command", .goal = CT_STARTED, STOPPED, .command = true);
    PLAN("start command stop", .goal = CT_STOPPED, STOPPED, .command = true);
    PLAN("command stop", .goal = CT_STOPPED, RUNNING, .command = true);
    PLAN("thaw command freeze", .goal = CT_FROZEN, FROZEN, .command = true);
    PLAN("thaw command freeze", .goal = CT_PRESENT, FROZEN, .command = true);
    PLAN("start wait command stop", .goal = CT_PRESENT, STOPPED, .command = true, .wait = true);
}

static void test_plan_make__waiting__is_for_what_runs(void **state)
{
    (void)state;
    PLAN("wait", .goal = CT_STARTED, RUNNING, .wait = true);
    PLAN("stop", .goal = CT_STOPPED, RUNNING, .wait = true);
    PLAN("start freeze", .goal = CT_FROZEN, STOPPED, .wait = true);
}

static void test_plan_make__waiting__is_for_the_last_start(void **state)
{
    (void)state;
    PLAN("stop clone start wait", .goal = CT_STARTED, RUNNING, .clone = true, .wait = true);
    PLAN("clone start wait", .goal = CT_STARTED, STOPPED, .clone = true, .wait = true);
    PLAN("create clone start wait", .goal = CT_STARTED, .clone = true, .wait = true);
    PLAN("stop snapshot start wait", .goal = CT_PRESENT, RUNNING, .snapshot = true,
         .snapshot_stopped = true, .wait = true);
    PLAN("stop archive start wait", .goal = CT_STARTED, RUNNING, .archive = true,
         .archive_stopped = true, .wait = true);
    PLAN("wait command stop clone start wait", .goal = CT_STARTED, RUNNING, .command = true,
         .clone = true, .wait = true);
    /* what goes on running is ready before it is copied */
    PLAN("start wait freeze archive thaw", .goal = CT_STARTED, STOPPED, .archive = true,
         .wait = true);
    PLAN("stop clone", .goal = CT_STOPPED, RUNNING, .clone = true, .wait = true);
}

static void test_plan_make__copies__are_made_at_rest_and_the_state_comes_back(void **state)
{
    (void)state;
    PLAN("stop clone start", .goal = CT_CLONE, RUNNING, .clone = true);
    PLAN("thaw stop clone start freeze", .goal = CT_PRESENT, FROZEN, .clone = true);
    PLAN("clone start", .goal = CT_STARTED, STOPPED, .clone = true);
    PLAN("stop snapshot start", .goal = CT_STARTED, RUNNING, .snapshot = true,
         .snapshot_stopped = true);
    PLAN("snapshot", .goal = CT_STARTED, RUNNING, .snapshot = true);
    PLAN("freeze archive thaw", .goal = CT_STARTED, RUNNING, .archive = true);
    PLAN("archive", .goal = CT_FROZEN, FROZEN, .archive = true);
    PLAN("stop archive start", .goal = CT_STARTED, RUNNING, .archive = true,
         .archive_stopped = true);
    PLAN("stop clone archive destroy", .goal = CT_ABSENT, RUNNING, .clone = true, .archive = true);
}

static void test_plan_make__removal__writes_no_configuration(void **state)
{
    (void)state;
    PLAN("destroy", .goal = CT_ABSENT, STOPPED, .config = true, .sources = true);
    PLAN("sources config", .goal = CT_PRESENT, STOPPED, .config = true, .sources = true);
}

static bool is_required(struct plan_facts facts)
{
    struct plan plan;
    plan_make(&facts, &plan);
    return plan.restart_required;
}

static void test_plan_make__restart_required__is_what_is_left_pending(void **state)
{
    (void)state;
#define REQUIRES(...) is_required((struct plan_facts){.pending = true, __VA_ARGS__})
    assert_true(REQUIRES(.goal = CT_STARTED, RUNNING, .restart = CT_RESTART_NEVER));
    assert_true(REQUIRES(.goal = CT_PRESENT, RUNNING));
    assert_true(REQUIRES(.goal = CT_FROZEN, FROZEN, .restart = CT_RESTART_NEVER));
    assert_false(REQUIRES(.goal = CT_STARTED, RUNNING));
    assert_false(REQUIRES(.goal = CT_STOPPED, RUNNING));
    assert_false(REQUIRES(.goal = CT_STARTED, STOPPED));
    assert_false(REQUIRES(.goal = CT_PRESENT, RUNNING, .clone = true));
}

static void test_plan_make__everything_at_once__fits(void **state)
{
    (void)state;
    PLAN("sources config thaw stop start wait command stop snapshot clone archive start freeze",
         .goal = CT_FROZEN, FROZEN, .pending = true, .config = true, .sources = true,
         .command = true, .wait = true, .snapshot = true, .clone = true, .archive = true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plan_make__goal_and_state__give_the_transition),
        cmocka_unit_test(test_plan_make__nothing_there__creates_before_all_else),
        cmocka_unit_test(test_plan_make__pending_setting__restarts_what_runs),
        cmocka_unit_test(test_plan_make__command__runs_in_a_running_container),
        cmocka_unit_test(test_plan_make__waiting__is_for_what_runs),
        cmocka_unit_test(test_plan_make__waiting__is_for_the_last_start),
        cmocka_unit_test(test_plan_make__copies__are_made_at_rest_and_the_state_comes_back),
        cmocka_unit_test(test_plan_make__removal__writes_no_configuration),
        cmocka_unit_test(test_plan_make__restart_required__is_what_is_left_pending),
        cmocka_unit_test(test_plan_make__everything_at_once__fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
