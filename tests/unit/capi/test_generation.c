#include "capi/generation.h"

#include "capi/builtin.h"
#include "support/unit.h"

static void test_generation_find__contracts__have_a_row_each(void **state)
{
    (void)state;
    assert_string_equal(capi_generation_find("v1beta1")->contract, "v1beta1");
    assert_true(capi_generation_find("v1beta1")->first);
    assert_string_equal(capi_generation_find("v1beta2")->contract, "v1beta2");
    assert_false(capi_generation_find("v1beta2")->first);
    assert_null(capi_generation_find("v1alpha4"));
    assert_null(capi_generation_find(NULL));
    assert_ptr_equal(capi_generation_default(), capi_generation_find("v1beta2"));
}

static void test_generation__every_row__is_complete(void **state)
{
    (void)state;
    static const char *const contracts[] = {"v1beta1", "v1beta2"};
    for (size_t i = 0; i < array_length(contracts); i++) {
        const struct capi_generation *row = capi_generation_find(contracts[i]);
        assert_non_null(row->release);
        assert_non_null(row->crd_generator);
        assert_non_null(row->upgradable[0]);
        assert_non_null(strstr(row->cert_manager_url, row->cert_manager_version));
        assert_true(capi_generation_accepts(row, row->contract));
    }
}

static void test_generation_accepts__providers__of_the_same_or_the_older_contract(void **state)
{
    (void)state;
    static const struct {
        const char *own, *provider;
        bool accepts;
    } rows[] = {
        {"v1beta1", "v1beta1", true}, {"v1beta1", "v1beta2", false}, {"v1beta2", "v1beta1", true},
        {"v1beta2", "v1beta2", true}, {"v1beta2", "v1beta3", false}, {"v1beta2", "", false},
    };
    for (size_t i = 0; i < array_length(rows); i++)
        if (capi_generation_accepts(capi_generation_find(rows[i].own), rows[i].provider) !=
            rows[i].accepts)
            fail_msg("%s, %s", rows[i].own, rows[i].provider);
    auto_free char *text = capi_generation_accepted_text(capi_generation_default());
    assert_string_equal(text, "v1beta1, v1beta2");
}

static void test_contract_compatible__with_a_core__is_a_matter_of_direction(void **state)
{
    (void)state;
    assert_true(capi_contract_compatible("v1beta2", "v1beta1"));
    assert_false(capi_contract_compatible("v1beta1", "v1beta2"));
    assert_true(capi_contract_compatible("v9", "v9"));
    auto_free char *newer = capi_contract_compatible_text("v1beta2");
    auto_free char *older = capi_contract_compatible_text("v1beta1");
    assert_string_equal(newer, "v1beta1,v1beta2");
    assert_string_equal(older, "v1beta1");
}

static void test_builtins__table__is_sorted_without_doubles(void **state)
{
    (void)state;
    size_t count = 0;
    const struct capi_builtin *rows = capi_builtins(&count);
    assert_true(count > 60);
    for (size_t i = 1; i < count; i++)
        if (rows[i - 1].type > rows[i].type ||
            (rows[i - 1].type == rows[i].type && strcmp(rows[i - 1].name, rows[i].name) >= 0))
            fail_msg("%s stands before %s", rows[i - 1].name, rows[i].name);
}

static void test_builtin_url__of_usual_and_other_file_names__is_where_releases_are(void **state)
{
    (void)state;
    static const struct {
        enum capi_type type;
        const char *name, *url;
    } rows[] = {
        {CAPI_CORE, "cluster-api",
         "https://github.com/kubernetes-sigs/cluster-api/releases/latest/core-components.yaml"},
        {CAPI_INFRASTRUCTURE, "openstack",
         "https://github.com/kubernetes-sigs/cluster-api-provider-openstack/releases/latest/"
         "infrastructure-components.yaml"},
        {CAPI_RUNTIME_EXTENSION, "nutanix",
         "https://github.com/nutanix-cloud-native/cluster-api-runtime-extensions-nutanix/releases/"
         "latest/runtime-extensions-components.yaml"},
    };
    size_t count = 0;
    size_t found = 0;
    const struct capi_builtin *all = capi_builtins(&count);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < array_length(rows); k++)
            if (all[i].type == rows[k].type && strcmp(all[i].name, rows[k].name) == 0) {
                auto_free char *url = capi_builtin_url(&all[i]);
                assert_string_equal(url, rows[k].url);
                found++;
            }
    assert_int_equal(found, array_length(rows));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_generation_find__contracts__have_a_row_each),
        cmocka_unit_test(test_generation__every_row__is_complete),
        cmocka_unit_test(test_generation_accepts__providers__of_the_same_or_the_older_contract),
        cmocka_unit_test(test_contract_compatible__with_a_core__is_a_matter_of_direction),
        cmocka_unit_test(test_builtins__table__is_sorted_without_doubles),
        cmocka_unit_test(test_builtin_url__of_usual_and_other_file_names__is_where_releases_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
