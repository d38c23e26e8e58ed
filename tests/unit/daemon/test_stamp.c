#include "daemon/stamp.h"

#include "base/compiler.h"
#include "support/unit.h"

static void test_stamp__format__is_what_python_writes(maybe_unused void **state)
{
    auto_free char *text = stamp_format(1790000000, 42);
    assert_string_equal(text, "2026-09-21T14:13:20.000042+00:00");
}

static void test_stamp__any_form_of_iso_8601__is_the_same_time(maybe_unused void **state)
{
    static const char *const forms[] = {
        "2026-09-21T14:13:20.000042+00:00", "2026-09-21T14:13:20+00:00", "2026-09-21T14:13:20Z",
        "2026-09-21 14:13:20,5Z",           "2026-09-21t14:13:20z",      "2026-09-21T14:13:20",
        "2026-09-21T16:13:20.1+02:00",      "2026-09-21T16:13:20+0200",  "2026-09-21T16:13:20+02",
        "2026-09-21T08:43:20-05:30",
    };
    for (size_t i = 0; i < array_length(forms); i++) {
        time_t seconds = 0;
        if (!stamp_parse(forms[i], &seconds) || seconds != 1790000000)
            fail_msg("%s: %lld", forms[i], (long long)seconds);
    }
}

static void test_stamp__something_else__is_refused(maybe_unused void **state)
{
    static const char *const texts[] = {
        "",
        "now",
        "2026-09-21",
        "2026-09-21T14:13:20.",
        "2026-09-21T14:13:20+1",
        "2026-09-21T14:13:20+01:0",
        "2026-09-21T14:13:20+01:000",
        "2026-09-21T14:13:20 UTC",
        "2026-13-21T14:13:20Z",
        "2026-09-21X14:13:20Z",
    };
    time_t seconds = 7;
    for (size_t i = 0; i < array_length(texts); i++)
        if (stamp_parse(texts[i], &seconds))
            fail_msg("%s was taken", texts[i]);
    assert_false(stamp_parse(NULL, &seconds));
    assert_int_equal(seconds, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stamp__format__is_what_python_writes),
        cmocka_unit_test(test_stamp__any_form_of_iso_8601__is_the_same_time),
        cmocka_unit_test(test_stamp__something_else__is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
