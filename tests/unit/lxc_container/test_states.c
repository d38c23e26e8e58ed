#include "support/unit.h"

#include "lxc_container/states.h"

/* What a verb makes of a state. */
static enum ct_run after(enum ct_run now, enum ct_verb verb)
{
    static const struct {
        enum ct_verb verb;
        enum ct_run from;
        enum ct_run to;
    } rows[] = {
        {CT_DO_START, CT_RUN_STOPPED, CT_RUN_RUNNING},
        {CT_DO_STOP, CT_RUN_RUNNING, CT_RUN_STOPPED},
        {CT_DO_FREEZE, CT_RUN_RUNNING, CT_RUN_FROZEN},
        {CT_DO_THAW, CT_RUN_FROZEN, CT_RUN_RUNNING},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        if (rows[i].verb != verb)
            continue;
        assert_int_equal(now, rows[i].from);
        return rows[i].to;
    }
    fail_msg("verb %d does not change the state", (int)verb);
    return now;
}

static void test_states_path__any_two_states__leads_from_one_to_the_other(void **state)
{
    (void)state;
    for (int from = 0; from < CT_RUNS; from++) {
        for (int to = 0; to < CT_RUNS; to++) {
            enum ct_run now = (enum ct_run)from;
            for (const enum ct_verb *verb = states_path(now, (enum ct_run)to); *verb != CT_END;
                 verb++)
                now = after(now, *verb);
            assert_int_equal(now, to);
        }
    }
}

static void test_states_path__same_state__is_empty(void **state)
{
    (void)state;
    for (int i = 0; i < CT_RUNS; i++)
        assert_int_equal(*states_path((enum ct_run)i, (enum ct_run)i), CT_END);
}

static void test_states_read__words_of_liblxc__are_known_when_they_last(void **state)
{
    (void)state;
    enum ct_run run = CT_RUNS;
    assert_true(states_read("RUNNING", &run));
    assert_int_equal(run, CT_RUN_RUNNING);
    assert_true(states_read("STOPPED", &run));
    assert_int_equal(run, CT_RUN_STOPPED);
    assert_true(states_read("FROZEN", &run));
    assert_int_equal(run, CT_RUN_FROZEN);
    assert_false(states_read("STARTING", &run));
    assert_false(states_read(NULL, &run));
    assert_int_equal(run, CT_RUN_FROZEN);
    assert_string_equal(states_name(run), "frozen");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_states_path__any_two_states__leads_from_one_to_the_other),
        cmocka_unit_test(test_states_path__same_state__is_empty),
        cmocka_unit_test(test_states_read__words_of_liblxc__are_known_when_they_last),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
