#include "capi/version.h"
#include "unit/capi/support.h"

static void test_parse__of_strict_versions__takes_semver_with_an_optional_v(void **state)
{
    (void)state;
    static const struct row {
        const char *text, *want; /* NULL: refused */
    } rows[] = {
        {"v1.12.3", "v1.12.3"},
        {"1.12.3", "v1.12.3"},
        {"v1.0.0-rc.1+b.7", "v1.0.0-rc.1+b.7"},
        {"1.0.0+b-7", "v1.0.0+b-7"},
        {"v1.0.0-0", "v1.0.0-0"},
        {"v0.14", NULL},
        {"latest", NULL},
        {"", NULL},
        {"v1.2.3.4", NULL},
        {"v01.2.3", NULL},
        {"1.2.03", NULL},
        {"1.2.3-01", NULL},
        {"1.2.3-", NULL},
        {"1.2.3-a..b", NULL},
        {"1.2.3+", NULL},
        {"1.2.3x", NULL},
        {"1.2.3-ä", NULL},
        {"vv1.2.3", NULL},
        {"1.2.99999999999999999999", NULL},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_capi_version struct capi_version version = {0};
        bool parsed = capi_version_parse(rows[i].text, &version);
        if (parsed != (rows[i].want != NULL))
            fail_msg("\"%s\": %d", rows[i].text, parsed);
        assert_int_equal(capi_version_parse(rows[i].text, NULL), parsed);
        auto_free char *text = capi_version_text(&version);
        assert_string_equal(text, parsed ? rows[i].want : "v0.0.0");
    }
    assert_false(capi_version_parse(NULL, NULL));
}

static void test_parse_tolerant__of_short_versions__fills_what_is_missing(void **state)
{
    (void)state;
    static const struct row {
        const char *text, *want;
    } rows[] = {
        {" v1.2 ", "v1.2.0"},          {"1", "v1.0.0"},     {"v0.11.0", "v0.11.0"},
        {"01.002.3-a", "v1.2.3-a"},    {"x", NULL},         {"", NULL},
        {"1.2.3+h.10", "v1.2.3+h.10"}, {"1.2-alpha", NULL}, {"1..2", NULL},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_capi_version struct capi_version version = {0};
        assert_int_equal(capi_version_parse_tolerant(rows[i].text, &version), rows[i].want != NULL);
        auto_free char *text = capi_version_text(&version);
        assert_string_equal(text, rows[i].want ? rows[i].want : "v0.0.0");
    }
    assert_false(capi_version_parse_tolerant(NULL, NULL));
}

static int sign(int number)
{
    return (number > 0) - (number < 0);
}

static void test_compare__of_a_rising_row__follows_semver(void **state)
{
    (void)state;
    static const char *const rising[] = {
        "v0.9.9",        "1.0.0-1",       "1.0.0-2",    "1.0.0-10",     "1.0.0-alpha",
        "1.0.0-alpha.1", "1.0.0-alpha.b", "1.0.0-rc.9", "1.0.0-rc.10",  "1.0.0",
        "1.0.1",         "1.2.0",         "1.10.0",     "2.0.0-rc.1+x", "v18446744073709551615.0.0",
    };
    for (size_t i = 0; i < array_length(rising); i++) {
        for (size_t j = 0; j < array_length(rising); j++) {
            auto_capi_version struct capi_version a = {0};
            auto_capi_version struct capi_version b = {0};
            assert_true(capi_version_parse(rising[i], &a) && capi_version_parse(rising[j], &b));
            int want = (i > j) - (i < j);
            if (sign(capi_version_compare(&a, &b)) != want)
                fail_msg("%s against %s", rising[i], rising[j]);
        }
    }
}

static void test_order__of_build_metadata__knows_different(void **state)
{
    (void)state;
    static const struct row {
        const char *a, *b;
        enum capi_order want;
    } rows[] = {
        {"v1.0.0", "v1.0.1", CAPI_LOWER},          {"v1.1.0", "v1.0.1+x", CAPI_HIGHER},
        {"v1.0.0", "v1.0.0", CAPI_SAME},           {"v1.0.0+1", "v1.0.0+2", CAPI_LOWER},
        {"v1.0.0+9", "v1.0.0+10", CAPI_LOWER},     {"v1.0.0+1", "v1.0.0+a", CAPI_LOWER},
        {"v1.0.0+a", "v1.0.0+1", CAPI_HIGHER},     {"v1.0.0+a", "v1.0.0+b", CAPI_DIFFERENT},
        {"v1.0.0+a.2", "v1.0.0+a.1", CAPI_HIGHER}, {"v1.0.0+a", "v1.0.0+a.1", CAPI_LOWER},
        {"v1.0.0", "v1.0.0+a", CAPI_LOWER},        {"v1.0.0+a.b", "v1.0.0+a.b", CAPI_SAME},
        {"v1.0.0+010", "v1.0.0+9", CAPI_HIGHER},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_capi_version struct capi_version a = {0};
        auto_capi_version struct capi_version b = {0};
        assert_true(capi_version_parse(rows[i].a, &a) && capi_version_parse(rows[i].b, &b));
        if (capi_version_order(&a, &b) != rows[i].want)
            fail_msg("%s against %s", rows[i].a, rows[i].b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse__of_strict_versions__takes_semver_with_an_optional_v),
        cmocka_unit_test(test_parse_tolerant__of_short_versions__fills_what_is_missing),
        cmocka_unit_test(test_compare__of_a_rising_row__follows_semver),
        cmocka_unit_test(test_order__of_build_metadata__knows_different),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
