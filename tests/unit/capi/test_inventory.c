#include "capi/inventory.h"

#include "json/js_get.h"
#include "support/json_text.h"
#include "support/unit.h"

static int check_server(const char *version, bool topology, struct error **err)
{
    struct capi_inventory inventory = {.server_version = xstrdup(version)};
    int result = capi_inventory_check_server(&inventory, topology, err);
    capi_inventory_clear(&inventory);
    return result;
}

static void test_inventory_check_server__versions__against_the_minimum(maybe_unused void **state)
{
    struct error *err = NULL;
    assert_int_equal(check_server("v1.34.2+k3s1", true, &err), 0);
    assert_int_equal(check_server("v1.20.0", false, &err), 0);
    assert_int_equal(check_server("v1.19.16", false, &err), -1);
    assert_error(&err, ERROR_STATUS,
                 "unsupported management cluster server version: v1.19.16 - minimum required "
                 "version is v1.20.0");
    assert_int_equal(check_server("v1.21.9", true, &err), -1);
    assert_error(&err, ERROR_STATUS, "minimum required version is v1.22.0");
    assert_int_equal(check_server("nonsense", false, &err), -1);
    assert_error(&err, ERROR_STATUS, "nonsense");
}

struct contract_row {
    const char *storage, *own;
    bool upgrade, needed;
    const char *problem; /* NULL: fine */
};

static void test_inventory_check_contract__every_pair__as_clusterctl(maybe_unused void **state)
{
    static const struct contract_row rows[] = {
        {NULL, "v1beta2", false, false, NULL},
        {NULL, "v1beta2", false, true, "clusters.cluster.x-k8s.io"},
        {"v1beta2", "v1beta2", false, true, NULL},
        {"v1beta1", "v1beta2", false, false,
         "this version of clusterctl could be used only with \"v1beta2\" management clusters, "
         "\"v1beta1\" detected"},
        {"v1beta1", "v1beta2", true, true, NULL},
        {"v1beta2", "v1beta1", true, true, "\"v1beta2\" detected"},
        {"v1beta1", "v1beta1", false, true, NULL},
    };
    for (size_t i = 0; i < array_length(rows); i++) {
        struct error *err = NULL;
        struct capi_inventory inventory = {0};
        if (rows[i].storage)
            inventory.storage = xstrdup(rows[i].storage);
        int result = capi_inventory_check_contract(&inventory, capi_generation_find(rows[i].own),
                                                   rows[i].upgrade, rows[i].needed, &err);
        assert_int_equal(result, rows[i].problem ? -1 : 0);
        if (rows[i].problem)
            assert_error(&err, ERROR_USAGE, rows[i].problem);
        capi_inventory_clear(&inventory);
    }
}

static void test_inventory_definition__has_the_shape_of_clusterctl(maybe_unused void **state)
{
    json_auto_t *crd = capi_inventory_definition(capi_generation_find("v1beta1"));
    assert_json(js_get(crd, "metadata", "labels", NULL),
                "{'clusterctl.cluster.x-k8s.io/core':'inventory'}");
    assert_json(js_get(crd, "spec", "names", NULL),
                "{'kind':'Provider','listKind':'ProviderList','plural':'providers',"
                "'singular':'provider','categories':['cluster-api']}");
    json_t *version = json_array_get(js_get(crd, "spec", "versions", NULL), 0);
    assert_json(json_object_get(version, "name"), "'v1alpha3'");
    assert_int_equal(json_array_size(json_object_get(version, "additionalPrinterColumns")), 4);
    assert_json(js_get(version, "schema", "openAPIV3Schema", "properties", "metadata", NULL),
                "{'type':'object'}");
    assert_int_equal(
        json_object_size(js_get(version, "schema", "openAPIV3Schema", "properties", NULL)), 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_inventory_check_server__versions__against_the_minimum),
        cmocka_unit_test(test_inventory_check_contract__every_pair__as_clusterctl),
        cmocka_unit_test(test_inventory_definition__has_the_shape_of_clusterctl),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
