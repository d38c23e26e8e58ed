#include "daemon/cidr.h"
#include "daemon/config.h"
#include "daemon/endpoint.h"
#include "daemon/settings.h"
#include "support/unit.h"

/* Reads VARIABLE=VALUE alone, and the arguments. */
static int read_with(struct config *config, const char *entry, const char *option,
                     const char *value, struct error **err)
{
    char *environment[] = {entry ? xstrdup(entry) : NULL, NULL};
    char *arguments[] = {xstrdup("proxy"), option ? xstrdup(option) : NULL,
                         value ? xstrdup(value) : NULL, NULL};
    int count = 1 + (option != NULL) + (value != NULL);
    config_init(config);
    int result = config_read(config, count, arguments, environment, err);
    free(environment[0]);
    for (size_t i = 0; i < array_length(arguments); i++)
        free(arguments[i]);
    return result;
}

static void test_config__nothing_set__defaults(void **state)
{
    (void)state;
    auto_error struct error *error = NULL;
    auto_config struct config config;
    read_with(&config, NULL, NULL, NULL, &error);
    assert_no_error(error);
    assert_string_equal(config.bind, "*");
    assert_int_equal(config.port, 0);
    assert_int_equal(config.hello_timeout_ms, 5000);
    assert_int_equal(config.connect_timeout_ms, 5000);
    assert_int_equal(config.idle_timeout_ms, 3600 * 1000);
    assert_int_equal(config.probe_interval_ms, 5000);
    assert_int_equal(config.cycle_ms, 10000);
    assert_string_equal(config.netns_dir, "/run/netns");
    assert_int_equal(config.netns_prefixes.count, 3);
    assert_string_equal(config.netns_prefixes.items[0], "ovnmeta-");
    assert_string_equal(config.netns_prefixes.items[2], "");
    assert_false(config.always);
    assert_null(config.pod_ip);
    assert_non_null(config.hostname);
}

static void test_config__every_setting__takes_its_default_and_the_empty_string(void **state)
{
    (void)state;
    size_t count = 0;
    const struct setting *table = settings_table(&count);
    for (size_t i = 0; i < count; i++) {
        auto_error struct error *error = NULL;
        auto_config struct config config;
        auto_free char *entry = xasprintf("%s=", table[i].variable);
        read_with(&config, entry, table[i].option, table[i].fallback, &error);
        assert_no_error(error);
        json_auto_t *shown = config_to_json(&config);
        assert_non_null(json_object_get(shown, table[i].variable));
        assert_int_equal(json_object_size(shown), count);
        auto_free char *help = config_help();
        assert_non_null(strstr(help, table[i].option));
    }
}

static void test_config__expiry_below_two_cycles__names_both(void **state)
{
    (void)state;
    static const struct {
        const char *entry;
        const char *expiry;
        bool fine;
    } rows[] = {
        {"PROXY_CYCLE=15", "30", true},  {"PROXY_CYCLE=15.1", "30", false},
        {"PROXY_CYCLE=60", "120", true}, {"PROXY_CYCLE=60", "60", false},
        {"PROXY_CYCLE=0.5", "1", true},  {"PROXY_CYCLE=", "19.9", false},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_error struct error *error = NULL;
        auto_config struct config config;
        int result = read_with(&config, rows[i].entry, "--expiry", rows[i].expiry, &error);
        assert_int_equal(result, rows[i].fine ? 0 : -1);
        if (rows[i].fine)
            continue;
        assert_non_null(strstr(error->message, "PROXY_EXPIRY"));
        assert_error(&error, ERROR_USAGE, "PROXY_CYCLE");
    }
}

static void test_085_always__words_for_no__are_no_and_all_others_yes(void **state)
{
    (void)state;
    static const struct {
        const char *entry;
        bool always;
    } rows[] = {{"PROXY_ALWAYS=0", false},     {"PROXY_ALWAYS=", false},
                {"PROXY_ALWAYS=False", false}, {"PROXY_ALWAYS=off", false},
                {"PROXY_ALWAYS=1", true},      {"PROXY_ALWAYS=true", true},
                {"PROXY_ALWAYS=always", true}, {"PROXY_ALWAYS=no", false}};
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_error struct error *error = NULL;
        auto_config struct config config;
        read_with(&config, rows[i].entry, NULL, NULL, &error);
        assert_no_error(error);
        assert_int_equal(config.always, rows[i].always);
    }
}

static void test_config__option__wins_over_the_environment(void **state)
{
    (void)state;
    auto_error struct error *error = NULL;
    auto_config struct config config;
    read_with(&config, "PROXY_PORT=1", "--port", "6443", &error);
    assert_no_error(error);
    assert_int_equal(config.port, 6443);
}

static void test_config__fractions_of_seconds__are_milliseconds(void **state)
{
    (void)state;
    static const struct {
        const char *entry;
        long long ms;
    } rows[] = {{"PROXY_PROBE_INTERVAL=0.25", 250},
                {"PROXY_PROBE_INTERVAL=1.5", 1500},
                {"PROXY_PROBE_INTERVAL=10", 10000},
                {"PROXY_PROBE_INTERVAL=0.125", 125}};
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_error struct error *error = NULL;
        auto_config struct config config;
        read_with(&config, rows[i].entry, NULL, NULL, &error);
        assert_no_error(error);
        assert_int_equal(config.probe_interval_ms, rows[i].ms);
    }
}

static void test_config__unusable_value__named_with_what_is_allowed(void **state)
{
    (void)state;
    static const struct {
        const char *entry;
        const char *message;
    } rows[] = {
        {"PROXY_PORT=six", "PROXY_PORT=six: a number from 0"},
        {"PROXY_PORT=65536", "PROXY_PORT=65536: a number from 0"},
        {"PROXY_BIND=host.example", "PROXY_BIND=host.example: \"*\", an IPv4"},
        {"POD_IP=nowhere", "POD_IP=nowhere: an IPv4 or IPv6 address"},
        {"PROXY_ALLOW=10.0.0.0/33", "\"10.0.0.0/33\" is no network"},
        {"PROXY_IDLE_TIMEOUT=-1", "PROXY_IDLE_TIMEOUT=-1: seconds from 0"},
        {"PROXY_PROBE_INTERVAL=0.0001", "seconds from 0.1"},
        {"PROXY_PROBE_INTERVAL=1.", "seconds from 0.1"},
        {"PROXY_MAX_CONNECTIONS=0", "a number from 1"},
        {"PROXY_PROBE=icmp", "tcp or readyz"},
        {"PROXY_NETNS_DIR=run", "an absolute path"},
        {"PROXY_NETNS_PREFIXES=qdhcp", "ends with \"-\""},
        {"PROXY_METRICS=10.0.0.1:80", "loopback"},
        {"PROXY_METRICS=metrics", "loopback"},
        {"PROXY_FORWARD_BIND=::1:80", "an address with a port"},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        struct error *error = NULL;
        auto_config struct config config;
        assert_int_equal(read_with(&config, rows[i].entry, NULL, NULL, &error), -1);
        assert_error(&error, ERROR_USAGE, rows[i].message);
    }
}

static void test_config__unknown_or_incomplete_option__refused(void **state)
{
    (void)state;
    struct error *error = NULL;
    auto_config struct config config;
    assert_int_equal(read_with(&config, NULL, "--verbose", NULL, &error), -1);
    assert_error(&error, ERROR_USAGE, "--verbose: there is no such option");
    auto_config struct config other;
    assert_int_equal(read_with(&other, NULL, "--port", NULL, &error), -1);
    assert_error(&error, ERROR_USAGE, "--port: a value is missing");
}

static void test_config__bind_in_brackets__taken_without(void **state)
{
    (void)state;
    auto_error struct error *error = NULL;
    auto_config struct config config;
    read_with(&config, "PROXY_BIND=[::1]", NULL, NULL, &error);
    assert_no_error(error);
    assert_string_equal(config.bind, "::1");
}

static void test_cidr__addresses__inside_or_not(void **state)
{
    (void)state;
    static const struct {
        const char *network;
        const char *address;
        bool inside;
    } rows[] = {
        {"10.0.0.0/8", "10.255.0.1", true},          {"10.0.0.0/8", "11.0.0.1", false},
        {"10.0.0.0/8", "::ffff:10.1.2.3", true},     {"192.0.2.7", "192.0.2.7", true},
        {"192.0.2.7", "192.0.2.6", false},           {"0.0.0.0/0", "203.0.113.9", true},
        {"0.0.0.0/0", "2001:db8::1", false},         {"2001:db8::/33", "2001:db8:7fff::1", true},
        {"2001:db8::/33", "2001:db8:8000::", false}, {"::/0", "10.0.0.1", true},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        struct cidr cidr;
        struct endpoint endpoint;
        assert_true(cidr_parse(rows[i].network, &cidr));
        assert_true(endpoint_set(&endpoint, rows[i].address, 1));
        assert_int_equal(cidr_holds(&cidr, &endpoint.address.any), rows[i].inside);
    }
}

static void test_endpoint__text_and_back(void **state)
{
    (void)state;
    static const char *const texts[] = {"127.0.0.1:80", "[::1]:65535", "[2001:db8::7]:1"};
    for (size_t i = 0; i < array_length(texts); i++) {
        struct endpoint endpoint;
        char text[ENDPOINT_TEXT];
        assert_true(endpoint_parse(texts[i], &endpoint));
        assert_string_equal(endpoint_text(&endpoint, text), texts[i]);
    }
    static const char *const wrong[] = {"",       ":",       "127.0.0.1", "127.0.0.1:0",
                                        "::1:80", "[::1:80", "[]:80",     "x:80"};
    for (size_t i = 0; i < array_length(wrong); i++) {
        struct endpoint endpoint;
        assert_false(endpoint_parse(wrong[i], &endpoint));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_config__nothing_set__defaults),
        cmocka_unit_test(test_config__every_setting__takes_its_default_and_the_empty_string),
        cmocka_unit_test(test_config__expiry_below_two_cycles__names_both),
        cmocka_unit_test(test_085_always__words_for_no__are_no_and_all_others_yes),
        cmocka_unit_test(test_config__option__wins_over_the_environment),
        cmocka_unit_test(test_config__fractions_of_seconds__are_milliseconds),
        cmocka_unit_test(test_config__unusable_value__named_with_what_is_allowed),
        cmocka_unit_test(test_config__unknown_or_incomplete_option__refused),
        cmocka_unit_test(test_config__bind_in_brackets__taken_without),
        cmocka_unit_test(test_cidr__addresses__inside_or_not),
        cmocka_unit_test(test_endpoint__text_and_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
