/* What test_clouds.c does not reach: files that are odd, and what the sources are before they are
 * merged. */
#include "ostack/clouds_priv.h"
#include "unit/ostack/place.h"

#define ONE "clouds: {a: {auth: {username: u}}}\n"

/* Reads with the file clouds.yaml of TEXT. 0 or -1. */
static int read_text(void **state, const char *text, struct osk_sources *sources,
                     struct strv *warnings, struct error **err)
{
    sandbox_write(state, "clouds.yaml", text);
    return osk_sources_read(sources, warnings, err);
}

static void test_clouds_files__odd_ones__are_named_and_hold_no_cloud(void **state)
{
    static const struct {
        const char *text;
        const char *warning; /* NULL: none */
        const char *error;   /* NULL: none */
    } rows[] = {
        {"{}\n", NULL, NULL},
        {"null\n", NULL, NULL},
        {"clouds:\n", NULL, NULL},
        {"cloud: {a: {}}\n", "clouds.yaml does not contain a 'clouds' key", NULL},
        {"clouds: [a]\n", NULL, "clouds.yaml: clouds: expected a mapping, got "},
        {"just a text\n", NULL, "clouds.yaml is empty or not a valid mapping"},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        struct error *err = NULL;
        struct osk_sources sources = {0};
        auto_strv struct strv warnings = {0};
        int result = read_text(state, rows[i].text, &sources, &warnings, &err);
        if (rows[i].error)
            assert_error(&err, ERROR_USAGE, rows[i].error);
        assert_int_equal(result, rows[i].error ? -1 : 0);
        assert_int_equal(warnings.count, rows[i].warning ? 1 : 0);
        if (rows[i].warning)
            assert_contains(warnings.items[0], rows[i].warning);
        if (!rows[i].error)
            assert_json(sources.clouds, "{}");
        osk_sources_clear(&sources);
    }
}

/* A folder of the name cannot be read: that is said, and the next file counts. */
static void test_clouds_files__one_that_cannot_be_read__is_warned_about(void **state)
{
    struct osk_sources sources = {0};
    auto_strv struct strv warnings = {0};
    auto_free char *folder = sandbox_path(state, "clouds.yaml");
    assert_int_equal(mkdir(folder, 0700), 0);
    sandbox_write(state, "clouds.yml", ONE);
    assert_int_equal(osk_sources_read(&sources, &warnings, NULL), 0);
    assert_int_equal(warnings.count, 1);
    assert_contains(warnings.items[0], "a configuration file is skipped: ");
    assert_json(sources.clouds, "{'a': {'auth': {'username': 'u'}}}");
    assert_contains(sources.path, "/clouds.yml");
    osk_sources_clear(&sources);
}

static void test_clouds_files__secure_yaml_alone__makes_the_clouds(void **state)
{
    struct osk_sources sources = {0};
    auto_strv struct strv warnings = {0};
    sandbox_write(state, "hidden.yaml", ONE);
    setenv("OS_CLIENT_SECURE_FILE", "hidden.yaml", 1);
    assert_int_equal(osk_sources_read(&sources, &warnings, NULL), 0);
    assert_json(sources.clouds, "{'a': {'auth': {'username': 'u'}}}");
    assert_null(sources.path);
    assert_int_equal(warnings.count, 0);
    osk_sources_clear(&sources);
}

static void test_clouds_files__folders_of_the_site__are_searched_in_order(void **state)
{
    struct osk_sources sources = {0};
    auto_strv struct strv warnings = {0};
    auto_free char *one = sandbox_path(state, "one");
    auto_free char *two = sandbox_path(state, "two");
    auto_free char *both = xasprintf("%s::%s", one, two);
    sandbox_write(state, "two/openstack/clouds.yaml", ONE);
    setenv("XDG_CONFIG_DIRS", both, 1);
    assert_int_equal(osk_sources_read(&sources, &warnings, NULL), 0);
    assert_contains(sources.path, "/two/openstack/clouds.yaml");
    osk_sources_clear(&sources);
}

static void test_clouds_files__variables__are_told_apart(void **state)
{
    static const struct {
        const char *name;
        const char *value;
        const char *environment; /* NULL: no cloud is made */
        size_t warnings;
    } rows[] = {
        {"OS_TOKEN", "t", "{'token': 't'}", 0},
        {"OS_AUTH_TOKEN", "t", "{'auth_token': 't'}", 0},
        {"OS_APPLICATION_CREDENTIAL_ID", "i", "{'application_credential_id': 'i'}", 0},
        {"OS_USERNAME", "u", "{'username': 'u'}", 1},
        {"OS_USERNAME", "\xff", "{'username': '\xef\xbf\xbd'}", 1},
        {"OS_LOG_X", "1", NULL, 0},
        {"OS_CLIENT_CONFIG_FILE", "none.yaml", NULL, 0},
    };
    (void)state;
    for (size_t i = 0; i < array_length(rows); i++) {
        struct osk_sources sources = {0};
        auto_strv struct strv warnings = {0};
        setenv(rows[i].name, rows[i].value, 1);
        assert_int_equal(osk_sources_read(&sources, &warnings, NULL), 0);
        if (rows[i].environment)
            assert_json(sources.environment, rows[i].environment);
        else
            assert_null(sources.environment);
        assert_int_equal(warnings.count, rows[i].warnings);
        osk_sources_clear(&sources);
        unsetenv(rows[i].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        place_test(test_clouds_files__odd_ones__are_named_and_hold_no_cloud),
        place_test(test_clouds_files__one_that_cannot_be_read__is_warned_about),
        place_test(test_clouds_files__secure_yaml_alone__makes_the_clouds),
        place_test(test_clouds_files__folders_of_the_site__are_searched_in_order),
        place_test(test_clouds_files__variables__are_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
