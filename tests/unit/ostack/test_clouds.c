#include "ostack/clouds.h"
#include "unit/ostack/place.h"

#define ONE "clouds: {only: {auth: {auth_url: 'http://one', username: u}}}\n"
#define TWO "clouds: {a: {auth: {auth_url: 'http://a'}}, b: {auth: {auth_url: 'http://b'}}}\n"

/* Loads with OPTIONS; the merged entry, owned, or NULL with *err. */
static json_t *load(const struct osk_cloud_options *options, struct strv *warnings,
                    struct error **err)
{
    struct osk_cloud cloud = {0};
    if (osk_cloud_load(&cloud, options, warnings, err) < 0)
        return NULL;
    json_t *config = json_incref(cloud.config);
    osk_cloud_clear(&cloud);
    return config;
}

static const char *auth(const json_t *config, const char *key)
{
    return json_string_value(json_object_get(json_object_get(config, "auth"), key));
}

static json_t *load_plain(void **state)
{
    (void)state;
    auto_strv struct strv warnings = {0};
    auto_error struct error *err = NULL;
    const struct osk_cloud_options options = {.interface = "public"};
    json_t *config = load(&options, &warnings, &err);
    if (!config)
        fail_msg("%s", err->message);
    return config;
}

static void assert_url(void **state, const char *url)
{
    json_auto_t *config = load_plain(state);
    assert_string_equal(auth(config, "auth_url"), url);
}

static void test_clouds__files_in_several_folders__the_nearest_wins_alone(void **state)
{
    sandbox_write(state, ".config/openstack/clouds.yml",
                  "clouds: {x: {auth: {auth_url: 'http://home'}}}");
    assert_url(state, "http://home");
    sandbox_write(state, ".config/openstack/clouds.yaml",
                  "clouds: {x: {auth: {auth_url: 'http://yaml'}}}");
    assert_url(state, "http://yaml");
    sandbox_write(state, "xdg/openstack/clouds.json",
                  "{\"clouds\": {\"x\": {\"auth\": {\"auth_url\": "
                  "\"http://xdg\"}}}}");
    auto_free char *xdg = sandbox_path(state, "xdg");
    setenv("XDG_CONFIG_HOME", xdg, 1);
    assert_url(state, "http://xdg");
    sandbox_write(state, "clouds.yaml", ONE);
    assert_url(state, "http://one");
    sandbox_write(state, "named.yaml", "clouds: {x: {auth: {auth_url: 'http://named'}}}");
    setenv("OS_CLIENT_CONFIG_FILE", "named.yaml", 1);
    assert_url(state, "http://named");
    setenv("OS_CLIENT_CONFIG_FILE", "missing.yaml", 1);
    assert_url(state, "http://one");
}

static void test_clouds__a_broken_file__is_warned_about_and_skipped(void **state)
{
    auto_strv struct strv warnings = {0};
    const struct osk_cloud_options options = {0};
    sandbox_write(state, "clouds.yaml", "clouds: {a: [");
    sandbox_write(state, "clouds.yml", ONE);
    json_auto_t *config = load(&options, &warnings, NULL);
    assert_string_equal(auth(config, "auth_url"), "http://one");
    assert_int_equal(warnings.count, 1);
    assert_contains(warnings.items[0], "clouds.yaml: line 2");
}

static void test_clouds__a_broken_file_of_json__is_not_quoted(void **state)
{
    auto_strv struct strv warnings = {0};
    const struct osk_cloud_options options = {0};
    sandbox_write(state, "clouds.json",
                  "{\"clouds\": {\"a\": {\"auth\": {\"password\": hunter2}}}}");
    json_auto_t *config = load(&options, &warnings, NULL);
    assert_null(auth(config, "password"));
    assert_int_equal(warnings.count, 1);
    assert_contains(warnings.items[0], "clouds.json is skipped: line 1, column ");
    assert_null(strstr(warnings.items[0], "hunter"));
}

static void test_clouds__a_file_that_is_a_list__is_an_error(void **state)
{
    struct error *err = NULL;
    auto_strv struct strv warnings = {0};
    const struct osk_cloud_options options = {0};
    sandbox_write(state, "clouds.yaml", "- a\n");
    assert_null(load(&options, &warnings, &err));
    assert_error(&err, ERROR_USAGE, "clouds.yaml is empty or not a valid mapping");
}

static void test_clouds__an_empty_file__ends_the_search(void **state)
{
    sandbox_write(state, "clouds.yaml", "");
    sandbox_write(state, "clouds.yml", ONE);
    json_auto_t *config = load_plain(state);
    assert_null(auth(config, "auth_url"));
}

static void test_clouds__words_of_yaml__are_booleans_only_where_they_can_be(void **state)
{
    sandbox_write(
        state, "clouds.yaml",
        "clouds: {only: {insecure: yes, has_image: off, auth: {username: y, password: no}}}");
    json_auto_t *config = load_plain(state);
    assert_string_equal(auth(config, "username"), "y");
    assert_string_equal(auth(config, "password"), "no");
    assert_json(json_object_get(config, "verify"), "false");
    assert_json(json_object_get(config, "has_image"), "false");
}

static void test_clouds__options_with_os_before_them__lose_it(void **state)
{
    (void)state;
    auto_strv struct strv warnings = {0};
    json_auto_t *given = quoted("{'os_username': 'u', 'username': 'v'}");
    const struct osk_cloud_options options = {.auth = given};
    json_auto_t *config = load(&options, &warnings, NULL);
    assert_string_equal(auth(config, "username"), "u");
    assert_null(auth(config, "os_username"));
}

static void test_clouds__secure_yaml__is_laid_over_deeply(void **state)
{
    sandbox_write(state, "clouds.yaml",
                  "clouds: {only: {regions: [A, B], auth: {auth_url: 'http://one', username: u}}}");
    sandbox_write(state, "secure.yaml", "clouds: {only: {regions: [C], auth: {password: 12345}}}");
    json_auto_t *config = load_plain(state);
    assert_string_equal(auth(config, "username"), "u");
    assert_string_equal(auth(config, "password"), "12345");
    assert_json(json_object_get(config, "region_name"), "'C'");
}

static void test_clouds__which_cloud__is_chosen_in_order(void **state)
{
    auto_strv struct strv warnings = {0};
    json_auto_t *b = json_string("b");
    json_auto_t *nobody = json_string("nobody");
    struct error *err = NULL;
    sandbox_write(state, "clouds.yaml", TWO);
    json_auto_t *none = load_plain(state);
    assert_null(auth(none, "auth_url"));
    setenv("OS_CLOUD", "a", 1);
    assert_url(state, "http://a");
    const struct osk_cloud_options by_name = {.cloud = b};
    json_auto_t *config = load(&by_name, &warnings, NULL);
    assert_string_equal(auth(config, "auth_url"), "http://b");
    const struct osk_cloud_options unknown = {.cloud = nobody};
    assert_null(load(&unknown, &warnings, &err));
    assert_error(&err, ERROR_USAGE, "Cloud nobody was not found.");
}

static void test_clouds__variables__make_a_cloud_that_beats_the_file(void **state)
{
    sandbox_write(state, "clouds.yaml", ONE);
    setenv("OS_AUTH_URL", "http://env", 1);
    setenv("OS_TENANT_NAME", "t", 1);
    setenv("OS_LOG_LEVEL", "x", 1);
    json_auto_t *config = load_plain(state);
    assert_string_equal(auth(config, "auth_url"), "http://env");
    assert_string_equal(auth(config, "project_name"), "t");
    assert_null(json_object_get(config, "log_level"));
    setenv("OS_CLOUD", "only", 1);
    assert_url(state, "http://one");
}

static void test_clouds__one_stray_variable__hides_the_file_with_a_warning(void **state)
{
    auto_strv struct strv warnings = {0};
    const struct osk_cloud_options options = {0};
    sandbox_write(state, "clouds.yaml", ONE);
    setenv("OS_CACERT", "/x", 1);
    json_auto_t *config = load(&options, &warnings, NULL);
    assert_null(auth(config, "auth_url"));
    assert_int_equal(warnings.count, 1);
    assert_contains(warnings.items[0], "they make a cloud \"envvars\"");
}

static void test_clouds__a_file_cloud_named_as_that_of_the_variables__is_an_error(void **state)
{
    struct error *err = NULL;
    auto_strv struct strv warnings = {0};
    const struct osk_cloud_options options = {0};
    sandbox_write(state, "clouds.yaml", ONE);
    setenv("OS_CLOUD_NAME", "only", 1);
    assert_null(load(&options, &warnings, &err));
    assert_error(&err, ERROR_USAGE,
                 "defines a cloud named 'only', but OS_CLOUD_NAME is also set to "
                 "'only'. Please rename");
}

static void test_clouds__a_region_in_the_environment__does_not_reach_a_named_cloud(void **state)
{
    auto_strv struct strv warnings = {0};
    const struct osk_cloud_options options = {0};
    sandbox_write(state, "clouds.yaml", ONE);
    setenv("OS_CLOUD", "only", 1);
    setenv("OS_REGION_NAME", "elsewhere", 1);
    json_auto_t *config = load(&options, &warnings, NULL);
    assert_json(json_object_get(config, "region_name"), "''");
    assert_int_equal(warnings.count, 1);
    assert_contains(warnings.items[0], "OS_REGION_NAME is ignored");
}

static void test_clouds__a_profile_of_clouds_public__is_laid_under_the_entry(void **state)
{
    auto_strv struct strv warnings = {0};
    const struct osk_cloud_options options = {0};
    sandbox_write(state, "clouds-public.yaml",
                  "public-clouds: {v: {auth: {auth_url: 'http://v', "
                  "user_domain_name: D}, interface: internal}}");
    sandbox_write(state, "clouds.yaml", "clouds: {x: {profile: v, auth: {user_domain_name: E}}}");
    json_auto_t *config = load(&options, &warnings, NULL);
    assert_string_equal(auth(config, "auth_url"), "http://v");
    assert_string_equal(auth(config, "user_domain_name"), "E");
    assert_json(json_object_get(config, "interface"), "'internal'");
    assert_int_equal(warnings.count, 0);
}

static void test_clouds__a_profile_that_nobody_knows__is_a_warning(void **state)
{
    auto_strv struct strv warnings = {0};
    const struct osk_cloud_options options = {0};
    sandbox_write(state, "clouds.yaml", "clouds: {x: {profile: v}}");
    json_auto_t *config = load(&options, &warnings, NULL);
    assert_non_null(config);
    assert_int_equal(warnings.count, 1);
    assert_contains(warnings.items[0], "Couldn't find the vendor profile v for the cloud x");
}

static void test_clouds__a_broken_file_of_profiles__is_only_warned_about(void **state)
{
    auto_strv struct strv warnings = {0};
    const struct osk_cloud_options options = {0};
    sandbox_write(state, "clouds-public.yaml", "[1]");
    sandbox_write(state, "clouds.yaml", ONE);
    json_auto_t *config = load(&options, &warnings, NULL);
    assert_string_equal(auth(config, "auth_url"), "http://one");
    assert_int_equal(warnings.count, 1);
    assert_contains(warnings.items[0], "clouds-public.yaml is empty or not a valid mapping");
}

static void test_clouds__a_dictionary__stands_alone(void **state)
{
    struct error *err = NULL;
    auto_strv struct strv warnings = {0};
    json_auto_t *map = quoted("{'auth': {'auth-url': 'http://map'}, 'os_verify': false}");
    sandbox_write(state, "clouds.yaml", ONE);
    struct osk_cloud_options options = {.cloud = map, .interface = "public"};
    json_auto_t *config = load(&options, &warnings, &err);
    assert_string_equal(auth(config, "auth_url"), "http://map");
    assert_null(auth(config, "username"));
    assert_json(json_object_get(config, "verify"), "false");
    options.interface = "internal";
    assert_null(load(&options, &warnings, &err));
    assert_error(
        &err, ERROR_USAGE,
        "A cloud config dict was provided to the cloud parameter but also a value was provided "
        "for interface. If a cloud config dict is provided, interface should be excluded.");
}

static void test_clouds__a_dictionary_that_names_a_cloud__is_laid_over_it(void **state)
{
    auto_strv struct strv warnings = {0};
    json_auto_t *map = quoted("{'cloud': 'a', 'auth': {'username': 'me'}}");
    sandbox_write(state, "clouds.yaml", TWO);
    const struct osk_cloud_options options = {.cloud = map};
    json_auto_t *config = load(&options, &warnings, NULL);
    assert_string_equal(auth(config, "auth_url"), "http://a");
    assert_string_equal(auth(config, "username"), "me");
}

static void test_clouds__a_number_as_the_name__is_refused(void **state)
{
    (void)state;
    struct error *err = NULL;
    auto_strv struct strv warnings = {0};
    json_auto_t *number = json_integer(7);
    const struct osk_cloud_options options = {.cloud = number};
    assert_null(load(&options, &warnings, &err));
    assert_error(&err, ERROR_USAGE,
                 "cloud: expected the name of a cloud or a dictionary, got number");
}

static void test_clouds__options__win_over_everything(void **state)
{
    auto_strv struct strv warnings = {0};
    json_auto_t *given = quoted("{'username': 'mine', 'password': 5}");
    json_auto_t *seconds = json_integer(7);
    sandbox_write(
        state, "clouds.yaml",
        "clouds: {only: {interface: internal, api_timeout: 3, cacert: /a, auth: {auth_url: "
        "'http://one', username: u}}}");
    const struct osk_cloud_options options = {
        .auth = given, .interface = "public", .ca_cert = "/b", .api_timeout = seconds};
    json_auto_t *config = load(&options, &warnings, NULL);
    assert_string_equal(auth(config, "auth_url"), "http://one");
    assert_string_equal(auth(config, "username"), "mine");
    assert_string_equal(auth(config, "password"), "5");
    assert_json(json_object_get(config, "interface"), "'public'");
    assert_json(json_object_get(config, "cacert"), "'/b'");
    assert_json(json_object_get(config, "api_timeout"), "7");
}

static void test_clouds__secrets__are_found_at_every_depth(void **state)
{
    (void)state;
    auto_strv struct strv texts = {0};
    json_auto_t *value = quoted(
        "{'auth': {'username': 'u', 'password': 'p', 'application_credential_secret': 's'}, "
        "'regions': [{'name': 'r', 'values': {'auth': {'token': 't', 'passcode': 123456}}}]}");
    osk_cloud_secrets(value, &texts);
    strv_sort(&texts);
    auto_free char *joined = strv_join(&texts, " ");
    assert_string_equal(joined, "123456 p s t");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        place_test(test_clouds__files_in_several_folders__the_nearest_wins_alone),
        place_test(test_clouds__a_broken_file__is_warned_about_and_skipped),
        place_test(test_clouds__a_broken_file_of_json__is_not_quoted),
        place_test(test_clouds__a_file_that_is_a_list__is_an_error),
        place_test(test_clouds__an_empty_file__ends_the_search),
        place_test(test_clouds__words_of_yaml__are_booleans_only_where_they_can_be),
        place_test(test_clouds__options_with_os_before_them__lose_it),
        place_test(test_clouds__secure_yaml__is_laid_over_deeply),
        place_test(test_clouds__which_cloud__is_chosen_in_order),
        place_test(test_clouds__variables__make_a_cloud_that_beats_the_file),
        place_test(test_clouds__one_stray_variable__hides_the_file_with_a_warning),
        place_test(test_clouds__a_file_cloud_named_as_that_of_the_variables__is_an_error),
        place_test(test_clouds__a_region_in_the_environment__does_not_reach_a_named_cloud),
        place_test(test_clouds__a_profile_of_clouds_public__is_laid_under_the_entry),
        place_test(test_clouds__a_profile_that_nobody_knows__is_a_warning),
        place_test(test_clouds__a_broken_file_of_profiles__is_only_warned_about),
        place_test(test_clouds__a_dictionary__stands_alone),
        place_test(test_clouds__a_dictionary_that_names_a_cloud__is_laid_over_it),
        place_test(test_clouds__a_number_as_the_name__is_refused),
        place_test(test_clouds__options__win_over_everything),
        place_test(test_clouds__secrets__are_found_at_every_depth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
