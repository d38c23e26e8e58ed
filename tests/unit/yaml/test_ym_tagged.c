#include "support/unit.h"

#include "support/json_text.h"
#include "yaml/ym_tagged_priv.h"

static void test_ym_binary__base64__is_decoded(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *json;
    } rows[] = {
        {"", "''"},
        {"aGk=", "'hi'"},
        {"aGV5", "'hey'"},
        {"aA==", "'h'"},
        {"YW55IGNhcm5hbCBwbGVhc3VyZQ==", "'any carnal pleasure'"},
        {"aG\nk\r\n=\n", "'hi'"},
        {"w6k=", "'\\u00e9'"},
        {"YQBi", "'a\\u0000b'"},
        {"AAA=", "'\\u0000\\u0000'"},
        {"/+8=", "'\\ufffd\\ufffd'"},
        {"Qf9C", "'A\\ufffdB'"},
        {"/wD/", "'\\ufffd\\u0000\\ufffd'"},
        /* Bits behind the last byte are ignored, as Go's decoder does. */
        {"aGl=", "'hi'"},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_error struct error *error = NULL;
        json_auto_t *value = ym_binary(rows[i].text, strlen(rows[i].text), &error);
        assert_no_error(error);
        assert_json(value, rows[i].json);
    }
}

static void test_ym_binary__anything_else__is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "aGk", "a", "aGk =", "aGk==", "====", "a===", "aGk=aGk=", "=aGk", "aG-_", "aG=k", "aGk=="};
    for (size_t i = 0; i < array_length(texts); i++) {
        auto_error struct error *error = NULL;
        assert_null(ym_binary(texts[i], strlen(texts[i]), &error));
        assert_error(&error, ERROR_PARSE, "!!binary value contains invalid base64 data");
    }
}

static void test_ym_is_timestamp__go_s_forms__are_known(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "2001-01-01",
        "2001-1-1",
        "2000-02-29",
        "2004-02-29",
        "2001-12-14T21:59:43Z",
        "2001-12-14t21:59:43.10-05:00",
        "2001-12-14T1:2:3.000000001+01:30",
        "2001-12-15 2:59:43.10",
        "2001-12-15 2:59:43",
    };
    for (size_t i = 0; i < array_length(texts); i++)
        assert_true(ym_is_timestamp(texts[i], strlen(texts[i])));
}

static void test_ym_is_timestamp__other_text__is_none(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "2001",
        "01-01-01",
        "20011-01-01",
        "2001-13-01",
        "2001-00-01",
        "2001-02-29",
        "1900-02-29",
        "2001-04-31",
        "2001-01-00",
        "2001-01-01x",
        "2001-01-01T",
        "2001-01-01T24:00:00Z",
        "2001-01-01T00:60:00Z",
        "2001-01-01T00:00:60Z",
        "2001-01-01T00:00:00",
        "2001-01-01T00:00:00+0100",
        "2001-01-01T00:00:00.Z",
        "2001-01-01 00:00:00Z",
        "2001-01-01 00:00",
        "2001-12-14 21:59:43.10 -5",
    };
    for (size_t i = 0; i < array_length(texts); i++)
        if (ym_is_timestamp(texts[i], strlen(texts[i])))
            fail_msg("%s", texts[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ym_binary__base64__is_decoded),
        cmocka_unit_test(test_ym_binary__anything_else__is_refused),
        cmocka_unit_test(test_ym_is_timestamp__go_s_forms__are_known),
        cmocka_unit_test(test_ym_is_timestamp__other_text__is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
