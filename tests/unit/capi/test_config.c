#include "capi/config.h"
#include "capi/config_priv.h"
#include "unit/capi/support.h"

static const char *const named[] = {"PROVIDERS", "XDG_CONFIG_HOME",  "XDG_CACHE_HOME",  "A_B",
                                    "V",         "CLUSTER_TOPOLOGY", "OVERRIDESFOLDER", "BASE"};

static int enter(void **state)
{
    for (size_t i = 0; i < array_length(named); i++)
        unsetenv(named[i]);
    return sandbox_enter(state);
}

static int leave(void **state)
{
    for (size_t i = 0; i < array_length(named); i++)
        unsetenv(named[i]);
    return sandbox_leave(state);
}

/* A configuration of the file c.yaml with TEXT. */
static struct capi_config *read_config(void **state, const char *text,
                                       struct capi_config_options *options, struct error **err)
{
    auto_free char *path = sandbox_path(state, "c.yaml");
    sandbox_write(state, "c.yaml", text);
    options->path = path;
    struct capi_config *config = capi_config_new(options, err);
    options->path = NULL;
    return config;
}

static struct capi_config *must_read(void **state, const char *text,
                                     struct capi_config_options *options)
{
    auto_error struct error *err = NULL;
    struct capi_config *config = read_config(state, text, options, &err);
    if (!config)
        fail_msg("%s", err->message);
    return config;
}

/* The error of asking for a provider of the configuration TEXT. */
static void check_provider_error(void **state, const char *text,
                                 struct capi_config_options *options, const char *part)
{
    auto_error struct error *err = NULL;
    struct capi_provider provider;
    auto_capi_config struct capi_config *config = must_read(state, text, options);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(capi_config_provider(config, CAPI_CORE, "cluster-api", &provider, &err),
                         -1);
        assert_non_null(err);
        assert_contains(err->message, part);
        error_clear(&err);
    }
}

static void check_error(void **state, const char *text, struct capi_config_options *options,
                        enum error_kind kind, const char *part)
{
    auto_error struct error *err = NULL;
    struct capi_config *config = read_config(state, text, options, &err);
    assert_null(config);
    assert_error(&err, kind, part);
}

static void test_037__a_variable__comes_from_options_environment_or_file(void **state)
{
    json_auto_t *variables = json_of("{'V': 'option', 'Own': 5, 'Gone': null}");
    struct capi_config_options options = {.use_environment = true};
    setenv("V", "environment", 1);
    setenv("A_B", "", 1);
    auto_capi_config struct capi_config *plain =
        must_read(state, "v: file\na-b: file\nMixed_Case: file\n", &options);
    assert_string_equal(capi_config_variable(plain, "V"), "environment");
    assert_string_equal(capi_config_variable(plain, "v"), "environment");
    assert_string_equal(capi_config_variable(plain, "a-b"), "");
    assert_string_equal(capi_config_variable(plain, "MIXED_CASE"), "file");
    assert_null(capi_config_variable(plain, "none"));
    options.variables = variables;
    auto_capi_config struct capi_config *full = must_read(state, "v: file\n", &options);
    assert_string_equal(capi_config_variable(full, "V"), "option");
    assert_string_equal(capi_config_variable(full, "OWN"), "5");
    assert_null(capi_config_variable(full, "Gone"));
    options = (struct capi_config_options){0};
    auto_capi_config struct capi_config *closed = must_read(state, "v: file\n", &options);
    assert_string_equal(capi_config_variable(closed, "V"), "file");
}

static void test_variable__of_each_type_in_the_file__becomes_text(void **state)
{
    static const struct row {
        const char *yaml, *want;
    } rows[] = {
        {"true", "true"},
        {"10", "10"},
        {"1.10", "1.1"},
        {"1.0", "1"},
        {"yes", "yes"},
        {"on", "on"},
        {"0777", "511"},
        {"0o17", "15"},
        {"0x1F", "31"},
        {"1_000", "1000"},
        {"1e3", "1000"},

        {"1e21", "1000000000000000000000"},
        {"12:30", "12:30"},
        {"[a]", ""},
        {"{a: b}", ""},
        {"'1.10'", "1.10"},
        {"1e-3", "0.001"},
    };
    struct capi_config_options options = {0};
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_free char *text = xasprintf("X: %s\n", rows[i].yaml);
        auto_capi_config struct capi_config *config = must_read(state, text, &options);
        assert_string_equal(capi_config_variable(config, "x"), rows[i].want);
    }
    auto_capi_config struct capi_config *config = must_read(state, "X: ~\nY:\n", &options);
    assert_null(capi_config_variable(config, "X"));
    assert_null(capi_config_variable(config, "Y"));
}

static void test_new__of_wrong_files__says_what_is_wrong(void **state)
{
    struct capi_config_options options = {0};
    static const char begin[] = "failed to initialize the configuration reader: ";
    auto_error struct error *err = NULL;
    check_error(state, "a: [\n", &options, ERROR_PARSE, "While parsing config: ");
    check_error(state, "a: b\nA: c\na: d\n", &options, ERROR_PARSE, "line 3");
    check_error(state, "- a\n", &options, ERROR_PARSE, "expected a mapping, got list");
    check_error(state, "a: [\n", &options, ERROR_PARSE, begin);
    options.path = "/nowhere/c.yaml";
    assert_null(capi_config_new(&options, &err));
    assert_error_text(
        &err, ERROR_NOT_FOUND,
        "failed to initialize the configuration reader: failed to check if clusterctl "
        "config file exists: stat /nowhere/c.yaml: no such file or directory");
    sandbox_write(state, "c", "");
    options.path = "./c";
    assert_null(capi_config_new(&options, &err));
    assert_error(&err, ERROR_USAGE, "Unsupported Config Type \"\": the name of ./c has to end in");
    auto_capi_config struct capi_config *empty =
        must_read(state, "", &(struct capi_config_options){0});
    assert_non_null(empty);
}

static void test_new__without_a_path__reads_the_file_of_the_home(void **state)
{
    struct capi_config_options options = {0};
    auto_error struct error *err = NULL;
    sandbox_write(state, ".cluster-api/clusterctl.yml", "V: old\n");
    auto_capi_config struct capi_config *old = capi_config_new(&options, &err);
    assert_string_equal(capi_config_variable(old, "V"), "old");
    sandbox_write(state, ".config/cluster-api/clusterctl.json", "{\"V\": \"new\"}");
    auto_capi_config struct capi_config *new = capi_config_new(&options, &err);
    assert_string_equal(capi_config_variable(new, "V"), "new");
    auto_free char *xdg = sandbox_path(state, "xdg");
    setenv("XDG_CONFIG_HOME", xdg, 1);
    sandbox_write(state, "xdg/cluster-api/clusterctl.yaml", "V: xdg\n");
    auto_capi_config struct capi_config *other = capi_config_new(&options, &err);
    assert_string_equal(capi_config_variable(other, "V"), "xdg");
}

static void check_entry(void **state, const char *entry, const char *cause)
{
    struct capi_config_options options = {0};
    auto_free char *text = xasprintf("providers:\n- %s\n", entry);
    check_provider_error(state, text, &options, cause);
}

static void test_002__a_name_in_upper_case__is_refused(void **state)
{
    check_entry(
        state, "{name: OpenStack, type: InfrastructureProvider, url: /a}",
        "error validating configuration for the InfrastructureProvider with name OpenStack. "
        "Please fix the providers value in clusterctl configuration file: provider name "
        "OpenStack must be in lower case");
}

static void test_003__another_core_provider__is_refused(void **state)
{
    check_entry(state, "{name: foo, type: CoreProvider, url: /a}",
                ": name cluster-api must be used with the CoreProvider type (name: foo, type: "
                "CoreProvider)");
    check_entry(state, "{name: cluster-api, type: IPAMProvider, url: /a}",
                "must be used with the CoreProvider type (name: cluster-api, type: IPAMProvider)");
}

static void test_004__an_unknown_type__is_refused(void **state)
{
    check_entry(state, "{name: x, type: Infra, url: /a}",
                ": invalid provider type. Allowed values are [CoreProvider, BootstrapProvider, "
                "InfrastructureProvider, ControlPlaneProvider, IPAMProvider, "
                "RuntimeExtensionProvider, AddonProvider]");
}

static void test_new__of_other_wrong_entries__names_the_cause(void **state)
{
    static const struct row {
        const char *entry, *cause;
    } rows[] = {
        {"{type: IPAMProvider, url: /a}", ": name value cannot be empty"},
        {"{name: a_b, type: IPAMProvider, url: /a}",
         ": invalid provider name: a lowercase RFC 1123 subdomain"},
        {"{name: a, type: IPAMProvider}", ": provider URL value cannot be empty"},
        {"{name: a, type: IPAMProvider, url: '/%zz'}",
         ": error parsing provider URL: parse \"/%zz\": invalid URL escape"},
        {"{name: a, type: IPAMProvider, url: ':x'}", "missing protocol scheme"},
        {"{name: a, type: IPAMProvider, url: \"/a\\tb\"}", "invalid control character in URL"},
        {"{name: a, type: IPAMProvider, url: '1:x'}",
         "first path segment in URL cannot contain colon"},
        {"{name: a, type: IPAMProvider, url: '${'}", "unable to parse variable name"},
        {"{name: a, type: IPAMProvider, url: /a, sha256: {f: 12}}",
         "the sha256 of file f of provider a has to be 64 hexadecimal digits"},
        {"text", "'[0]' expected a map or struct, got \"string\""},
    };
    struct capi_config_options options = {0};
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_free char *text = xasprintf("providers:\n- %s\n", rows[i].entry);
        check_provider_error(state, text, &options, rows[i].cause);
    }
    check_provider_error(state, "providers: x\n", &options, "expected a list, got string");
}

static void test_new__with_providers_in_the_environment__says_so(void **state)
{
    struct capi_config_options options = {.use_environment = true};
    setenv("PROVIDERS", "x", 1);
    check_provider_error(
        state, "", &options,
        "failed to unmarshal providers from the clusterctl configuration file: the "
        "environment variable PROVIDERS");
    options.use_environment = false;
    auto_capi_config struct capi_config *config = must_read(state, "", &options);
    assert_non_null(config);
}

static void test_provider__of_each_origin__is_the_nearest(void **state)
{
    json_auto_t *list = json_of("[{'name': 'openstack', 'type': 'InfrastructureProvider',"
                                " 'url': '/o', 'sha256': {'f': "
                                "'0123456789012345678901234567890123456789012345678901234567890123'"
                                "}}]");
    struct capi_config_options options = {.providers = list};
    auto_error struct error *err = NULL;
    struct capi_provider provider;
    size_t count = 0;
    auto_capi_config struct capi_config *config =
        must_read(state,
                  "providers:\n"
                  "- {name: openstack, type: InfrastructureProvider, url: /f}\n"
                  "- {Name: aws, TYPE: InfrastructureProvider, url: /f}\n"
                  "- {name: mine, type: AddonProvider, url: /first}\n"
                  "- {name: mine, type: AddonProvider, url: /second}\n",
                  &options);
    assert_ok(capi_config_provider(config, CAPI_INFRASTRUCTURE, "openstack", &provider, &err),
              &err);
    assert_string_equal(provider.url, "/o");
    assert_string_equal(provider.label, "infrastructure-openstack");
    assert_false(provider.builtin);
    assert_int_equal(json_object_size(provider.sha256), 1);
    assert_ok(capi_config_provider(config, CAPI_INFRASTRUCTURE, "aws", &provider, &err), &err);
    assert_string_equal(provider.url, "/f");
    assert_null(provider.sha256);
    assert_ok(capi_config_provider(config, CAPI_ADDON, "mine", &provider, &err), &err);
    assert_string_equal(provider.url, "/second");
    assert_ok(capi_config_provider(config, CAPI_CORE, "cluster-api", &provider, &err), &err);
    assert_true(provider.builtin);
    assert_string_equal(provider.url, "https://github.com/kubernetes-sigs/cluster-api/releases/"
                                      "latest/core-components.yaml");
    assert_int_equal(capi_config_provider(config, CAPI_IPAM, "none", &provider, &err), -1);
    assert_error_text(&err, ERROR_NOT_FOUND,
                      "failed to get configuration for the IPAMProvider with name none. Please "
                      "check the provider name and/or add configuration for new providers using "
                      "the .clusterctl config file");
    const struct capi_provider *all = capi_config_providers(config, &count);
    for (size_t i = 1; i < count; i++)
        assert_true(all[i - 1].type < all[i].type ||
                    (all[i - 1].type == all[i].type && strcmp(all[i - 1].name, all[i].name) < 0));
}

static void test_provider__with_a_repository_path__needs_no_entry(void **state)
{
    struct capi_config_options options = {.repository_path = "/repo"};
    auto_error struct error *err = NULL;
    struct capi_provider provider;
    auto_capi_config struct capi_config *config = must_read(
        state, "providers: [{name: aws, type: InfrastructureProvider, url: /f}]\n", &options);
    assert_ok(capi_config_provider(config, CAPI_INFRASTRUCTURE, "aws", &provider, &err), &err);
    assert_string_equal(provider.url, "/f");
    assert_ok(capi_config_provider(config, CAPI_INFRASTRUCTURE, "docker", &provider, &err), &err);
    assert_null(provider.url);
    assert_string_equal(provider.base, "/repo");
    assert_string_equal(provider.file, "infrastructure-components-development.yaml");
    assert_ok(capi_config_provider(config, CAPI_IPAM, "mine", &provider, &err), &err);
    assert_string_equal(provider.label, "ipam-mine");
    assert_string_equal(provider.file, "ipam-components.yaml");
}

static void test_010__a_url__is_expanded_from_the_environment_alone(void **state)
{
    struct capi_config_options options = {.use_environment = true};
    auto_error struct error *err = NULL;
    struct capi_provider provider;
    static const char text[] = "BASE: file\nproviders:\n"
                               "- {name: x, type: IPAMProvider, url: '${BASE}/ipam-x/v1/c'}\n";
    setenv("BASE", "/env", 1);
    auto_capi_config struct capi_config *config = must_read(state, text, &options);
    assert_ok(capi_config_provider(config, CAPI_IPAM, "x", &provider, &err), &err);
    assert_string_equal(provider.url, "/env/ipam-x/v1/c");
    unsetenv("BASE");
    auto_capi_config struct capi_config *unset = must_read(state, text, &options);
    assert_ok(capi_config_provider(unset, CAPI_IPAM, "x", &provider, &err), &err);
    assert_string_equal(provider.url, "/ipam-x/v1/c");
}

static void test_045__image_overrides__are_laid_over_each_other(void **state)
{
    struct capi_config_options options = {0};
    struct capi_image_override image;
    auto_capi_config struct capi_config *config =
        must_read(state,
                  "images:\n  ALL: {repository: reg/x/, Tag: 5, other: 1}\n"
                  "  cluster-api: {repository: core//, tag: ''}\n"
                  "  cluster-api/manager: {name: m, repository: ~}\n  nothing:\n",
                  &options);
    capi_config_image(config, "infrastructure-openstack", "c", &image);
    assert_string_equal(image.repository, "reg/x");
    assert_string_equal(image.tag, "5");
    assert_null(image.name);
    capi_config_image(config, "cluster-api", "manager", &image);
    assert_string_equal(image.repository, "core/");
    assert_string_equal(image.tag, "5");
    assert_string_equal(image.name, "m");
    check_error(state, "images: {all: x}\n", &options, ERROR_USAGE,
                "failed to unmarshal image override configurations: decoding failed due to the "
                "following error(s):\n\n'[all]' expected a map or struct, got \"string\"");
    check_error(state, "images: x\n", &options, ERROR_USAGE, "'' expected a map");
    json_auto_t *own = json_of("{'all': {'tag': 'mine'}}");
    options.images = own;
    auto_capi_config struct capi_config *other =
        must_read(state, "images: {all: {repository: x}}\n", &options);
    capi_config_image(other, "cluster-api", "c", &image);
    assert_string_equal(image.tag, "mine");
    assert_null(image.repository);
}

static void test_cert_manager__without_settings__has_the_defaults_of_the_generation(void **state)
{
    struct capi_config_options options = {0};
    struct capi_cert_manager settings;
    auto_capi_config struct capi_config *config = must_read(state, "", &options);
    capi_config_cert_manager(config, capi_generation_find("v1beta1"), &settings);
    assert_string_equal(settings.version, "v1.19.1");
    assert_contains(settings.url, "/v1.19.1/cert-manager.yaml");
    assert_int_equal(settings.timeout_ms, 600000);
    assert_string_equal(settings.timeout, "10m0s");
    assert_false(settings.external);
}

static void test_cert_manager__with_settings__takes_options_before_the_file(void **state)
{
    json_auto_t *own = json_of("{'version': 'v1.2.3', 'sha256': {}}");
    struct capi_config_options options = {.cert_manager = own, .use_environment = true};
    struct capi_cert_manager settings;
    setenv("BASE", "/b", 1);
    auto_capi_config struct capi_config *config =
        must_read(state,
                  "cert-manager: {url: '${BASE}/x', version: v1, timeout: 2m30s, "
                  "externallyProvisioned: 'TRUE'}\n",
                  &options);
    capi_config_cert_manager(config, capi_generation_default(), &settings);
    assert_string_equal(settings.version, "v1.2.3");
    assert_string_equal(settings.url, "/b/x");
    assert_int_equal(settings.timeout_ms, 150000);
    assert_string_equal(settings.timeout, "2m30s");
    assert_true(settings.external);
    assert_non_null(settings.sha256);
    check_error(state, "cert-manager: x\n", &options, ERROR_USAGE, "expected a map, got string");
}

static void test_082__a_timeout_that_is_none__is_logged_and_ten_minutes(void **state)
{
    auto_strv struct strv log = {0};
    struct capi_config_options options = {.log = &log};
    struct capi_cert_manager settings;
    auto_capi_config struct capi_config *config =
        must_read(state, "cert-manager: {timeout: abc}\n", &options);
    capi_config_cert_manager(config, capi_generation_default(), &settings);
    assert_int_equal(settings.timeout_ms, 600000);
    assert_strv(&log, "|", "Invalid value set for cert-manager configuration timeout=\"abc\"");
}

static void test_duration__of_texts__is_that_of_go(void **state)
{
    (void)state;
    static const struct row {
        const char *text;
        long long ms; /* -1: none */
    } rows[] = {
        {"300ms", 300},    {"15m", 900000}, {"2h45m", 9900000}, {"1.5s", 1500},    {"0", 0},
        {"1h1h", 7200000}, {".5s", 500},    {"1.s", 1000},      {"5000us", 5},     {"1µs", 0},
        {"-2s", -2000},    {"", -1},        {"5", -1},          {"abc", -1},       {"1x", -1},
        {"1 s", -1},       {".s", -1},      {"-", -1},          {"99999999h", -1}, {"1m2", -1},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        long long ms = -1;
        bool valid = capi_duration(rows[i].text, &ms);
        if (valid != (rows[i].ms != -1) || ms != rows[i].ms)
            fail_msg("%s: %d %lld", rows[i].text, valid, ms);
    }
}

static void test_overrides__of_each_place__are_the_first_that_is_named(void **state)
{
    struct capi_config_options options = {.use_environment = true};
    auto_capi_config struct capi_config *none =
        must_read(state, "overridesFolder: ' '\n", &options);
    auto_free char *xdg = sandbox_path(state, ".config/cluster-api/overrides");
    assert_string_equal(capi_config_overrides(none), xdg);
    sandbox_write(state, ".cluster-api/overrides/x", "");
    auto_capi_config struct capi_config *home = must_read(state, "", &options);
    auto_free char *old = sandbox_path(state, ".cluster-api/overrides");
    assert_string_equal(capi_config_overrides(home), old);
    sandbox_write(state, ".config/cluster-api/overrides/x", "");
    auto_capi_config struct capi_config *both = must_read(state, "", &options);
    assert_string_equal(capi_config_overrides(both), xdg);
    setenv("BASE", "/b", 1);
    auto_capi_config struct capi_config *file =
        must_read(state, "overridesFolder: '${BASE}/o'\n", &options);
    assert_string_equal(capi_config_overrides(file), "/b/o");
    setenv("OVERRIDESFOLDER", "/env", 1);
    auto_capi_config struct capi_config *env =
        must_read(state, "overridesFolder: '${BASE}/o'\n", &options);
    assert_string_equal(capi_config_overrides(env), "/env");
    options.overrides_folder = "/mine";
    auto_capi_config struct capi_config *own = must_read(state, "", &options);
    assert_string_equal(capi_config_overrides(own), "/mine");
    options.overrides_folder = "${";
    check_error(state, "", &options, ERROR_PARSE, "failed to evaluate the overridesFolder path: ");
}

static void test_switch__of_options_and_environment__ignores_the_file(void **state)
{
    json_auto_t *variables = json_of("{'cluster_topology': 'T'}");
    struct capi_config_options options = {.use_environment = true};
    auto_capi_config struct capi_config *file =
        must_read(state, "CLUSTER_TOPOLOGY: 'true'\n", &options);
    assert_false(capi_config_switch(file, "CLUSTER_TOPOLOGY"));
    setenv("CLUSTER_TOPOLOGY", "1", 1);
    assert_true(capi_config_switch(file, "CLUSTER_TOPOLOGY"));
    setenv("CLUSTER_TOPOLOGY", "yes", 1);
    assert_false(capi_config_switch(file, "CLUSTER_TOPOLOGY"));
    options.variables = variables;
    auto_capi_config struct capi_config *own = must_read(state, "", &options);
    assert_true(capi_config_switch(own, "CLUSTER_TOPOLOGY"));
}

static void test_cache__of_options__wins(void **state)
{
    struct capi_config_options options = {.cache_path = "/c"};
    auto_capi_config struct capi_config *own = must_read(state, "", &options);
    assert_string_equal(capi_config_cache(own), "/c");
    options.cache_path = NULL;
    auto_capi_config struct capi_config *common = must_read(state, "", &options);
    assert_contains(capi_config_cache(common), "/osa_ops.mcapi_vexxhost");
}

static void test_log__without_a_place__is_dropped(void **state)
{
    auto_strv struct strv log = {0};
    struct capi_config_options options = {0};
    auto_capi_config struct capi_config *silent = must_read(state, "", &options);
    capi_config_log(silent, "x");
    options.log = &log;
    auto_capi_config struct capi_config *config = must_read(state, "", &options);
    capi_config_log(config, "Using %s=%d", "x", 1);
    assert_strv(&log, "|", "Using x=1");
}

static void test_new__of_variables_that_are_no_texts__is_refused(void **state)
{
    json_auto_t *variables = json_of("{'A': []}");
    struct capi_config_options options = {.variables = variables};
    check_error(state, "", &options, ERROR_USAGE,
                "variables: the value of A has to be a string, not list");
}

#define config_test(TEST) cmocka_unit_test_setup_teardown(TEST, enter, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        config_test(test_037__a_variable__comes_from_options_environment_or_file),
        config_test(test_variable__of_each_type_in_the_file__becomes_text),
        config_test(test_new__of_wrong_files__says_what_is_wrong),
        config_test(test_new__without_a_path__reads_the_file_of_the_home),
        config_test(test_002__a_name_in_upper_case__is_refused),
        config_test(test_003__another_core_provider__is_refused),
        config_test(test_004__an_unknown_type__is_refused),
        config_test(test_new__of_other_wrong_entries__names_the_cause),
        config_test(test_new__with_providers_in_the_environment__says_so),
        config_test(test_provider__of_each_origin__is_the_nearest),
        config_test(test_provider__with_a_repository_path__needs_no_entry),
        config_test(test_010__a_url__is_expanded_from_the_environment_alone),
        config_test(test_045__image_overrides__are_laid_over_each_other),
        config_test(test_cert_manager__without_settings__has_the_defaults_of_the_generation),
        config_test(test_cert_manager__with_settings__takes_options_before_the_file),
        config_test(test_082__a_timeout_that_is_none__is_logged_and_ten_minutes),
        config_test(test_duration__of_texts__is_that_of_go),
        config_test(test_overrides__of_each_place__are_the_first_that_is_named),
        config_test(test_switch__of_options_and_environment__ignores_the_file),
        config_test(test_cache__of_options__wins),
        config_test(test_log__without_a_place__is_dropped),
        config_test(test_new__of_variables_that_are_no_texts__is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
