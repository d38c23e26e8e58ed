#include "support/unit.h"

#include "lxc_container/apply.h"
#include "lxc_container/state.h"

static const struct {
    const char *what;
    struct plan_facts facts;
    struct ct_done done;
    enum ct_run run; /* at the end */
} rows[] = {
    {"nothing", {.goal = CT_STARTED, .exists = true, .run = CT_RUN_RUNNING}, {0}, CT_RUN_RUNNING},
    {"waiting",
     {.goal = CT_STARTED, .exists = true, .run = CT_RUN_RUNNING, .wait = true},
     {0},
     CT_RUN_RUNNING},
    {"a new one",
     {.goal = CT_STARTED, .config = true},
     {.changed = true, .created = true, .config = true, .started = true},
     CT_RUN_RUNNING},
    {"a restart",
     {.goal = CT_STARTED, .exists = true, .run = CT_RUN_RUNNING, .pending = true},
     {.changed = true, .started = true, .stopped = true},
     CT_RUN_RUNNING},
    {"frozen",
     {.goal = CT_FROZEN, .exists = true, .run = CT_RUN_RUNNING},
     {.changed = true},
     CT_RUN_FROZEN},
    {"a copy",
     {.goal = CT_CLONE, .exists = true, .run = CT_RUN_STOPPED, .clone = true},
     {.changed = true, .cloned = true},
     CT_RUN_STOPPED},
    {"removal",
     {.goal = CT_ABSENT, .exists = true, .run = CT_RUN_RUNNING},
     {.changed = true, .stopped = true, .destroyed = true},
     CT_RUN_STOPPED},
    {"removal by force", {.goal = CT_ABSENT, .remains = true}, {.changed = true}, CT_RUN_STOPPED},
    {"absent", {.goal = CT_ABSENT}, {0}, CT_RUN_STOPPED},
};

static void test_ct_predict__plan__is_told_as_done(void **state)
{
    (void)state;
    for (size_t i = 0; i < array_length(rows); i++) {
        struct error *err = NULL;
        struct ct ct = {.run = rows[i].facts.run};
        const struct ct_done *wanted = &rows[i].done;
        plan_make(&rows[i].facts, &ct.plan);
        assert_int_equal(ct_predict(&ct, &err), 0);
        print_message("%s\n", rows[i].what);
        assert_int_equal(ct.done.changed, wanted->changed);
        assert_int_equal(ct.done.created, wanted->created);
        assert_int_equal(ct.done.started, wanted->started);
        assert_int_equal(ct.done.stopped, wanted->stopped);
        assert_int_equal(ct.done.config, wanted->config);
        assert_int_equal(ct.done.cloned, wanted->cloned);
        assert_int_equal(ct.done.destroyed, wanted->destroyed);
        assert_int_equal(ct.run, rows[i].run);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ct_predict__plan__is_told_as_done),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
