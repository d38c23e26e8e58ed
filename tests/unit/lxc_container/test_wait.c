#include "support/unit.h"

#include "lxc_container/wait.h"

static void test_wait_judge_systemd__words__mean_yes_no_or_not_yet(void **state)
{
    (void)state;
    static const struct {
        const char *word;
        int rc;
        int verdict;
    } rows[] = {
        {"running", 0, 1},   {"degraded", 1, 1}, {"starting", 1, 0}, {"initializing", 1, 0},
        {"", 1, 0},          {"offline", 1, 0},  {"unknown", 1, 0},  {"maintenance", 1, -1},
        {"stopping", 1, -1}, {"", 127, -1},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        assert_int_equal(wait_judge_systemd(rows[i].word, rows[i].rc), rows[i].verdict);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wait_judge_systemd__words__mean_yes_no_or_not_yet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
