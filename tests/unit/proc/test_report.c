#include "support/unit.h"

#include <errno.h>
#include <unistd.h>

#include "proc/report.h"

static void test_report__written__is_read_back(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    report_write(ends[1], REPORT_DIRECTORY, EACCES);
    close(ends[1]);
    struct report report = report_read(ends[0]);
    close(ends[0]);
    assert_int_equal(report.stage, REPORT_DIRECTORY);
    assert_int_equal(report.code, EACCES);
}

static void test_report__closed_without_a_word__is_nothing(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    close(ends[1]);
    assert_int_equal(report_read(ends[0]).stage, REPORT_NONE);
    close(ends[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_report__written__is_read_back),
        cmocka_unit_test(test_report__closed_without_a_word__is_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
