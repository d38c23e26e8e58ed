#include "ostack/clouds_priv.h"
#include "unit/ostack/place.h"

static void test_clouds_merge__normalising__turns_hyphens_and_numbers(void **state)
{
    (void)state;
    json_auto_t *value =
        quoted("{'auth-type': 'x', 'a': 5, 'b': 1.10, 'c': 2.0, 'api_timeout': 7, 'd': "
               "true, 'e': null, 'f': {'g-h': 1}, 'i': [1]}");
    json_auto_t *clean = osk_normalise(value);
    assert_json(clean,
                "{'auth_type': 'x', 'a': '5', 'b': '1.1', 'c': '2.0', 'api_timeout': 7, 'd': "
                "true, 'e': null, 'f': {'g_h': '1'}, 'i': [1]}");
}

static void test_clouds_merge__deeply__merges_maps_and_replaces_the_rest(void **state)
{
    (void)state;
    json_auto_t *base = quoted("{'a': {'b': {'c': 1, 'd': 2}, 'l': [1, 2]}, 'x': 1}");
    json_auto_t *over = quoted("{'a': {'b': {'c': 3}, 'l': [9]}, 'y': {'z': 1}}");
    json_auto_t *merged = osk_merge_deep(base, over);
    assert_json(merged, "{'a': {'b': {'c': 3, 'd': 2}, 'l': [9]}, 'x': 1, 'y': {'z': 1}}");
    assert_json(base, "{'a': {'b': {'c': 1, 'd': 2}, 'l': [1, 2]}, 'x': 1}");
}

static void test_clouds_merge__an_entry__replaces_but_merges_auth_and_heeds_no_null(void **state)
{
    (void)state;
    json_auto_t *base = quoted("{'auth': {'a': 1, 'b': 2}, 'x': 1, 'm': {'k': 1}}");
    json_auto_t *over = quoted("{'auth': {'b': 3, 'a': null}, 'x': null, 'm': {'l': 2}}");
    osk_merge_entry(base, over);
    assert_json(base, "{'auth': {'a': 1, 'b': 3}, 'x': 1, 'm': {'l': 2}}");
}

static void test_clouds_merge__variables__become_keys_unless_they_only_select(void **state)
{
    (void)state;
    bool lone = false;
    /* The environment is an array of writable texts. */
    char url[] = "OS_AUTH_URL=http://x", test[] = "OS_TEST_A=1", std[] = "OS_STDOUT=1";
    char path[] = "PATH=/", region[] = "OS_REGION_NAME=r", named[] = "OS_CLOUD=a";
    char endpoint[] = "OS_CONTAINER_INFRA_ENDPOINT_OVERRIDE=a=b";
    char *some[] = {url, test, std, path, region, endpoint, NULL};
    char *selectors[] = {named, region, NULL};
    json_auto_t *cloud = osk_environment_cloud(some, &lone);
    assert_json(cloud, "{'auth_url': 'http://x', 'region_name': 'r', "
                       "'container_infra_endpoint_override': 'a=b'}");
    assert_false(lone);
    assert_null(osk_environment_cloud(selectors, &lone));
}

/* ---- regions */

static const struct row {
    const char *entry;
    const char *vendor;
    const char *wanted;
    const char *region; /* NULL: refused */
    const char *error;
} rows[] = {
    {"{'regions': ['A', 'B']}", NULL, NULL, "A", NULL},
    {"{'regions': ['A', 'B']}", NULL, "B", "B", NULL},
    {"{'regions': ['A', 'B']}", NULL, "C", NULL,
     "Region C is not a valid region name for cloud x. Valid choices are A,B. Please note that "
     "region "
     "names are case sensitive."},
    {"{'regions': [{'name': 'A', 'values': {'key': 'v'}}]}", NULL, NULL, "A", NULL},
    {"{'regions': [{'name': 'A', 'other': 1}]}", NULL, NULL, NULL, "Invalid region entry"},
    {"{'region_name': 'A,B'}", NULL, "B", "B", NULL},
    {"{'region_name': ['A', 'B']}", NULL, "B", "B", NULL},
    {"{'region_name': 'A'}", NULL, "B", NULL, "Valid choices are A."},
    {"{'region_name': 'A'}", NULL, NULL, "A", NULL},
    {"{}", "{'regions': ['V']}", NULL, "V", NULL},
    {"{}", "{'region_name': 'V'}", NULL, "V", NULL},
    {"{'region_name': 'A'}", "{'regions': ['V']}", NULL, "A", NULL},
    {"{}", NULL, "anything", "anything", NULL},
    {"{}", NULL, NULL, "", NULL},
};

static void test_clouds_merge__each_row_of_regions__chooses_that_one(void **state)
{
    (void)state;
    for (size_t i = 0; i < array_length(rows); i++) {
        struct error *err = NULL;
        auto_strv struct strv warnings = {0};
        json_auto_t *entry = quoted(rows[i].entry);
        json_auto_t *vendor = rows[i].vendor ? quoted(rows[i].vendor) : NULL;
        json_auto_t *config = json_object();
        int result = osk_region_apply(config, &(struct osk_regions){"x", entry, vendor},
                                      rows[i].wanted, &warnings, &err);
        if (!rows[i].region) {
            assert_int_equal(result, -1);
            assert_error(&err, ERROR_USAGE, rows[i].error);
            continue;
        }
        assert_int_equal(result, 0);
        assert_string_equal(json_string_value(json_object_get(config, "region_name")),
                            rows[i].region);
    }
}

static void test_clouds_merge__values_of_a_region__are_laid_over_the_entry(void **state)
{
    (void)state;
    auto_strv struct strv warnings = {0};
    json_auto_t *entry = quoted("{'regions': [{'name': 'A', 'values': {'interface': 'internal', "
                                "'auth': {'auth_url': 'http://a'}}}]}");
    json_auto_t *config =
        quoted("{'interface': 'public', 'auth': {'username': 'u'}, 'regions': []}");
    assert_int_equal(
        osk_region_apply(config, &(struct osk_regions){"x", entry, NULL}, NULL, &warnings, NULL),
        0);
    assert_json(config,
                "{'interface': 'internal', 'auth': {'username': 'u', 'auth_url': 'http://a'}, "
                "'region_name': 'A'}");
}

static void test_clouds_merge__a_broken_region__is_named_by_its_place_alone(void **state)
{
    (void)state;
    struct error *err = NULL;
    auto_strv struct strv warnings = {0};
    json_auto_t *entry = quoted("{'regions': ['A', {'values': {'auth': {'password': 'geheim'}}}]}");
    json_auto_t *config = json_object();
    assert_int_equal(
        osk_region_apply(config, &(struct osk_regions){"x", entry, NULL}, NULL, &warnings, &err),
        -1);
    assert_lacks(err->message, "geheim");
    assert_error(&err, ERROR_USAGE, "Invalid region entry at: regions[1]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clouds_merge__normalising__turns_hyphens_and_numbers),
        cmocka_unit_test(test_clouds_merge__deeply__merges_maps_and_replaces_the_rest),
        cmocka_unit_test(test_clouds_merge__an_entry__replaces_but_merges_auth_and_heeds_no_null),
        cmocka_unit_test(test_clouds_merge__variables__become_keys_unless_they_only_select),
        cmocka_unit_test(test_clouds_merge__each_row_of_regions__chooses_that_one),
        cmocka_unit_test(test_clouds_merge__values_of_a_region__are_laid_over_the_entry),
        cmocka_unit_test(test_clouds_merge__a_broken_region__is_named_by_its_place_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
