#include "support/unit.h"

#include "base/timestamp.h"

static void test_timestamp__well_formed__is_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        time_t seconds;
    } rows[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"2024-02-29T12:34:56Z", 1709210096},
        {"2024-02-29T12:34:56.999999999Z", 1709210096},
        {"2024-02-29T13:34:56+01:00", 1709210096},
        {"2024-02-29T07:04:56-05:30", 1709210096},
        {"2000-02-29T00:00:00Z", 951782400},
        {"1969-12-31T23:59:59Z", -1},
        {"2100-12-31T23:59:59+00:00", 4133980799},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        time_t seconds = 7;
        assert_true(rfc3339_parse(rows[i].text, &seconds));
        assert_int_equal(seconds, rows[i].seconds);
    }
}

static void test_timestamp__anything_else__is_refused(void **state)
{
    (void)state;
    static const char *const rows[] = {
        NULL,
        "",
        "2024-02-29",
        "2024-02-29T12:34:56",
        "2024-02-29t12:34:56Z",
        "2024-02-29T12:34:56z",
        "2024-02-29 12:34:56Z",
        "2023-02-29T12:34:56Z",
        "2100-02-29T12:34:56Z",
        "2024-04-31T12:34:56Z",
        "2024-00-01T12:34:56Z",
        "2024-13-01T12:34:56Z",
        "2024-01-00T12:34:56Z",
        "2024-01-01T24:00:00Z",
        "2024-01-01T12:60:00Z",
        "2024-01-01T12:00:60Z",
        "2024-01-01T12:00:00.Z",
        "2024-01-01T12:00:00,5Z",
        "2024-01-01T12:00:00+0100",
        "2024-01-01T12:00:00+24:00",
        "2024-01-01T12:00:00+01:60",
        "2024-01-01T12:00:00+01",
        "2024-01-01T12:00:00ZZ",
        "2024-01-01T12:00:00Z ",
        " 2024-01-01T12:00:00Z",
        "+024-01-01T12:00:00Z",
        "24-01-01T12:00:00Z",
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        time_t seconds = 7;
        assert_false(rfc3339_parse(rows[i], &seconds));
        assert_int_equal(seconds, 7);
    }
}

static void test_timestamp__written__reads_back(void **state)
{
    (void)state;
    auto_free char *text = rfc3339_format(1709210096);
    assert_string_equal(text, "2024-02-29T12:34:56Z");
    auto_free char *early = rfc3339_format(-1);
    assert_string_equal(early, "1969-12-31T23:59:59Z");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_timestamp__well_formed__is_read),
        cmocka_unit_test(test_timestamp__anything_else__is_refused),
        cmocka_unit_test(test_timestamp__written__reads_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
