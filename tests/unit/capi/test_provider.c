#include "capi/builtin.h"
#include "capi/generation.h"
#include "capi/provider.h"
#include "unit/capi/support.h"

static void test_type_table__of_each_row__makes_label_and_finds_itself(void **state)
{
    (void)state;
    static const struct row {
        const char *type, *label, *file, *option;
        int order;
    } rows[] = {
        {"CoreProvider", "x", "core-components.yaml", "core_provider", 0},
        {"BootstrapProvider", "bootstrap-x", "bootstrap-components.yaml", "bootstrap_providers", 1},
        {"ControlPlaneProvider", "control-plane-x", "control-plane-components.yaml",
         "control_plane_providers", 2},
        {"InfrastructureProvider", "infrastructure-x", "infrastructure-components.yaml",
         "infrastructure_providers", 3},
        {"IPAMProvider", "ipam-x", "ipam-components.yaml", "ipam_providers", 4},
        {"RuntimeExtensionProvider", "runtime-extension-x", "runtime-extension-components.yaml",
         "runtime_extension_providers", 5},
        {"AddonProvider", "addon-x", "addon-components.yaml", "addon_providers", 6},
    };
    assert_int_equal(array_length(rows), CAPI_OTHER);
    for (size_t i = 0; i < array_length(rows); i++) {
        enum capi_type type = capi_type_find(rows[i].type);
        assert_int_equal(type, i);
        auto_free char *label = capi_label(type, "x");
        assert_string_equal(label, rows[i].label);
        assert_string_equal(capi_type_row(type)->file, rows[i].file);
        assert_string_equal(capi_type_row(type)->option, rows[i].option);
        assert_int_equal(capi_type_row(type)->order, rows[i].order);
        assert_true(str_starts_with(capi_type_row(type)->flag, "--"));
    }
}

static void test_type_find__of_an_unknown_name__is_other(void **state)
{
    (void)state;
    assert_int_equal(capi_type_find("Infra"), CAPI_OTHER);
    assert_int_equal(capi_type_find("coreprovider"), CAPI_OTHER);
    assert_int_equal(capi_type_find(""), CAPI_OTHER);
    assert_int_equal(capi_type_find(NULL), CAPI_OTHER);
    auto_free char *label = capi_label(CAPI_OTHER, "cert-manager");
    assert_string_equal(label, "cert-manager");
    assert_int_equal(capi_type_row(CAPI_OTHER)->order, 99);
}

static void test_013__a_name_in_upper_case__is_lowered_and_the_version_kept(void **state)
{
    (void)state;
    auto_error struct error *err = NULL;
    auto_capi_ref struct capi_ref ref = {0};
    assert_ok(capi_ref_parse(&ref, CAPI_INFRASTRUCTURE, "OPENSTACK:v0.14.4-RC1", &err), &err);
    assert_string_equal(ref.name, "openstack");
    assert_string_equal(ref.version, "v0.14.4-RC1");
    assert_string_equal(ref.typed, "OPENSTACK:v0.14.4-RC1");
    assert_null(ref.namespace_);
    assert_int_equal(ref.type, CAPI_INFRASTRUCTURE);
}

static void test_ref_parse__without_version__has_none(void **state)
{
    (void)state;
    auto_error struct error *err = NULL;
    auto_capi_ref struct capi_ref ref = {0};
    assert_ok(capi_ref_parse(&ref, CAPI_CORE, "cluster-api", &err), &err);
    assert_string_equal(ref.name, "cluster-api");
    assert_null(ref.version);
}

static void test_014__of_wrong_names__says_which_form_fits(void **state)
{
    (void)state;
    static const struct row {
        const char *text, *message;
    } rows[] = {
        {"a:b:c", "invalid provider name \"a:b:c\". Provider name should be in the form "
                  "name[:version]"},
        {"", "invalid provider name \"\". Provider name should be in the form name[:version] and "
             "name cannot be empty"},
        {":v1", "invalid provider name \":v1\". Provider name should be in the form name[:version] "
                "and name cannot be empty"},
        {"x:", "invalid provider name \"x:\". Provider name should be in the form name[:version] "
               "and version cannot be empty"},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_error struct error *err = NULL;
        struct capi_ref ref = {0};
        assert_int_equal(capi_ref_parse(&ref, CAPI_IPAM, rows[i].text, &err), -1);
        assert_error_text(&err, ERROR_USAGE, rows[i].message);
        assert_null(ref.typed);
    }
    auto_error struct error *err = NULL;
    struct capi_ref ref = {0};
    assert_int_equal(capi_ref_parse(&ref, CAPI_IPAM, "a.b\"", &err), -1);
    assert_error(&err, ERROR_USAGE,
                 "invalid provider name \"a.b\\\"\". Provider name should be in the form "
                 "name[:version] and the name should be valid: a lowercase RFC 1123 label must");
}

static void test_ref_parse_upgrade__of_both_forms__fills_the_namespace(void **state)
{
    (void)state;
    auto_error struct error *err = NULL;
    auto_capi_ref struct capi_ref plain = {0};
    auto_capi_ref struct capi_ref full = {0};
    assert_ok(capi_ref_parse_upgrade(&plain, CAPI_CORE, "Cluster-API:V1.2.3", &err), &err);
    assert_string_equal(plain.name, "cluster-api");
    assert_string_equal(plain.version, "V1.2.3");
    assert_null(plain.namespace_);
    assert_ok(capi_ref_parse_upgrade(&full, CAPI_CORE, "CAPI-System/cluster-api:V1.2.3", &err),
              &err);
    assert_string_equal(full.namespace_, "capi-system");
    assert_string_equal(full.name, "cluster-api");
    assert_string_equal(full.version, "v1.2.3");
}

static void test_091__an_upgrade_without_version__is_refused(void **state)
{
    (void)state;
    static const char either[] = "Provider name should be in the form "
                                 "namespace/provider:version or provider:version";
    static const struct row {
        const char *text, *part;
    } rows[] = {
        {"openstack", either},
        {"-", either},
        {"a/b/c:v1", either},
        {"/openstack:v1", either},
        {"n/openstack", "invalid provider name \"n/openstack\". Provider name should be in the "
                        "form namespace/name:version and version cannot be empty"},
        {"n/openstack:", "version cannot be empty"},
        {"openstack:", "version cannot be empty"},
        {":v1", "name cannot be empty"},
        {"n/:v1", "name cannot be empty"},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        auto_error struct error *err = NULL;
        auto_capi_refs struct capi_refs refs = {0};
        assert_int_equal(capi_refs_add_upgrade(&refs, CAPI_INFRASTRUCTURE, rows[i].text, &err), -1);
        assert_error(&err, ERROR_USAGE, rows[i].part);
        assert_int_equal(refs.count, 0);
    }
}

static void test_refs_add__of_a_dash__skips_the_entry(void **state)
{
    (void)state;
    auto_error struct error *err = NULL;
    auto_capi_refs struct capi_refs refs = {0};
    assert_ok(capi_refs_add(&refs, CAPI_BOOTSTRAP, "-", &err), &err);
    assert_int_equal(refs.count, 0);
    assert_ok(capi_refs_add(&refs, CAPI_BOOTSTRAP, "kubeadm:v1", &err), &err);
    assert_ok(capi_refs_add(&refs, CAPI_IPAM, "metal3", &err), &err);
    assert_ok(capi_refs_add_upgrade(&refs, CAPI_IPAM, "in-cluster:v1", &err), &err);
    assert_int_equal(refs.count, 3);
    assert_string_equal(refs.items[2].name, "in-cluster");
    assert_int_equal(capi_refs_add(&refs, CAPI_IPAM, "UPPER_", &err), -1);
    assert_int_equal(refs.count, 3);
}

static void test_059__a_dash_as_core_provider__is_an_error(void **state)
{
    (void)state;
    auto_error struct error *err = NULL;
    auto_capi_refs struct capi_refs refs = {0};
    assert_int_equal(capi_refs_add(&refs, CAPI_CORE, "-", &err), -1);
    assert_error_text(&err, ERROR_USAGE, "the '-' value can not be used for the core provider");
}

static void test_bad_label__of_names__gives_the_reason(void **state)
{
    (void)state;
    char longest[65] = "";
    memset(longest, 'a', 63);
    assert_null(capi_bad_label("a"));
    assert_null(capi_bad_label("a-1"));
    assert_null(capi_bad_label(longest));
    longest[63] = 'a';
    assert_string_equal(capi_bad_label(longest), "must be no more than 63 characters");
    static const char *const bad[] = {"", "-a", "a-", "A", "a.b", "a_b", "ä"};
    for (size_t i = 0; i < array_length(bad); i++)
        assert_contains(capi_bad_label(bad[i]), "a lowercase RFC 1123 label");
}

static void test_bad_subdomain__of_names__gives_the_reason(void **state)
{
    (void)state;
    char longest[255] = "";
    memset(longest, 'a', 254);
    assert_string_equal(capi_bad_subdomain(longest), "must be no more than 253 characters");
    longest[253] = '\0';
    assert_null(capi_bad_subdomain(longest));
    assert_null(capi_bad_subdomain("a.b-c.d1"));
    static const char *const bad[] = {"", "a..b", ".a", "a.", "a.-b", "a.B"};
    for (size_t i = 0; i < array_length(bad); i++)
        assert_contains(capi_bad_subdomain(bad[i]), "a lowercase RFC 1123 subdomain");
}

static void test_builtins__as_a_table__are_sorted_and_valid(void **state)
{
    (void)state;
    size_t count = 0;
    const struct capi_builtin *rows = capi_builtins(&count);
    assert_true(count > 60);
    for (size_t i = 0; i < count; i++) {
        assert_null(capi_bad_label(rows[i].name));
        assert_int_equal(strcmp(rows[i].name, "cluster-api") == 0, rows[i].type == CAPI_CORE);
        if (i && rows[i].type == rows[i - 1].type)
            assert_true(strcmp(rows[i - 1].name, rows[i].name) < 0);
        else if (i)
            assert_true(rows[i - 1].type < rows[i].type);
    }
}

static void test_builtin_url__of_standard_and_own_files__follows_the_form(void **state)
{
    (void)state;
    const struct capi_builtin openstack = {CAPI_INFRASTRUCTURE, "openstack",
                                           "kubernetes-sigs/cluster-api-provider-openstack", NULL};
    const struct capi_builtin own = {CAPI_ADDON, "x", "o/r", "f.yaml"};
    auto_free char *standard = capi_builtin_url(&openstack);
    auto_free char *other = capi_builtin_url(&own);
    assert_string_equal(standard,
                        "https://github.com/kubernetes-sigs/cluster-api-provider-openstack"
                        "/releases/latest/infrastructure-components.yaml");
    assert_string_equal(other, "https://github.com/o/r/releases/latest/f.yaml");
}

static void test_generation__of_both_contracts__has_its_own_defaults(void **state)
{
    (void)state;
    const struct capi_generation *old = capi_generation_find("v1beta1");
    const struct capi_generation *new = capi_generation_find("v1beta2");
    assert_null(capi_generation_find("v1alpha4"));
    assert_null(capi_generation_find(NULL));
    assert_ptr_equal(new, capi_generation_default());
    assert_true(old->first && !new->first);
    assert_string_equal(old->cert_manager_version, "v1.19.1");
    assert_string_equal(new->cert_manager_url, "https://github.com/cert-manager/cert-manager/"
                                               "releases/v1.21.1/cert-manager.yaml");
    assert_true(capi_generation_accepts(new, "v1beta1") && capi_generation_accepts(new, "v1beta2"));
    assert_true(capi_generation_accepts(old, "v1beta1"));
    assert_false(capi_generation_accepts(old, "v1beta2"));
    assert_false(capi_generation_accepts(new, "v1alpha4"));
    auto_free char *text = capi_generation_accepted_text(new);
    assert_string_equal(text, "v1beta1, v1beta2");
}

static void test_contract_compatible__of_the_newer_core__takes_the_older_provider(void **state)
{
    (void)state;
    assert_true(capi_contract_compatible("v1beta2", "v1beta1"));
    assert_true(capi_contract_compatible("v1beta2", "v1beta2"));
    assert_true(capi_contract_compatible("v1beta1", "v1beta1"));
    assert_false(capi_contract_compatible("v1beta1", "v1beta2"));
    assert_true(capi_contract_compatible("v1alpha4", "v1alpha4"));
    assert_false(capi_contract_compatible("v1beta2", "v1alpha4"));
    auto_free char *both = capi_contract_compatible_text("v1beta2");
    auto_free char *one = capi_contract_compatible_text("v1beta1");
    assert_string_equal(both, "v1beta1,v1beta2");
    assert_string_equal(one, "v1beta1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_type_table__of_each_row__makes_label_and_finds_itself),
        cmocka_unit_test(test_type_find__of_an_unknown_name__is_other),
        cmocka_unit_test(test_013__a_name_in_upper_case__is_lowered_and_the_version_kept),
        cmocka_unit_test(test_ref_parse__without_version__has_none),
        cmocka_unit_test(test_014__of_wrong_names__says_which_form_fits),
        cmocka_unit_test(test_ref_parse_upgrade__of_both_forms__fills_the_namespace),
        cmocka_unit_test(test_091__an_upgrade_without_version__is_refused),
        cmocka_unit_test(test_refs_add__of_a_dash__skips_the_entry),
        cmocka_unit_test(test_059__a_dash_as_core_provider__is_an_error),
        cmocka_unit_test(test_bad_label__of_names__gives_the_reason),
        cmocka_unit_test(test_bad_subdomain__of_names__gives_the_reason),
        cmocka_unit_test(test_builtins__as_a_table__are_sorted_and_valid),
        cmocka_unit_test(test_builtin_url__of_standard_and_own_files__follows_the_form),
        cmocka_unit_test(test_generation__of_both_contracts__has_its_own_defaults),
        cmocka_unit_test(test_contract_compatible__of_the_newer_core__takes_the_older_provider),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
